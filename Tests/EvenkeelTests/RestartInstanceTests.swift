import Foundation
import Sandbox
import TestSupport
import Testing

/// `restart-instance`, as a whole command.
@Suite struct RestartInstanceTests {
    private static let web = "acme/production/storefront/processes/web"

    private func deletes(_ stage: Stage) async -> [String] {
        await stage.sandbox.journal().filter { $0.method == "DELETE" }.map(\.path)
    }

    @Test func `whoever is asked sees what it does and what it does not`() async throws {
        try await withStage { stage in
            await stage.sandbox.advance(by: 3700)

            expect(await stage.runAlone("restart-instance", Self.web, "1", answering: "y"), "restart-instance-declined")
            #expect(await deletes(stage).isEmpty)
            expect(await stage.runAlone("restart-instance", Self.web, "1", answering: "yes"), "restart-instance")
            #expect(await deletes(stage).count == 1)
            #expect(await deletes(stage).first?.hasSuffix("/instances/1") == true)
        }
    }

    @Test func `without a terminal it takes --yes, and is refused before any request`() async throws {
        try await withStage { stage in
            let run = await stage.runAlone("restart-instance", Self.web, "1")
            #expect(run.status == 64)
            #expect(await stage.sandbox.journal().isEmpty)

            #expect(await stage.runAlone("restart-instance", Self.web, "1", "--auto-approve").status == 0)
            #expect(await deletes(stage).count == 1)
        }
    }

    @Test func `a dry run shows the request`() async throws {
        try await withStage { stage in
            expect(await stage.runAlone("restart-instance", Self.web, "0", "--dry-run"), "restart-instance-dry-run")
            #expect(await stage.writes() == [])
        }
    }

    @Test(arguments: [
        ("acme/production/storefront", "is no process"), ("acme/production/storefront/tasks/migrate", "is no process"),
        ("acme/production", "it has 2 segments"), ("acme/production/storefront/processes/", "a segment is empty"),
        ("acme/production/storefront/web", "no `/web`"),
    ])
    func `an address that names no process is a wrong command line`(_ address: String, _ words: String) async {
        let run = await evenkeel("restart-instance", address, "0", "--yes")

        #expect(run.status == 64)
        #expect(run.error.contains(words), "\(run)")
    }

    @Test(arguments: ["-1", "one", "1.5", ""])
    func `an index that is no number is a wrong command line`(_ index: String) async {
        #expect(await evenkeel("restart-instance", "--yes", "--", Self.web, index).status == 64)
    }

    @Test(arguments: [
        ("acme/production/storefront/processes/web", "2", "has no instance 2", "it has the instances 0 to 1"),
        ("acme/production/storefront/processes/worker", "7", "has no instance 7", "it has instance 0 alone"),
        ("acme/production/storefront/processes/wbe", "0", "does not exist", "did you mean `web`?"),
        ("acme/production/storefornt/processes/web", "0", "does not exist", "did you mean `storefront`?"),
        ("acme/prodution/storefront/processes/web", "0", "does not exist", "did you mean `production`?"),
        ("acne/production/storefront/processes/web", "0", "does not exist", "did you mean `acme`?"),
        ("acme/production/empty/processes/web", "0", "the app is stopped", "cf start empty"),
    ])
    func `what is not there is named, and nothing is sent`(
        _ address: String,
        _ index: String,
        _ message: String,
        _ help: String
    ) async throws {
        try await withStage { stage in
            let run = await stage.runAlone("restart-instance", address, index, "--yes")

            #expect(run.status == 1)
            #expect(run.error.contains("error[not-found]") && run.error.contains(message), "\(run)")
            #expect(run.error.contains(help), "\(run)")
            #expect(await stage.writes() == [])
        }
    }

    @Test(arguments: [("auditor", "space developer or space supporter"), ("readscope", "cloud_controller.write")])
    func `whoever may not do it is told so before the request`(_ user: String, _ needs: String) async throws {
        try await withStage(user: user) { stage in
            let run = await stage.runAlone("restart-instance", Self.web, "0", answering: "yes")

            #expect(run.status == 1)
            #expect(run.error.contains("error[not-permitted]") && run.error.contains(needs), "\(run)")
            #expect(!run.error.contains("Replace it?"))
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a space supporter may`() async throws {
        try await withStage(user: "supporter") { stage in
            #expect(await stage.runAlone("restart-instance", Self.web, "0", "--yes").status == 0)
        }
    }

    @Test func `settings that are not live are named`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {command: bin/new}}}")
            #expect(await stage.run("apply", "--yes").status == 0)

            let run = await stage.runAlone("restart-instance", Self.web, "0", "--yes")

            #expect(run.output.contains("Not live: command. `cf restart storefront --strategy rolling`"), "\(run)")
        }
    }

    @Test func `it waits until the new instance is ready`() async throws {
        try await withStage { stage in
            await stage.sandbox.advance(by: 60)
            await stage.sandbox.setRuns([Seed.ProcessRun(type: "web", instances: [1], startSeconds: 7)])

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes", "--wait")

            #expect(run.status == 0, "\(run)")
            #expect(run.error.contains("instance 1 is STARTING"))
            #expect(run.output.hasSuffix("Asked the platform to replace it.\nThe new instance runs and is ready.\n"))
            #expect(stage.clock.sleeps.reduce(.zero, +) >= .seconds(6))
        }
    }

    @Test func `a new instance is known by its age when nothing was known of the one before`() async throws {
        try await withStage { stage in
            await stage.sandbox.advance(by: 3600)
            await stage.sandbox.setRuns([Seed.ProcessRun(type: "web", instances: [1], startSeconds: 7)])
            let unavailable = Fault.Trouble.answer(status: 503, headers: [], body: [])
            await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/processes/*/stats", times: 4, unavailable))

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes", "--wait")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("unknown, the runtime does not say"), "\(run)")
            #expect(run.output.hasSuffix("The new instance runs and is ready.\n"), "\(run)")
        }
    }

    @Test func `an instance that may be the one from before is not called new`() async throws {
        try await withStage { stage in
            await stage.sandbox.advance(by: 3600)
            let unavailable = Fault.Trouble.answer(status: 503, headers: [], body: [])
            await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/processes/*/stats", times: 4, unavailable))
            await stage.sandbox.addFault(
                Fault(method: "DELETE", path: "/v3/processes/*", .answer(status: 204, headers: [], body: []))
            )

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes", "--wait", "--timeout", "30s")

            #expect(run.status == 1)
            #expect(run.error.contains("it is unknown after 30 seconds whether a new instance 1"), "\(run)")
        }
    }

    @Test func `a new instance that does not get ready is reported`() async throws {
        try await withStage { stage in
            await stage.sandbox.setRuns([Seed.ProcessRun(type: "web", result: .crashed, details: "exit 3")])

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes", "--wait", "--timeout", "30s")

            #expect(run.status == 1)
            #expect(
                run.error.contains("error[wait-timed-out]") && run.error.contains("it is CRASHED: exit 3"),
                "\(run)"
            )
        }
    }

    @Test func `after a lost answer the instance is looked at, and the request is not sent again`() async throws {
        try await withStage { stage in
            await stage.sandbox.advance(by: 60)
            await stage.sandbox.addFault(
                Fault(method: "DELETE", path: "/v3/processes/*", moment: .afterCommit, .reset)
            )

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("it has happened"), "\(run)")
            #expect(await deletes(stage).count == 1)
        }
    }

    @Test func `a request that was lost on the way is reported with what was seen`() async throws {
        try await withStage { stage in
            await stage.sandbox.addFault(Fault(method: "DELETE", path: "/v3/processes/*", .reset))

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes")

            #expect(run.status == 1)
            #expect(run.error.contains("7 seconds later it was still the same instance"), "\(run)")
            #expect(await deletes(stage).count == 1)
        }
    }

    @Test func `while the runtime is down nobody knows, and that is said`() async throws {
        try await withStage { stage in
            await stage.sandbox.setRuntime(isAvailable: false)

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes")

            #expect(run.status == 1)
            #expect(run.output.contains("unknown, the runtime does not say"), "\(run)")
            #expect(
                run.error.contains("error[unknown-outcome]") && run.error.contains("503 CF-RunnerUnavailable"),
                "\(run)"
            )
            #expect(await deletes(stage).count == 1)
        }
    }

    @Test func `an instance that went away meanwhile is refused in the server's words`() async throws {
        try await withStage { stage in
            let body = #"{"errors":[{"detail":"Instance not found","title":"CF-ResourceNotFound","code":10010}]}"#
            await stage.sandbox.addFault(
                Fault(
                    method: "DELETE",
                    path: "/v3/processes/*",
                    .answer(status: 404, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
                )
            )

            let run = await stage.runAlone("restart-instance", Self.web, "1", "--yes")

            #expect(run.status == 1)
            #expect(run.error.contains("error[api-rejected]: Cloud Controller refused to replace instance 1"), "\(run)")
            #expect(run.error.contains("api: Instance not found"))
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
