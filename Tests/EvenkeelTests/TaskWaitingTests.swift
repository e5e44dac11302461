import Sandbox
import TestSupport
import Testing

/// Tasks that are waited for, repeated, and kept in their order; the sandbox's clock moves with ours.
@Suite struct TaskWaitingTests {
    private func seed(_ runs: Seed.TaskRun...) -> Seed {
        var seed = Seed.storefront
        seed.taskRuns = runs
        return seed
    }

    private func posts(_ stage: Stage) async -> Int {
        await stage.writes().count { $0.hasPrefix("POST") && $0.hasSuffix("/tasks") }
    }

    @Test func `a waited task is followed by the next only when it has succeeded`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 45))) { stage in
            try stage.write(
                """
                storefront:
                  tasks:
                    migrate: {command: bin/migrate, wait: {timeout: 5m}, when: before_rollout}
                    seed: {command: bin/seed}
                """
            )

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("has SUCCEEDED"))
            #expect(run.output.hasSuffix("Applied 2 of 2 operations.\n"))
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `a failed task is repeated as declared, then its app ends with status 5`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 2, result: .failed))) { stage in
            try stage.write(
                """
                storefront:
                  tasks:
                    migrate: {command: bin/migrate, wait: true, retries: 2, when: before_rollout}
                    seed: {command: bin/seed}
                """
            )

            let first = await stage.run("apply", "--yes")
            #expect(first.status == 5, "\(first)")
            #expect(await posts(stage) == 3)
            #expect(first.output.hasSuffix("Applied 0 of 2 operations; 1 failed, 1 not attempted.\n"), "\(first)")

            let second = await stage.run("apply", "--yes")
            #expect(second.status == 5, "\(second)")
            #expect(second.output.contains("not attempted: `acme/production/storefront/tasks/migrate` failed"))
            #expect(await posts(stage) == 3)

            let plan = await stage.run("plan")
            #expect(plan.status == 5)
        }
    }

    @Test func `a run that somebody cancels is not repeated`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 60))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 2}}}")
            await stage.meanwhile.set { try await stage.cancelByHand("migrate") }

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 5, "\(run)")
            #expect(run.error.contains("`acme/production/storefront/tasks/migrate` was cancelled"), "\(run)")
            #expect(run.error.contains("give it another `revision`"), "\(run)")
            #expect(await stage.posts() == 1)
            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await stage.posts() == 1)
        }
    }

    @Test func `a run before a rollout that somebody cancels keeps the app from being rolled out`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 60))) { stage in
            try stage.write(
                """
                storefront:
                  processes: {web: {command: bin/other}}
                  tasks: {migrate: {command: bin/migrate, wait: true, retries: 2, when: before_rollout}}
                """
            )
            await stage.meanwhile.set { try await stage.cancelByHand("migrate") }
            #expect(await stage.run("apply", "--yes").status == 5)

            let second = await stage.run("apply", "--yes")

            #expect(second.status == 5, "\(second)")
            #expect(second.output.contains("0 to restart"), "\(second)")
            #expect(await stage.posts() == 1)
            #expect(await stage.writes().allSatisfy { !$0.hasSuffix("/v3/deployments") && !$0.hasSuffix("/restart") })
        }
    }

    @Test func `a run that an earlier apply has started is repeated by the next one when it fails`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 20, result: .failed))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 1}}}")
            await stage.sandbox.addFault(
                Fault(method: "GET", path: "/v3/tasks/*", times: 1, .answer(status: 400, headers: [], body: []))
            )
            let broken = await stage.run("apply", "--yes")
            try #require(broken.status == 1, "\(broken)")

            let second = await stage.run("apply", "--yes")
            #expect(second.status == 5, "\(second)")
            #expect(second.output.contains("attempt 2 follows when it fails"), "\(second)")
            #expect(second.error.contains("attempt 1 is FAILED, attempt 2 follows"), "\(second)")
            #expect(second.error.contains("give it another `revision`"), "\(second)")
            #expect(await posts(stage) == 2)

            let third = await stage.run("apply", "--yes")
            #expect(third.status == 5, "\(third)")
            #expect(await posts(stage) == 2)
        }
    }

    @Test(arguments: [false, true])
    func `a run that an earlier apply has started is repeated under a saved plan, too`(_ isCanceled: Bool) async throws
    {
        let runs = [Seed.TaskRun("migrate", runSeconds: 20, result: .failed)]
        try await withStage(seed: seed(runs[0])) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 2}}}")
            await stage.sandbox.addFault(
                Fault(method: "GET", path: "/v3/tasks/*", times: 1, .answer(status: 400, headers: [], body: []))
            )
            try #require(await stage.run("apply", "--yes").status == 1)
            let file = try await stage.savePlan()
            if isCanceled { await stage.meanwhile.set { try await stage.cancelByHand("migrate") } }

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 5, "\(apply)")
            // What somebody cancels is not repeated.
            #expect(await posts(stage) == (isCanceled ? 0 : 2))
        }
    }

    @Test func `a run that has failed since it was approved to be waited for is repeated`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 20, result: .failed))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 1}}}")
            await stage.sandbox.addFault(
                Fault(method: "GET", path: "/v3/tasks/*", times: 1, .answer(status: 400, headers: [], body: []))
            )
            try #require(await stage.run("apply", "--yes").status == 1)
            let file = try await stage.savePlan()
            await stage.sandbox.advance(by: 60)

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 5, "\(apply)")
            #expect(await posts(stage) == 1)
        }
    }

    @Test func `without a wait the next apply repeats what has failed`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 2, result: .failed))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, retries: 1}}}")

            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.advance(by: 10)
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.advance(by: 10)
            let third = await stage.run("apply", "--yes")

            #expect(third.status == 5, "\(third)")
            #expect(await posts(stage) == 2)
        }
    }

    @Test func `a run of the same name from another specification is waited for`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 30))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate --again}}}")

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(run.error.contains("run 2 of that name has to end first"), "\(run)")
            #expect(await posts(stage) == 2)
        }
    }

    @Test func `a run that an interrupted apply left is waited for and not created again`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 60))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: {timeout: 20s}}}}")
            let tooShort = await stage.run("apply", "--yes")
            #expect(tooShort.status == 1, "\(tooShort)")
            #expect(tooShort.error.contains("[wait-timed-out]"))

            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: {timeout: 5m}}}}")
            let patient = await stage.run("apply", "--yes")

            #expect(patient.status == 0, "\(patient)")
            #expect(patient.output.contains("has SUCCEEDED"), "\(patient)")
            #expect(await posts(stage) == 1)
        }
    }

    @Test func `a dry run waits for nothing`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: nil))) { stage in
            try stage.write("storefront: {tasks: {old-import: {command: bin/other, wait: true}}}")

            let run = await stage.run("apply", "--dry-run")

            #expect(run.status == 0, "\(run)")
            #expect(stage.clock.sleeps.isEmpty)
            #expect(await stage.writes() == [])
        }
    }
}
