import Foundation
import Reconciliation
import Sandbox
import TestSupport
import Testing

@testable import evenkeel

/// Plans that are saved, approved and applied.
@Suite struct SavedPlanTests {
    static let manifest = """
        storefront:
          metadata: {labels: {team: web}}
          rollout: restart
          processes:
            web: {instances: 3, health_check: {type: http, endpoint: /health, timeout: 60}}
          tasks:
            migrate: {command: bin/migrate}
        """

    private func save(_ stage: Stage, _ arguments: String...) async throws -> String {
        let file = stage.folder.appending(path: "plan.json").path
        let run = await stage.run("plan", ["--out", file] + arguments)
        try #require(run.status == 0, "\(run)")
        return file
    }

    @Test func `a saved plan is shown as it was, and applied without manifests`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            try FileManager.default.removeItem(at: stage.folder.appending(path: "acme.yml"))

            let shown = await stage.command("show", file)
            let apply = await stage.command("apply", "--plan", file)

            #expect(shown.status == 0)
            #expect(
                shown.output.hasSuffix("Plan: 1 task to run, 2 to update, 0 to cancel, 1 to restart, 0 unchanged.\n")
            )
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 5 of 5 operations.\n"), "\(apply)")
            #expect(apply.output.hasPrefix(shown.output), "\(apply)")
        }
    }

    @Test func `a plan that was applied is in place when it is applied again`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            #expect(await stage.command("apply", "--plan", file).status == 0)
            await stage.sandbox.clearJournal()

            let again = await stage.command("apply", "--plan", file)

            #expect(again.status == 0, "\(again)")
            #expect(again.output.hasSuffix("Applied 5 of 5 operations.\n"), "\(again)")
            #expect(again.output.contains("found in place"))
            #expect(await stage.writes() == [])
        }
    }

    @Test func `only what was approved is done`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 3}, worker: {instances: 1}}}")
            let file = try await save(stage)
            try await stage.scaleByHand("storefront", "worker", instances: 4)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.writes().count == 1)
            #expect(await stage.run("plan").output.contains("instances  4 -> 1"))
        }
    }

    @Test func `what moved elsewhere does not make it stale`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            try await stage.restartByHand("storefront")
            try await stage.scaleByHand("storefront", "worker", instances: 4)

            #expect(await stage.command("apply", "--plan", file).status == 0)
        }
    }

    @Test func `a stale plan writes nothing`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            try await stage.scaleByHand("storefront", "web", instances: 7)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)
            let dryRun = await stage.command("apply", "--plan", file, "--dry-run")

            #expect(apply.status == 4, "\(apply)")
            expect(apply, "plan-stale")
            #expect(dryRun.status == 4)
            #expect(await stage.writes() == [])
        }
    }

    @Test func `what was approved to be recorded and has changed since is stale`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: shop}}}", manager: "me")
            let file = try await save(stage)
            try await stage.patchByHand("storefront", "", #"{"metadata": {"labels": {"team": "other"}}}"#)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("approved: adopt, now: update"), "\(apply)")
            #expect(apply.error.contains(#"`metadata.labels.team`: now "other" -> "shop", not approved"#), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a key that another manager has taken since is stale, however much was allowed`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: new, x: \"y\"}}}", manager: "me")
            let file = try await save(stage, "--force-conflicts")
            try await stage.patchByHand("storefront", "", #"{"metadata": {"labels": {"x": "y"}}}"#)
            try stage.write("storefront: {metadata: {labels: {team: shop}}}", manager: "yyy")
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(
                apply.error.contains("`metadata.labels.team`: managed by `yyy` now, which was not approved"),
                "\(apply)"
            )
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a dry run of a saved plan writes nothing`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)

            let dryRun = await stage.command("apply", "--plan", file, "--dry-run")

            #expect(dryRun.status == 0, "\(dryRun)")
            #expect(dryRun.output.hasSuffix("Dry run: 7 requests would be sent; nothing was sent.\n"), "\(dryRun)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a deployment that began after the approval is waited for first`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            try await stage.deployByHand("storefront")
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 5 of 5 operations.\n"), "\(apply)")
        }
    }

    @Test func `limits and protections hold for a saved plan, too`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {protected: true, processes: {web: {instances: 1}}}")
            let file = try await save(stage)

            let refused = await stage.command("apply", "--plan", file)
            #expect(await stage.writes() == [])
            let allowed = await stage.command("apply", "--plan", file, "--allow-protected")

            #expect(refused.status == 3, "\(refused)")
            #expect(allowed.status == 0, "\(allowed)")
        }
    }

    @Test func `whoever may only read can save what a developer applies`() async throws {
        try await withStage(user: "auditor") { stage in
            try stage.write("storefront: {metadata: {labels: {team: web}}}")
            let file = try await save(stage)

            let auditor = await stage.command("apply", "--plan", file)
            var developer = stage
            developer.user = "dev"
            let apply = await developer.command("apply", "--plan", file)

            #expect(auditor.status == 1)
            #expect(auditor.error.contains("error[not-permitted]"), "\(auditor)")
            #expect(apply.status == 0, "\(apply)")
        }
    }

    @Test func `a canary that pauses holds a saved plan, which holds again when the canary goes on`() async throws {
        try await withStage { stage in
            try stage.write(
                "storefront: {processes: {web: {health_check: {timeout: 90}}}}\npayments: {processes: {web: {instances: 2}}}"
            )
            let file = try await save(stage)
            let plan = await stage.run("plan")
            let checksum = try #require(
                await stage.unmasked("plan").output.firstMatch(of: #/Checksum: ([0-9a-f]{64})/#)
            )
            try await stage.deployByHand("storefront", strategy: "canary")
            await stage.sandbox.advance(by: 5)
            await stage.sandbox.clearJournal()

            let held = await stage.command("apply", "--plan", file)
            let summed = await stage.run("apply", "--checksum", String(checksum.output.1))

            #expect(plan.status == 0)
            for run in [held, summed] {
                #expect(run.status == 1, "\(run)")
                #expect(run.error.contains("continue it with `cf continue-deployment storefront`"), "\(run)")
                #expect(!run.error.contains("plan-stale"), "\(run)")
                #expect(!run.error.contains("2 errors"), "\(run)")
            }
            #expect(await stage.writes() == [])

            try await stage.actOnDeploymentsByHand("continue")
            let apply = await stage.command("apply", "--plan", file)
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 2 of 2 operations.\n"), "\(apply)")
        }
    }

    @Test func `a plan with errors is not saved`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 3}}}\nstorefornt: {}")
            let file = stage.folder.appending(path: "plan.json").path

            let run = await stage.run("plan", "--out", file)

            #expect(run.status == 1)
            #expect(run.error.contains("error[plan-not-saved]"), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    // MARK: - Checksums

    private func checksum(_ output: String) -> String? {
        output.firstMatch(of: #/Checksum: ([0-9a-f]{64})/#).map { String($0.output.1) }
    }

    @Test func `a checksum applies the plan that it is of, and no other`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let approved = try #require(checksum(await stage.unmasked("plan").output))
            try await stage.restartByHand("storefront")
            try stage.write(Self.manifest.replacingOccurrences(of: "timeout: 60", with: "timeout: 90"))
            await stage.sandbox.clearJournal()

            let other = await stage.unmasked("apply", "--checksum", approved)
            #expect(await stage.writes() == [])
            try stage.write(Self.manifest)
            let apply = await stage.unmasked("apply", "--checksum", approved.uppercased())

            #expect(other.status == 4, "\(other)")
            #expect(other.error.contains("approved: \(approved)"), "\(other)")
            #expect(other.error.contains("planned now: \(try #require(checksum(other.output)))"), "\(other)")
            expect(stage.masked(other), "plan-stale-checksum")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 5 of 5 operations.\n"), "\(apply)")
        }
    }

    @Test func `a plan and its file have the same checksum`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = stage.folder.appending(path: "plan.json").path

            let plan = await stage.unmasked("plan", "--out", file)
            let json = try String(contentsOfFile: file, encoding: .utf8)

            let printed = try #require(checksum(plan.output))
            #expect(json.contains("\"checksum\": \"\(printed)\""))
        }
    }

    // MARK: - Other files and other targets

    @Test func `a file that was edited is refused with the reason`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacingOccurrences(of: "bin/migrate", with: "bin/destroy")
                .write(toFile: file, atomically: true, encoding: .utf8)
            await stage.sandbox.clearJournal()

            expect(await stage.command("apply", "--plan", file), "invalid-plan")
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `a plan for another API is refused before any request`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await save(stage)
            try await withStage(over: .socket) { other in
                let run = await other.command("apply", "--plan", file)

                #expect(run.status == 3)
                #expect(
                    run.error.contains("error[wrong-api]: this plan is not meant for https://api.example.org"),
                    "\(run)"
                )
                #expect(await other.sandbox.journal().isEmpty)
            }
        }
    }

    // MARK: - The command line

    @Test(arguments: [
        ["--plan", "p.json", "acme.yml"], ["--plan", "p.json", "--var", "a=b"],
        ["--plan", "p.json", "--target", "a/b/c"],
        ["--plan", "p.json", "--checksum", String(repeating: "a", count: 64)], ["--checksum", "abc", "acme.yml"],
        ["acme.yml"], [], ["--plan", "p.json", "--exclude", "x"],
    ])
    func `a wrong command line sends nothing`(_ arguments: [String]) async {
        let run = await evenkeel(["apply"] + arguments)

        #expect(run.status == 64, "\(run)")
    }

    private func expect(_ run: Run, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(name).txt",
            sourceLocation: sourceLocation
        )
    }
}
