import Diagnostics
import Sandbox
import TestSupport
import Testing

@testable import Reconciliation

/// What is remembered of runs on the platform, with whole commands.
@Suite struct RunMemoryTests {
    /// Of the task `migrate` with the command `bin/migrate` and nothing else.
    static let fingerprint: String = {
        let origin = SourceRange(
            file: "-",
            start: SourcePosition(line: 1, column: 1),
            end: SourcePosition(line: 1, column: 1)
        )
        let command = DeclaredField(.command, .text("bin/migrate"), at: origin, key: origin)
        return Fingerprint(of: DesiredTask(name: "migrate", origin: origin, fields: [command]), droplet: nil).hex
    }()

    private static let days = 86_400

    private func seed(_ runs: Seed.TaskRun...) -> Seed {
        var seed = Seed.storefront
        seed.taskRuns = runs
        return seed
    }

    private func rows(_ stage: Stage) async throws -> Int {
        try await stage.json("/v3/tasks?names=migrate,seed,once&per_page=5000").matches(of: #/"sequence_id"/#).count
    }

    @Test func `40 days later nothing runs again, although the rows are gone`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("*", runSeconds: 5))) { stage in
            try stage.write(
                """
                storefront:
                  tasks:
                    migrate: {command: bin/migrate, wait: true, when: before_rollout}
                    seed: {command: bin/seed, retries: 3}
                    once: {template: {process: worker}, run: once_per_droplet}
                """
            )
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(try await rows(stage) == 3)

            await stage.sandbox.advance(by: 40 * Self.days)
            #expect(try await rows(stage) == 0)
            let plan = await stage.run("plan", "--exit-code")
            await stage.sandbox.clearJournal()
            let apply = await stage.run("apply", "--yes")

            #expect(plan.status == 0, "\(plan)")
            #expect(plan.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"))
            // The waited one's outcome was seen.
            #expect(
                plan.output.contains("storefront/tasks/seed (run 3), acme/production/storefront/tasks/once (run 4)\n")
            )
            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a manifest that is reverted after 40 days does not run the earlier specification again`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("*", runSeconds: 5))) { stage in
            for command in ["one", "two", "three"] {
                try stage.write("storefront: {tasks: {migrate: {command: bin/\(command)}}}")
                #expect(await stage.run("apply", "--yes").status == 0)
                await stage.sandbox.advance(by: 40 * Self.days)
            }
            #expect(try await rows(stage) == 0)
            #expect(await stage.posts() == 3)

            for command in ["one", "two", "three"] {
                try stage.write("storefront: {tasks: {migrate: {command: bin/\(command)}}}")
                #expect(await stage.run("apply", "--yes").output.hasSuffix("Applied 0 of 0 operations.\n"))
            }

            #expect(await stage.posts() == 3)
        }
    }

    @Test func `a failure is remembered when its row is gone, and resolved by another revision`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: 2, result: .failed))) { stage in
            let declaration = "storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 1"
            try stage.write(declaration + "}}}")
            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await stage.posts() == 2)

            await stage.sandbox.advance(by: 40 * Self.days)
            let again = await stage.run("apply", "--yes")
            #expect(again.status == 5, "\(again)")
            #expect(await stage.posts() == 2)

            try stage.write(declaration + ", revision: 2}}}")
            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await stage.posts() == 4)
        }
    }

    @Test func `a run that we cancelled is called so, now and when its row is gone`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("migrate", runSeconds: nil))) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write("storefront: {tasks: {migrate: {state: canceled}}}")
            await stage.sandbox.clearJournal()

            #expect(await stage.run("apply", "--yes").status == 0)

            #expect(await stage.writes().map { $0.prefix(4) } == ["PATC", "POST"])
            #expect(await stage.run("apply", "--yes").output.hasSuffix("Applied 0 of 0 operations.\n"))
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            for wait in [60, 40 * Self.days] {
                await stage.sandbox.advance(by: wait)
                let plan = await stage.run("plan")
                #expect(plan.status == 5)
                #expect(plan.output.contains("it was cancelled"), "\(plan)")
            }
        }
    }

    @Test(arguments: [([String](), 90), (["--claim-timeout", "9s"], 9)])
    func `a claim that somebody left is waited for once`(_ arguments: [String], _ seconds: Int) async throws {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps[0].metadata.annotations[
            Text("evenkeel.dev/claim.\(Self.fingerprint.prefix(12)).0000002a")
        ] = Text(
            #"{"v":1,"task":"migrate","fp":"\#(Self.fingerprint)","at":"2026-11-20T00:00:00Z","by":"dev/build-3"}"#
        )
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            let plan = await stage.run("plan")
            #expect(
                plan.output.contains("a claim stands, that of dev/build-3, put up at 2026-11-20T00:00:00Z"),
                "\(plan)"
            )

            let run = await stage.run("apply", ["--yes"] + arguments)

            #expect(run.status == 0, "\(run)")
            #expect(run.error.contains("a claim stands, that of dev/build-3"))
            let waited = stage.clock.sleeps.reduce(.zero, +)
            #expect(waited >= .seconds(seconds))
            #expect(waited < .seconds(seconds + seconds / 9))
            #expect(await stage.posts() == 1)
            #expect(await stage.run("apply", "--yes").output.hasSuffix("Applied 0 of 0 operations.\n"))
        }
    }

    @Test func `a claim says who and when, and is left where nobody knows whether the run exists`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            await stage.sandbox.addFault(Fault(method: "POST", path: "/v3/apps/*/tasks", .reset))

            #expect(await stage.run("apply", "--yes").status == 1)

            let app = try await stage.json("/v3/apps?names=storefront")
            #expect(app.contains(#"\"at\":\"2026-11-21T03:00:00Z\",\"by\":\"dev/build-7\""#), "\(app)")
            // It was not started; the next apply finds that out and starts it.
            let second = await stage.run("apply", "--yes")
            #expect(second.status == 0, "\(second)")
            #expect(try await rows(stage) == 1)
            #expect(try await !stage.json("/v3/apps?names=storefront").contains("evenkeel.dev/claim."))
        }
    }

    @Test func `a run takes nine requests, and an app without tasks none of them`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {a: b}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            let without = await stage.sandbox.journal().count
            await stage.sandbox.clearJournal()
            try stage.write("storefront: {metadata: {labels: {a: c}}, tasks: {migrate: {command: bin/migrate}}}")

            #expect(await stage.run("apply", "--yes").status == 0)

            let journal = await stage.sandbox.journal()
            // Beside the list of tasks, which is read only where some are declared.
            #expect(journal.count == without + 1 + 9, "\(journal.map(\.path))")
        }
    }

    @Test func `what is written to the app stays below what the server takes`() async throws {
        try await withStage(seed: seed(Seed.TaskRun("*", runSeconds: 1))) { stage in
            let name = String(repeating: "n", count: 255)
            for revision in 1...25 {
                try stage.write("storefront: {tasks: {\(name): {command: x, revision: \(revision)}}}")
                let run = await stage.run("apply", "--yes")
                #expect(run.status == 0, "\(revision): \(run)")
                // The rows of those that find no room in the record are still there.
                let plan = await stage.run("plan", "--exit-code")
                #expect(plan.status == 0, "\(revision): \(plan)")
            }
            // The newest 20 are remembered.
            await stage.sandbox.advance(by: 40 * Self.days)
            for (revision, isRemembered) in [(25, true), (6, true), (5, false)] {
                try stage.write("storefront: {tasks: {\(name): {command: x, revision: \(revision)}}}")
                #expect(await (stage.run("plan", "--exit-code").status == 0) == isRemembered, "\(revision)")
            }
        }
    }

    @Test(arguments: ["2s", "90", "soon", "-5s"])
    func `a time for claims that cannot work is refused`(_ text: String) async throws {
        let run = await evenkeel("apply", "x.yml", "--claim-timeout=\(text)")

        #expect(run.status == 64)
        #expect(run.error.contains("--claim-timeout takes digits and one of s, m, h, at least 3s"))
    }

    /// The runtime refuses so many runs that are created next.
    private func refuseRuns(_ stage: Stage, times: Int) async {
        await stage.sandbox.addFault(
            Fault(method: "POST", path: "/v3/apps/*/tasks", times: times, .runtime(.refusing))
        )
    }

    @Test func `a run that the platform certainly refused counts as not run, however often it happens`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true}}}")
            await refuseRuns(stage, times: 3)

            for count in 1...3 {
                let run = await stage.run("apply", "--yes")
                #expect(run.status == 5, "\(run)")
                #expect(run.error.contains("run again: it counts as not run"), "\(run)")
                #expect(await stage.posts() == count)
                let plan = await stage.run("plan", "--exit-code")
                #expect(plan.status == 2 && plan.output.contains("1 task to run"), "\(plan)")
            }
            let run = await stage.run("apply", "--yes")
            #expect(run.status == 0, "\(run)")
            #expect(await stage.posts() == 4)
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `a refused run is not repeated by the same apply, and is no attempt of retries`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true, retries: 1}}}")
            await refuseRuns(stage, times: 2)

            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await stage.posts() == 1)
            #expect(await stage.run("apply", "--yes").status == 5)
            #expect(await stage.posts() == 2)
            let run = await stage.run("apply", "--yes")
            #expect(run.status == 0, "\(run)")
            #expect(try await stage.json("/v3/tasks?states=SUCCEEDED").contains(#/"evenkeel.dev\/attempt": ?"1"/#))
        }
    }
}
