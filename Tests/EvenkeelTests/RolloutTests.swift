import Foundation
import Sandbox
import TestSupport
import Testing

/// Settings are made live; the sandbox's clock moves with ours.
@Suite struct RolloutTests {
    private func manifest(_ rollout: String, _ command: String = "bin/new") -> String {
        """
        storefront:
          rollout: \(rollout)
          processes:
            web: {command: \(command), instances: 3, health_check: {type: http, endpoint: /health}}
            worker: {memory_in_mb: 256}
        """
    }

    private func rollouts(_ stage: Stage) async -> [String] {
        await stage.writes().filter { $0.hasSuffix("/v3/deployments") || $0.hasSuffix("/restart") }
    }

    @Test(arguments: ["restart", "rolling", "{strategy: rolling, max_in_flight: 2, timeout: 5m}"])
    func `an app is rolled out once, and a second apply sends nothing`(_ rollout: String) async throws {
        try await withStage { stage in
            try stage.write(manifest(rollout))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 5 of 5 operations.\n"), "\(apply)")
            #expect(await rollouts(stage).count == 1)
            await stage.sandbox.clearJournal()
            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 0, "\(plan)")
            #expect(plan.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"), "\(plan)")
            #expect(!plan.output.contains("Not live"))
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.writes() == [])
        }
    }

    @Test func `without a rollout what is owed is named until somebody restarts the app`() async throws {
        try await withStage { stage in
            try stage.write(manifest("none"))
            #expect(await stage.run("apply", "--yes").status == 0)

            let owed = await stage.run("plan", "--exit-code")
            #expect(owed.status == 0)
            #expect(owed.output.contains("cf restart storefront --strategy rolling"), "\(owed)")

            try await stage.restartByHand("storefront")
            #expect(!(await stage.run("plan").output.contains("cf restart")))
        }
    }

    @Test func `a restart that an interrupted apply owes is made by the next`() async throws {
        try await withStage { stage in
            try stage.write(manifest("none"))
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write(manifest("rolling"))

            let plan = await stage.run("plan", "--exit-code")
            let apply = await stage.run("apply", "--yes")

            #expect(plan.status == 2)
            #expect(plan.output.contains("Plan: 0 tasks to run, 0 to update, 0 to cancel, 1 to restart,"), "\(plan)")
            #expect(apply.status == 0, "\(apply)")
            #expect(await rollouts(stage).count == 1)
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `a version that crashes is rolled back, reported, and still owed`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/crash", result: .crashed)]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("{strategy: rolling, timeout: 60s}", "bin/crash"))

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 1)
            #expect(apply.error.contains("[rollout-failed]"), "\(apply)")
            #expect(await stage.writes().contains { $0.hasSuffix("/actions/cancel") })
            await stage.sandbox.advance(by: 60)

            let next = await stage.run("plan")
            #expect(next.output.contains("1 to restart"), "\(next)")
        }
    }

    @Test func `tasks stand before and after the rollout, and one that fails keeps it from happening`() async throws {
        let apps = """
            storefront:
              rollout: restart
              processes: {web: {command: bin/new}}
              tasks:
                after: {command: bin/after}
                before: {command: bin/before, when: before_rollout, wait: true}
            """
        try await withStage { stage in
            try stage.write(apps)
            #expect(await stage.run("apply", "--yes").status == 0)
            // Between them stand the PATCHes that remember the runs.
            let posts = await stage.writes().filter { $0.hasPrefix("POST") }
            let kinds = posts.map { String($0.split(separator: "/").last ?? "") }
            #expect(kinds == ["tasks", "restart", "tasks"], "\(kinds)")
        }
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("before", runSeconds: 2, result: .failed)]
        try await withStage(seed: seed) { stage in
            try stage.write(apps)
            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await rollouts(stage).isEmpty)
        }
    }

    @Test func `a deployment that was answered with 503 has happened and is taken up`() async throws {
        try await withStage { stage in
            try stage.write(manifest("rolling"))
            await stage.sandbox.addFault(
                Fault(
                    method: "POST",
                    path: "/v3/deployments",
                    moment: .afterCommit,
                    .answer(status: 503, headers: [], body: [])
                )
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await rollouts(stage).count == 1)
        }
    }

    @Test func `a token that expires while a rollout is waited for is replaced`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: 200)]
        var options = SandboxServer.Options.testing
        options.tokenLifetime = 120
        try await withStage(seed: seed, options: options) { stage in
            try stage.write(manifest("{strategy: restart, timeout: 10m}"))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.sandbox.journal().filter(\.isTokenRequest).count > 1)
        }
    }

    @Test func `what a kill between PATCH and rollout left is rolled out by the next apply`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(manifest("rolling"))
            await stage.sandbox.addFault(Fault(method: "POST", path: "/v3/deployments", times: 1, .never))
            try await stage.kill("apply", "--yes") { $0.isWrite && $0.path == "/v3/deployments" }

            let next = await stage.run("apply", "--yes")

            #expect(next.status == 0, "\(next)")
            #expect(next.output.hasSuffix("Applied 1 of 1 operation.\n"), "\(next)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `a deployment that somebody else started is waited for, then the app is planned again`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 8)]
        try await withStage(seed: seed) { stage in
            try stage.write(
                """
                storefront: {processes: {web: {instances: 5, command: bin/new}}}
                payments: {processes: {web: {instances: 2}}}
                """
            )
            try await stage.deployByHand("storefront")

            let plan = await stage.run("plan")
            let apply = await stage.run("apply", "--yes")

            #expect(plan.output.contains("waits for deployment"), "\(plan)")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 3 of 3 operations.\n"), "\(apply)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
            // The other app did not wait.
            let writes = await stage.writes()
            #expect(writes.firstIndex { $0.hasSuffix("/actions/scale") } == 1, "\(writes)")
        }
    }
}
