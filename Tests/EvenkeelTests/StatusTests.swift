import Foundation
import Sandbox
import TestSupport
import Testing

/// `status` with everything that instances, deployments and tasks can be in.
@Suite struct StatusTests {
    static let manifest = """
        storefront:
          processes:
            web:
              instances: {min: 3, max: 5}
              health_check: {type: http, endpoint: /health, timeout: 60}
              readiness_health_check: {type: process}
          tasks:
            migrate: {command: bin/migrate}
            report: {command: bin/report}
            old-import: {state: canceled}
        payments:
          processes: {web: {health_check: {type: port}}}
        empty:
          processes: {web: {instances: 1}}
        """

    /// Instances in every state that the runtime can tell of.
    static var troubled: Seed {
        var seed = Seed.storefront
        seed.processRuns = [
            Seed.ProcessRun(app: "storefront", type: "web", instances: [1, 2], result: .crashed, details: "exit 3"),
            Seed.ProcessRun(app: "storefront", type: "web", instances: [3], startSeconds: nil),
            Seed.ProcessRun(app: "storefront", type: "web", instances: [4], result: .unready),
            Seed.ProcessRun(app: "storefront", type: "web", instances: [5], result: .unplaced),
            Seed.ProcessRun(app: "payments", result: .missing),
        ]
        seed.taskRuns = [
            Seed.TaskRun("report", runSeconds: 5, result: .failed, failureReason: "exit \u{1b}[31m4")
        ]
        return seed
    }

    @Test func `everything that can be shown`() async throws {
        try await withStage(seed: Self.troubled) { stage in
            try stage.write(Self.manifest)
            try await stage.scaleByHand("storefront", "web", instances: 6)
            #expect(await stage.run("apply", "--yes", "--target", "**/tasks/report").status == 0)
            await stage.sandbox.advance(by: 11_700)

            expect(await stage.run("status"), "status")
            expect(await stage.run("status", "--format", "json"), "status-json")
        }
    }

    @Test func `nothing but reads is sent, and one request for stats a process of a started app`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)

            #expect(await stage.run("status").status == 0)

            let requests = await stage.sandbox.journal().filter { !$0.isTokenRequest }
            #expect(requests.allSatisfy { $0.method == "GET" })
            #expect(requests.count { $0.path.hasSuffix("/stats") } == 3)
            #expect(requests.count <= 10 + 3, "\(requests.map(\.path))")
        }
    }

    @Test func `a target narrows what is shown`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)

            let web = await stage.run("status", "--target", "acme/production/storefront/processes/web")
            #expect(web.status == 0, "\(web)")
            #expect(web.output.contains("  web "))
            #expect(!web.output.contains("worker") && !web.output.contains("payments") && !web.output.contains("task"))
        }
    }

    @Test func `whoever may only read sees the same`() async throws {
        try await withStage(user: "auditor") { stage in
            try stage.write(Self.manifest)

            let run = await stage.run("status")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("4 of 4 instances ready. 1 app stopped."), "\(run)")
        }
    }

    @Test func `what is not found is an error and the rest is shown`() async throws {
        try await withStage { stage in
            try stage.write(
                """
                storefornt: {processes: {web: {instances: 2}}}
                storefront: {processes: {web: {instances: 2}, wbe: {instances: 2}}}
                """
            )

            let run = await stage.run("status")

            #expect(run.status == 1)
            #expect(run.error.contains("did you mean `storefront`?") && run.error.contains("did you mean `web`?"))
            #expect(run.output.hasSuffix("3 of 3 instances ready. 2 with errors.\n"), "\(run)")
        }
    }

    @Test func `without the log cache nobody knows what is used`() async throws {
        try await withStage { stage in
            try stage.write("payments: {}")
            try await stage.changeRuntime(#"{"log_cache_available": false}"#)

            let run = await stage.run("status")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains(#/web  +1/1  +1 RUNNING  +0s +unknown +unknown/#), "\(run)")
            let json = await stage.run("status", "--format", "json")
            #expect(json.output.contains(#""memory_in_bytes": null"#))
        }
    }

    @Test func `while the runtime is down instances are unknown, and it is not asked over and over`() async throws {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps += (0..<30).map { number in
            Seed.App(
                "app-\(number)",
                droplets: [Seed.Droplet(processTypes: [("web", "bin/serve")])],
                processes: [Seed.Process("web", instances: 2, memory: 64, disk: 64)]
            )
        }
        try await withStage(seed: seed) { stage in
            try stage.write((0..<30).map { "app-\($0): {}" }.joined(separator: "\n"))
            await stage.sandbox.setRuntime(isAvailable: false)

            let run = await stage.run("status")

            #expect(run.status == 1)
            #expect(run.output.contains("?/2") && run.output.contains("unknown (CF-StatsUnavailable)"), "\(run)")
            #expect(run.output.contains("0 of 60 instances ready, 60 unknown. 30 with errors."), "\(run)")
            #expect(run.error.contains("could not show the instances of 30 processes"), "\(run)")
            #expect(run.error.hasSuffix("\n1 error\n"))
            let asked = await stage.sandbox.journal().filter { $0.path.hasSuffix("/stats") }
            #expect(Set(asked.map(\.path)).count == 10)
        }
    }

    @Test func `a deployment in flight has the old and the new process`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 600)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {processes: {web: {instances: 2}}}")
            await stage.sandbox.advance(by: 700)
            try await stage.deployByHand("storefront")

            let run = await stage.run("status")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains(#/web \(old\) +2/2 +2 RUNNING +11m/#), "\(run)")
            #expect(run.output.contains(#/web \(new\) +0/1 +1 STARTING/#), "\(run)")
            #expect(run.output.contains("deployment GUID is DEPLOYING since 2026-"), "\(run)")
            #expect(run.output.contains("1 deployment in flight."))
            #expect(!run.output.contains("declared"), "the deployment moves the instances")
        }
    }

    @Test func `a canary that is paused says who goes on`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {}")
            try await stage.deployByHand("storefront", strategy: "canary")
            await stage.sandbox.advance(by: 60)

            let run = await stage.run("status")

            #expect(run.status == 0)
            #expect(run.output.contains("is PAUSED since"), "\(run)")
            #expect(run.output.contains("the canary waits for `cf continue-deployment storefront`"), "\(run)")
            #expect(run.output.contains("1 deployment in flight, 1 paused."))
        }
    }

    @Test func `a restart that is owed is shown until somebody makes it`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {command: bin/new, health_check: {timeout: 30}}}}")
            #expect(await stage.run("apply", "--yes").status == 0)

            let owed = await stage.run("status")
            #expect(owed.output.contains("restart owed for command, health_check.timeout; `cf restart"), "\(owed)")
            #expect(owed.output.contains("1 restart owed."))
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}")
            #expect(await stage.run("status").output.contains("; the next apply makes it so"))

            try await stage.restartByHand("storefront")
            #expect(!(await stage.run("status").output.contains("restart owed")))
        }
    }

    @Test func `40 days later a task is shown by what the app remembers of it`() async throws {
        var seed = Seed.storefront
        seed.taskRuns = [
            Seed.TaskRun("migrate", runSeconds: 5), Seed.TaskRun("seed", runSeconds: 5),
            Seed.TaskRun("report", runSeconds: 5, result: .failed),
        ]
        try await withStage(seed: seed) { stage in
            try stage.write(
                """
                storefront:
                  tasks:
                    migrate: {command: bin/migrate, wait: true}
                    seed: {command: bin/seed}
                    report: {command: bin/report, wait: true}
                    never: {state: canceled}
                """
            )
            #expect(await stage.run("apply", "--yes").status == 5)
            await stage.sandbox.advance(by: 40 * 86_400)

            let text = await stage.run("status").output
            let document = await stage.run("status", "--format", "json").output

            let plain = text.replacing(#/2026-\S+Z/#, with: "TIME").replacing(#/ +/#, with: " ")
            for row in [
                "migrate 2 SUCCEEDED - recorded as SUCCEEDED on TIME; its row is deleted",
                "seed 3 has run - recorded as RUNNING on TIME, its end was not seen; its row is deleted",
                "report 4 FAILED - recorded as FAILED on TIME; its row is deleted",
                "never - none known - declared as canceled",
            ] {
                #expect(plain.contains("\n \(row)\n"), "\(text)")
            }
            #expect(text.hasSuffix(" 1 task failed.\n"), "\(text)")
            #expect(document.contains(#""state": "SUCCEEDED""#), "\(document)")
            #expect(document.contains(#""recorded_at": "2026-"#), "\(document)")
        }
    }

    @Test func `a task is shown by what is declared, and by its name where that has not run`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {tasks: {old-import: {command: bin/import}, never: {command: bin/never}}}")

            let run = await stage.run("status")

            #expect(
                run.output.contains(#/old-import +1 +RUNNING +2026-[^ ]+ +of another specification than the/#),
                "\(run)"
            )
            #expect(run.output.contains(#/never +- +none known/#), "\(run)")
        }
    }

    @Test func `a value from a secrets file is not shown`() async throws {
        try await withStage { stage in
            try stage.write("payments: {processes: {web: {health_check: {type: http, endpoint: ((path))}}}}")
            let secrets = stage.folder.appending(path: "secrets.yml")
            try "path: /hush-hush".write(to: secrets, atomically: true, encoding: .utf8)
            let arguments = ["--secrets-file", secrets.path]
            #expect(await stage.run("apply", arguments + ["--yes"]).status == 0)

            for format in ["text", "json"] {
                let run = await stage.run("status", arguments + ["--format", format])
                #expect(run.status == 0)
                #expect(!run.output.contains("hush-hush"), "\(run)")
            }
        }
    }

    private func expect(_ run: Run, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(name).txt",
            sourceLocation: sourceLocation
        )
    }
}
