import Foundation
import Sandbox
import TestSupport
import Testing

/// Every example is planned as its `plan.txt` says, applied, and in place afterwards.
@Suite(.tags(.binary)) struct ExampleTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples")

    static var names: [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return found.filter { !$0.hasPrefix(".") }.sorted()
    }

    @Test func `there are examples`() {
        #expect(!Self.names.isEmpty)
    }

    /// Every request takes the sandbox's clock a second on, so that a rollout takes no longer than its polls.
    @Test func `every command of the migration prints what its page says`() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "migration/seed.yml"), encoding: .utf8)
        let seed = try #require(Seed.parse(text, file: "seed.yml").0)
        let (requests, continuation) = AsyncStream<Void>.makeStream()
        var options = SandboxServer.Options.testing
        options.onRequest = { _ in continuation.yield() }

        try await withSandbox(seed: seed, options: options) { sandbox in
            let ticking = Task { for await _ in requests { await sandbox.advance(by: 1) } }
            defer { ticking.cancel() }
            try await ConsolePage("examples/migration/README.md").expectItsOutput(
                in: ConsolePage.root,
                environment: ["CF_API": sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"]
            )
        }
    }

    @Test(arguments: names)
    func `an example is planned and applied`(_ name: String) async throws {
        let example = Self.folder.appending(path: name)
        let text = try String(contentsOf: example.appending(path: "seed.yml"), encoding: .utf8)
        let (seed, problems) = Seed.parse(text, file: "seed.yml")
        #expect(problems.isEmpty, "\(problems)")

        try await withSandbox(seed: try #require(seed)) { sandbox in
            let store = sandbox.store
            let clock = JumpingClock { await store.advance(by: $0) }
            func run(_ arguments: String...) async -> Run {
                let variables = ["CF_API": sandbox.url, "CF_USERNAME": "admin", "CF_PASSWORD": "admin"]
                let manifests = example.appending(path: "manifests").path
                let run = await evenkeel(arguments + [manifests], on: Terminal(variables, clock: clock))
                let output = run.output.replacingOccurrences(of: example.path, with: "examples/\(name)")
                    .replacingOccurrences(of: sandbox.url, with: "http://127.0.0.1:8181")
                    // It depends on the sandbox's port.
                    .replacing(#/[0-9a-f]{64}/#, with: "CHECKSUM")
                return Run(status: run.status, output: output, error: run.error)
            }

            let plan = await run("plan")
            #expect(plan.status == 0, "\(plan)")
            Golden.expect(plan.output, matches: example.appending(path: "plan.txt").path)
            let apply = await run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            let again = await run("plan", "--exit-code")
            #expect(again.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"), "\(again)")
        }
    }
}
