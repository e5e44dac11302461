import CloudController
import Foundation
import Sandbox
import TestSupport
import Testing

/// Rollouts that do not get on, and a server that does not answer well; the sandbox's clock moves with ours.
@Suite struct RolloutPatienceTests {
    private static let crash = """
        storefront:
          rollout: {strategy: rolling, timeout: 60s}
          processes: {web: {command: bin/crash}}
        """

    private func seed() -> Seed {
        var seed = Seed.storefront
        seed.processRuns = [
            Seed.ProcessRun(command: "bin/crash", result: .crashed),
            Seed.ProcessRun(command: "bin/slow", startSeconds: 30),
        ]
        seed.buildRuns = [Seed.BuildRun("*", runSeconds: 60, processTypes: [("web", "bin/serve")])]
        return seed
    }

    private func cancels(_ stage: Stage) async -> Int {
        await stage.writes().count { $0.hasPrefix("POST /v3/deployments/") && $0.hasSuffix("/actions/cancel") }
    }

    private func trouble(
        _ method: String,
        _ path: String,
        _ status: Int,
        times: Int?,
        _ moment: Fault.Moment = .beforeCommit
    ) -> Fault {
        Fault(
            method: method,
            path: path,
            moment: moment,
            times: times,
            .answer(status: status, headers: [], body: [])
        )
    }

    @Test func `a deployment is cancelled although nobody can tell which instances crash`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.crash)
            await stage.sandbox.addFault(trouble("GET", "/v3/processes/*/stats", 503, times: nil))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("[rollout-failed]"), "\(apply)")
            #expect(apply.error.contains("it is being cancelled"), "\(apply)")
            #expect(await cancels(stage) == 1)
            #expect(try await stage.json("/v3/deployments").contains("CANCELING"))
        }
    }

    @Test(arguments: [Fault.Moment.beforeCommit, .afterCommit])
    func `a cancel that was answered with 503 is repeated, or found to have happened`(
        _ moment: Fault.Moment
    )
        async throws
    {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.crash)
            await stage.sandbox.addFault(trouble("POST", "/v3/deployments/*/actions/cancel", 503, times: 1, moment))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("cancelled"), "\(apply)")
            #expect(!apply.error.contains("could not be cancelled"), "\(apply)")
            #expect(await cancels(stage) == (moment == .beforeCommit ? 2 : 1))
            #expect(!(try await stage.json("/v3/deployments")).contains("DEPLOYING"))
        }
    }

    @Test func `instances that crash are told as they were before the deployment is cancelled`() async throws {
        try await withStage(seed: seed()) { stage in
            var stage = stage
            let sandbox = stage.sandbox
            let stopping = #"{"resources": [{"type": "web", "index": 0, "state": "STOPPING"}]}"#
            let answer = Fault(
                method: "GET",
                path: "/v3/processes/*/stats",
                times: nil,
                .answer(status: 200, headers: [("Content-Type", "application/json")], body: Array(stopping.utf8))
            )
            stage.network = MeddlingTransport(StoreTransport(sandbox.store)) { request in
                if request.path.hasSuffix("/actions/cancel") { await sandbox.addFault(answer) }
            }
            try stage.write(Self.crash)

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("instance 0 of web is CRASHED"), "\(apply)")
            #expect(!apply.error.contains("STOPPING"), "\(apply)")
        }
    }

    @Test func `a deployment that cannot be cancelled is said to go on, with the command that ends it`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(Self.crash)
            await stage.sandbox.addFault(trouble("POST", "/v3/deployments/*/actions/cancel", 503, times: nil))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("it could not be cancelled"), "\(apply)")
            #expect(apply.error.contains("cf cancel-deployment storefront"), "\(apply)")
        }
    }

    @Test(arguments: ["/v3/deployments/*", "/v3/processes/*/stats"])
    func `errors while a rollout is waited for are no end of it`(_ path: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write("storefront:\n  rollout: rolling\n  processes: {web: {command: bin/slow}}")
            await stage.sandbox.addFault(trouble("GET", path, 502, times: 13))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await cancels(stage) == 0)
        }
    }

    @Test func `errors that last as long as the patience are told at its end`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(
                "storefront:\n  rollout: {strategy: restart, timeout: 60s}\n  processes: {web: {command: x}}"
            )
            await stage.sandbox.addFault(trouble("GET", "/v3/processes/*/stats", 502, times: nil))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("[rollout-failed]"), "\(apply)")
            #expect(apply.error.contains("the last looks brought nothing"), "\(apply)")
            #expect(apply.error.contains("/stats: 502"), "\(apply)")
        }
    }

    @Test func `errors while an image is staged or a foreign deployment is waited for are no end either`() async throws
    {
        try await withStage(seed: seed()) { stage in
            try stage.write(
                """
                storefront:
                  rollout: rolling
                  droplet: {image: "registry.acme.example/storefront:2", image_update: restage}
                """
            )
            await stage.sandbox.addFault(trouble("GET", "/v3/builds/*", 502, times: 13))
            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
        }
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 8)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {processes: {web: {instances: 5}}}")
            try await stage.deployByHand("storefront")
            await stage.sandbox.addFault(trouble("GET", "/v3/deployments/*", 502, times: 13))
            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
        }
    }

    // MARK: - What an earlier apply left

    @Test func `a deployment that a killed apply left is given up after the time of its rollout, then mended`()
        async throws
    {
        try await withStage(seed: seed(), over: .socket) { stage in
            try stage.write(Self.crash)
            try await stage.kill("apply", "--yes") { $0.path.hasPrefix("/v3/deployments/") }
            try stage.write(Self.crash.replacingOccurrences(of: "bin/crash", with: "bin/good"))

            let next = await stage.run("apply", "--yes")

            #expect(next.status == 0, "\(next)")
            #expect(next.error.contains("warning[rollout-failed]"), "\(next)")
            #expect(next.error.contains("that an earlier apply began was cancelled"), "\(next)")
            #expect(await cancels(stage) == 1)
            #expect(try await stage.process(ofApp: "storefront", "web").contains("bin/good"))
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `one that somebody else began is never cancelled`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: nil)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {rollout: {strategy: rolling, timeout: 5s}, processes: {web: {instances: 5}}}")
            try await stage.deployByHand("storefront")

            let apply = await stage.run("apply", "--yes", "--wait-for-deployments", "60s")

            #expect(apply.status == 1)
            #expect(apply.error.contains("has not ended after 60 seconds"), "\(apply)")
            #expect(apply.error.contains("cf cancel-deployment storefront"), "\(apply)")
            #expect(await cancels(stage) == 0)
        }
    }

    @Test func `a task after a rollout does not run while what was rolled out does not`() async throws {
        try await withStage(seed: seed()) { stage in
            let manifest = """
                storefront:
                  rollout: {strategy: restart, timeout: 6s}
                  processes: {web: {command: bin/crash}}
                  tasks: {after: {command: bin/after}}
                """
            try stage.write(manifest)
            let first = await stage.run("apply", "--yes")
            #expect(first.status == 1)
            #expect(!first.error.contains("run again"), "\(first)")

            let second = await stage.run("apply", "--yes")
            #expect(second.status == 1, "\(second)")
            #expect(second.error.contains("the task stands behind the rollout"), "\(second)")
            #expect(second.error.contains("instance 0 of web is CRASHED"), "\(second)")
            #expect(await stage.posts() == 0)

            try stage.write(manifest.replacingOccurrences(of: "bin/crash", with: "bin/good"))
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.posts() == 1)
        }
    }

    // MARK: - Targets

    @Test func `a task that stands before the rollout holds it, also when targets leave the task out`() async throws {
        var seed = seed()
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 2)]
        let web = "acme/production/storefront/processes/web"
        func manifest(_ command: String) -> String {
            """
            storefront:
              rollout: restart
              processes: {web: {command: \(command)}}
              tasks: {migrate: {command: bin/migrate, when: before_rollout, wait: true}}
            """
        }
        func restarts(_ stage: Stage) async -> Int { await stage.writes().count { $0.hasSuffix("/restart") } }
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("bin/one"))
            let plan = await stage.run("plan", "--target", web)
            let words =
                "not attempted: `acme/production/storefront/tasks/migrate` has not run, and `--target` leaves it out"
            #expect(plan.output.contains(words), "\(plan)")
            let held = await stage.run("apply", "--yes", "--target", web)
            #expect(held.status == 1, "\(held)")
            #expect(held.output.contains("Applied 1 of 2 operations; 0 failed, 1 not attempted."), "\(held)")
            #expect(await restarts(stage) == 0)

            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await restarts(stage) == 1)
            try stage.write(manifest("bin/two"))
            #expect(await stage.run("apply", "--yes", "--target", web).status == 0)
            #expect(await restarts(stage) == 2)
        }
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 2, result: .failed)]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("bin/one"))
            #expect(await stage.run("apply", "--yes").status == 5)
            let held = await stage.run("apply", "--yes", "--target", web)
            #expect(held.status == 1, "\(held)")
            #expect(held.output.contains("failed, and `--target` leaves it out"), "\(held)")
            #expect(await restarts(stage) == 0)
            let status = await stage.run("status")
            let owed = "no apply makes it so before `acme/production/storefront/tasks/migrate` has succeeded"
            #expect(status.output.contains(owed), "\(status)")
        }
    }
}
