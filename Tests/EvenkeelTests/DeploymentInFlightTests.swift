import Foundation
import Sandbox
import TestSupport
import Testing

/// Deployments that somebody else starts in the middle of an apply, of a manifest or of what was approved; the sandbox's
/// clock moves with ours.
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

    /// How an apply knows what to do.
    enum Order: CaseIterable {
        case manifest, savedPlan, checksum

        /// The command that performs the manifest of the stage so; what it needs is approved here.
        func command(_ stage: Stage) async throws -> [String] {
            let manifest = stage.folder.appending(path: "acme.yml").path
            switch self {
            case .manifest: return ["apply", manifest, "--yes", "--parallelism", "1"]
            case .savedPlan: return ["apply", "--plan", try await stage.savePlan(), "--parallelism", "1"]
            case .checksum:
                let plan = await stage.unmasked("plan").output
                let checksum = try #require(plan.firstMatch(of: #/Checksum: ([0-9a-f]{64})/#)).output.1
                return ["apply", manifest, "--checksum", String(checksum), "--parallelism", "1"]
            }
        }
    }

    private static let moments = [
        // After the plan and before the first write; at the first change of web; after it.
        ("GET", "/v3/processes/*"), ("PATCH", "/v3/processes/*"), ("POST", "/v3/processes/*/actions/scale"),
    ]

    @Test(arguments: Order.allCases, moments)
    func `the app is planned or judged again when it has ended, and the others do not wait`(
        _ order: Order,
        _ moment: (method: String, path: String)
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let command = try await order.command(stage)
            await stage.delay(moment.method, moment.path)
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command(command)

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

    @Test(arguments: [Order.manifest, .savedPlan])
    func `one that begins before our own rollout is not superseded`(_ order: Order) async throws {
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
            let command = try await order.command(stage)
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command(command)

            #expect(apply.status == 0, "\(apply)")
            if order == .savedPlan { #expect(apply.output.hasSuffix("Applied 3 of 3 operations.\n"), "\(apply)") }
            #expect(await stage.posts() == 1)
            // Theirs took our settings along, so that ours is not needed any more.
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            #expect(!(try await stage.json("/v3/deployments")).contains("SUPERSEDED"))
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test(arguments: [Order.manifest, .savedPlan])
    func `one that does not end is reported with what was not attempted`(_ order: Order) async throws {
        try await withStage(seed: seed(nil)) { stage in
            try stage.write(Self.manifest)
            let command = try await order.command(stage)
            await stage.delay("POST", "/v3/processes/*/actions/scale")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command(command + ["--wait-for-deployments", "20s"])

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

    // MARK: - What was approved

    @Test func `as many as begin one after the other are waited for`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            try await stage.deployByHand("storefront")
            await stage.meanwhile.set(
                { try await stage.deployByHand("storefront") },
                { try await stage.deployByHand("storefront") }
            )

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `what is no longer the approved change is left alone, and the rest of other apps is done`() async throws
    {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await stage.delay("PATCH", "/v3/processes/*")
            await stage.meanwhile.set {
                try await stage.patchByHand("storefront", "/processes/worker", #"{"command": "bin/theirs"}"#)
                try await stage.deployByHand("storefront")
            }

            let apply = await stage.command("apply", "--plan", file, "--parallelism", "1")

            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("error[plan-stale]"), "\(apply)")
            #expect(apply.error.contains(#"now "bin/theirs" -> "bin/work --new""#), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 1 of 4 operations; 0 failed, 3 not attempted.\n"), "\(apply)")
            #expect(try await stage.process(ofApp: "storefront", "worker").contains("bin/theirs"))
        }
    }

    @Test func `what was done is not undone by what others change meanwhile`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await stage.delay("POST", "/v3/processes/*/actions/scale")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }
            // Payments is done by then, and is no part of what is judged again.
            let scaled = Self.manifest.replacingOccurrences(
                of: "payments: {processes: {web: {instances: 2}}}",
                with: ""
            )
            try stage.write(scaled)

            let apply = await stage.command("apply", "--plan", file, "--parallelism", "1")

            #expect(apply.status == 0, "\(apply)")
            let settings = await stage.writes().filter { $0.hasPrefix("PATCH /v3/processes/") }
            #expect(settings.count == 3, "\(settings)")
            #expect(apply.output.components(separatedBy: "command").count == 5, "\(apply)")
        }
    }
}
