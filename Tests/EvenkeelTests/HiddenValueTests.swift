import Foundation
import Testing

@testable import Sandbox

/// Commands are hidden from auditors and supporters: what they plan is performed by somebody who sees them.
@Suite struct HiddenValueTests {
    private func manifest(_ command: String = "bin/new", rollout: String = "rolling") -> String {
        "storefront: {rollout: \(rollout), processes: {web: {command: \(command)}}}"
    }

    /// What an auditor has planned and saved, and the stage for a developer.
    private func stage(
        _ manifest: String,
        _ body: (_ developer: Stage, _ file: String, _ plan: Run) async throws -> Void
    ) async throws {
        try await withStage(user: "auditor") { auditor in
            try auditor.write(manifest)
            let file = auditor.folder.appending(path: "plan.json").path
            let plan = await auditor.run("plan", "--out", file)
            try #require(plan.status == 0, "\(plan)")
            await auditor.sandbox.clearJournal()
            var developer = auditor
            developer.user = "dev"
            try await body(developer, file, plan)
        }
    }

    private func rollouts(_ stage: Stage) async -> Int {
        await stage.writes().count { $0.hasSuffix("/v3/deployments") || $0.hasSuffix("/actions/restart") }
    }

    // MARK: - Planned

    @Test func `a hidden value is planned as a change from what nobody sees`() async throws {
        try await stage(manifest()) { developer, _, plan in
            var auditor = developer
            auditor.user = "auditor"
            let pending = await auditor.run("plan", "--exit-code")
            let line = "Plan: 0 tasks to run, 0 to update, 0 to cancel, 0 to restart, 0 unchanged. 1 unknown.\n"

            #expect(pending.status == 2, "\(pending)")
            for run in [plan, pending] {
                #expect(run.output.contains("command  (hidden) -> bin/new"), "\(run)")
                #expect(run.output.contains("restart if needed"), "\(run)")
                #expect(run.output.contains("Checksum: none (1 value is hidden from auditor; use --out)\n"), "\(run)")
                #expect(run.output.hasSuffix(line), "\(run)")
                #expect(run.error.contains("warning[hidden-value]: `command` of"), "\(run)")
            }
        }
    }

    @Test(arguments: ["json", "markdown", "html"])
    func `every form of the plan says so`(_ format: String) async throws {
        try await stage(manifest()) { developer, file, _ in
            let shown = await developer.command("show", file, "--format", format)

            let text = shown.output.replacing("<!-- -->", with: "").replacing("&gt;", with: ">")
            #expect(shown.status == 0)
            #expect(text.contains("(hidden)"), "\(text)")
            #expect(text.contains("1 unknown."), "\(text)")
            switch format {
            case "json":
                #expect(text.contains("\"checksum\": null") && text.contains("\"if_needed\": true"), "\(text)")
                #expect(text.contains("\"hidden\": true"), "\(text)")
            default:
                #expect(text.contains("restart if needed"), "\(text)")
                #expect(text.contains("none (1 value is hidden from auditor; use"), "\(text)")
            }
        }
    }

    @Test func `it disturbs nothing until somebody who sees it sends it`() async throws {
        try await stage("storefront: {protected: true, rollout: rolling, processes: {web: {command: bin/new}}}") {
            developer,
            file,
            plan in
            #expect(!plan.error.contains("[protected]"), "\(plan)")

            let refused = await developer.command("apply", "--plan", file)
            #expect(await developer.writes() == [])
            let allowed = await developer.command("apply", "--plan", file, "--allow-protected")

            #expect(refused.status == 3, "\(refused)")
            #expect(allowed.status == 0, "\(allowed)")
        }
    }

    // MARK: - Applied

    @Test(arguments: ["rolling", "restart"])
    func `who sees the value sets it and restarts the app, once`(_ rollout: String) async throws {
        try await stage(manifest(rollout: rollout)) { developer, file, _ in
            let apply = await developer.command("apply", "--plan", file)
            let count = await rollouts(developer)
            await developer.sandbox.clearJournal()
            let again = await developer.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 2 of 2 operations.\n"), "\(apply)")
            #expect(count == 1)
            let process = try await developer.process(ofApp: "storefront", "web")
            #expect(process.contains("bin/new"))
            #expect(again.status == 0, "\(again)")
            #expect(await developer.writes() == [])
            #expect(await developer.run("plan", "--exit-code").status == 0)
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `who finds it in place restarts nothing`(_ rollout: String) async throws {
        try await stage(manifest("bin/serve", rollout: rollout)) { developer, file, _ in
            let apply = await developer.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 2 of 2 operations.\n"), "\(apply)")
            #expect(await developer.writes() == [])
        }
    }

    @Test func `a value that was set by hand meanwhile is in place`() async throws {
        try await stage(manifest()) { developer, file, _ in
            try await developer.patchByHand("storefront", "/processes/web", #"{"command": "bin/new"}"#)
            await developer.sandbox.clearJournal()

            let apply = await developer.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await developer.writes() == [])
        }
    }

    @Test func `a restart that was refused after the value was set is made by the same command`() async throws {
        try await stage(manifest()) { developer, file, _ in
            await developer.sandbox.addFault(
                Fault(method: "POST", path: "/v3/deployments", .answer(status: 400, headers: [], body: []))
            )

            let broken = await developer.command("apply", "--plan", file)
            let apply = await developer.command("apply", "--plan", file)

            #expect(broken.status == 1, "\(broken)")
            #expect(apply.status == 0, "\(apply)")
            #expect(await developer.writes().count { $0.hasSuffix("/v3/deployments") } == 2)
            #expect(await developer.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `a restart that something else owes is not the approved one`() async throws {
        try await stage(manifest("bin/serve")) { developer, file, _ in
            try developer.write("storefront: {processes: {web: {health_check: {timeout: 90}}}}", name: "acme.yml")
            #expect(await developer.run("apply", "--yes").status == 0)
            await developer.sandbox.clearJournal()

            let apply = await developer.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await developer.writes() == [])
        }
    }

    @Test func `what was approved beside it is done, too, and the restart that it needs`() async throws {
        let manifest = """
            storefront:
              metadata: {labels: {team: web}}
              rollout: rolling
              processes: {web: {command: bin/serve, health_check: {timeout: 90}}, worker: {command: bin/other}}
            """
        try await stage(manifest) { developer, file, plan in
            #expect(plan.output.contains("2 values are hidden from auditor"), "\(plan)")
            #expect(
                plan.output.contains("2 to update, 0 to cancel, 1 to restart, 0 unchanged. 2 unknown.\n"),
                "\(plan)"
            )

            let apply = await developer.command("apply", "--plan", file)
            let count = await rollouts(developer)
            await developer.sandbox.clearJournal()
            let again = await developer.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(count == 1)
            let process = try await developer.process(ofApp: "storefront", "worker")
            #expect(process.contains("bin/other"))
            #expect(again.status == 0, "\(again)")
            #expect(await developer.writes() == [])
        }
    }

    // MARK: - Refused

    @Test func `somebody who cannot see a declared value applies nothing of that app`() async throws {
        try await withStage(user: "supporter") { stage in
            try stage.write(
                """
                storefront: {processes: {web: {command: bin/new, instances: 3}}}
                payments: {processes: {web: {instances: 3}}}
                """
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("error[hidden-value]: `command` of"), "\(apply)")
            #expect(apply.error.components(separatedBy: "[hidden-value]").count == 2, "told once: \(apply)")
            #expect(await stage.writes().count == 1, "\(apply)")
            let payments = try await stage.process(ofApp: "payments", "web")
            #expect(payments.contains(#/"instances": ?3/#), "\(payments)")
        }
    }

    @Test func `so does one who applies what was approved`() async throws {
        try await stage(manifest()) { developer, file, _ in
            var supporter = developer
            supporter.user = "supporter"

            let apply = await supporter.command("apply", "--plan", file)

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("error["), "\(apply)")
            #expect(await developer.writes() == [])
        }
    }

    @Test func `a checksum approves nothing that was not seen`() async throws {
        try await withStage(user: "supporter") { stage in
            try stage.write("storefront: {processes: {web: {command: bin/new}}}")

            let apply = await stage.run("apply", "--checksum", String(repeating: "a", count: 64))

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("error[hidden-value]: the plan has no checksum"), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }
}
