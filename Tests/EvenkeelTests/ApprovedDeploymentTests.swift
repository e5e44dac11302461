import Foundation
import Sandbox
import TestSupport
import Testing

/// Deployments that somebody else starts in the middle of an apply of what was approved; the sandbox's clock moves with ours.
@Suite struct ApprovedDeploymentTests {
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

    private static let moments = [
        // Before the first write; at the first change of web; after it.
        ("GET", "/v3/processes/*"), ("PATCH", "/v3/processes/*"), ("POST", "/v3/processes/*/actions/scale"),
    ]

    @Test(arguments: moments)
    func `what is left of a saved plan is done when it has ended`(_ method: String, _ path: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await stage.delay(method, path)
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command("apply", "--plan", file, "--parallelism", "1")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 4 of 4 operations.\n"), "\(apply)")
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test(arguments: moments)
    func `what is left of a checksum's plan is done when it has ended`(_ method: String, _ path: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.manifest)
            let plan = await stage.unmasked("plan").output
            let checksum = try #require(plan.firstMatch(of: #/Checksum: ([0-9a-f]{64})/#)).output.1
            await stage.delay(method, path)
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--checksum", String(checksum), "--parallelism", "1")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 4 of 4 operations.\n"), "\(apply)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

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
            let file = try await stage.savePlan()
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 3 of 3 operations.\n"), "\(apply)")
            // Theirs took our settings along, so that ours is not needed any more.
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            #expect(await stage.posts() == 1)
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `one that does not end is reported with what was not attempted`() async throws {
        try await withStage(seed: seed(nil)) { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await stage.delay("POST", "/v3/processes/*/actions/scale")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.command(
                "apply",
                "--plan",
                file,
                "--parallelism",
                "1",
                "--wait-for-deployments",
                "20s"
            )

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("has not ended after 20 seconds"), "\(apply)")
            #expect(apply.output.contains("; 0 failed, "), "\(apply)")
        }
    }
}
