import Foundation
import Sandbox
import TestSupport
import Testing

/// Deployments that somebody else starts in the middle of an apply; the sandbox's clock moves with ours.
@Suite struct DeploymentInFlightTests {
    private static let manifest = """
        storefront:
          processes:
            web: {command: bin/new, instances: 5}
            worker: {command: bin/work --new}
        payments: {processes: {web: {instances: 2}}}
        """

    /// A deployment of storefront ends after so many seconds; nil never ends.
    private func seed(_ seconds: Int? = 8) -> Seed {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: seconds)]
        return seed
    }

    @Test(arguments: [
        // After the plan and before the first write; at the first change of web; after it.
        ("GET", "/v3/processes/*"), ("PATCH", "/v3/processes/*"), ("POST", "/v3/processes/*/actions/scale"),
    ])
    func `the app is planned again when it has ended, and the others do not wait`(
        _ method: String,
        _ path: String
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            await stage.delay(method, path)
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes", "--parallelism", "1")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 4 of 4 operations.\n"), "\(apply)")
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 0, "\(plan)")
        }
    }

    @Test func `one that begins while another is waited for is waited for, too`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            try await stage.deployByHand("storefront")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.components(separatedBy: "it has to end first").count == 3, "\(apply)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `one that begins before our own rollout is not superseded`() async throws {
        var seed = seed()
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 3)]
        try await withStage(seed: seed) { stage in
            try stage.write(
                """
                storefront:
                  rollout: rolling
                  processes: {web: {command: bin/new}}
                  tasks: {migrate: {command: bin/migrate, when: before_rollout, wait: true}}
                """
            )
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            // Theirs took our settings along, so that ours is not needed any more.
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            #expect(!(try await stage.json("/v3/deployments")).contains("SUPERSEDED"))
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `one that does not end is reported with what was not attempted`() async throws {
        try await withStage(seed: seed(nil)) { stage in
            try stage.write(Self.manifest)
            await stage.delay("POST", "/v3/processes/*/actions/scale")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes", "--parallelism", "1", "--wait-for-deployments", "20s")

            #expect(apply.status == 1)
            #expect(apply.error.contains("[deployment-in-flight]"), "\(apply)")
            #expect(apply.error.contains("has not ended after 20 seconds"), "\(apply)")
            #expect(apply.output.contains("; 0 failed, "), "\(apply)")
        }
    }

    @Test func `a canary that pauses is reported at once`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            await stage.delay("PATCH", "/v3/processes/*")
            await stage.meanwhile.set { try await stage.deployByHand("storefront", strategy: "canary") }

            let apply = await stage.run("apply", "--yes", "--parallelism", "1")

            #expect(apply.status == 1)
            #expect(apply.error.contains("is paused"), "\(apply)")
            #expect(stage.clock.sleeps.reduce(.zero, +) < .seconds(60))
        }
    }

    @Test func `a change that is refused for itself is no wait`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write("storefront: {processes: {web: {health_check: {timeout: 600}}}}")
            await stage.delay("PATCH", "/v3/processes/*")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("[api-rejected]"), "\(apply)")
        }
    }
}
