import ArgumentParser
import CloudController
import Foundation
import Sandbox
import TestSupport
import Testing

@testable import evenkeel

/// Plan, apply, plan again: the main job over a real socket.
@Suite(.tags(.socket)) struct PlanAndApplyTests {
    static let manifest = """
        storefront:
          processes:
            web:
              health_check: {type: http, endpoint: /health, timeout: 60}
              readiness_health_check: {type: http, endpoint: /ready}
              instances: 3
              metadata: {labels: {tier: frontend}}
            worker:
              memory_in_mb: 256
        """

    @Test func `an apply puts everything in place and a second one sends no write`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("Applied 4 of 4 operations."))

            await stage.sandbox.clearJournal()
            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 0, "\(plan)")
            #expect(plan.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"))
            let second = await stage.run("apply", "--yes")
            #expect(second.status == 0)
            #expect(await stage.writes() == [])
        }
    }

    @Test func `equal manifests and equal state give an equal plan, byte for byte`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)

            let first = await stage.run("plan", "--format", "json")
            let second = await stage.run("plan", "--format", "json")

            #expect(first.status == 0, "\(first)")
            #expect(first.output.utf8.elementsEqual(second.output.utf8))
        }
    }

    @Test func `a target narrows what is observed and sent`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)

            let run = await stage.run("apply", "--yes", "--target", "**/processes/work*")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("Applied 2 of 2 operations."))
        }
    }

    @Test func `a change by hand is drift, and the next apply heals it`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            _ = await stage.run("apply", "--yes")
            try await stage.scaleByHand("storefront", "web", instances: 1)

            let drift = await stage.run("plan", "--exit-code")
            let heal = await stage.run("apply", "--yes")

            #expect(drift.status == 2)
            #expect(drift.output.contains("instances  1 -> 3"), "\(drift)")
            #expect(heal.output.contains("Applied 1 of 1 operation."), "\(heal)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test(arguments: [(1, 10), (10, 10), (50, 50), (Int.max, 200)])
    func `apps side by side have a connection each`(_ parallelism: Int, _ connections: Int) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            let path = stage.folder.appending(path: "acme.yml").path
            let command = try ApplyCommand.parse([path, "--yes", "--parallelism", "\(parallelism)"])
            let terminal = Terminal(["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"])

            let preparation = try command.prepare(on: terminal.console)

            #expect(preparation.connection.transport.connections == connections)
        }
    }

    @Test func `plan and a dry run send nothing but reads and token requests`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)

            let plan = await stage.run("plan", "--exit-code")
            let dryRun = await stage.run("apply", "--dry-run")

            #expect(plan.status == 2, "\(plan)")
            #expect(dryRun.status == 0, "\(dryRun)")
            #expect(dryRun.output.hasSuffix("Dry run: 4 requests would be sent; nothing was sent.\n"), "\(dryRun)")
            let journal = await stage.sandbox.journal()
            #expect(!journal.isEmpty)
            #expect(journal.allSatisfy { $0.method == "GET" || $0.isTokenRequest })
        }
    }
}
