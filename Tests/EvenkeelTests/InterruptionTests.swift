import Foundation
import Sandbox
import Testing

/// The binary itself, interrupted and killed in the middle of an apply.
@Suite struct InterruptionTests {
    static let manifest = """
        payments:
          processes:
            web: {instances: 2, command: bin/other}
        storefront:
          processes:
            web: {command: bin/other, instances: 4}
          tasks:
            migrate: {command: bin/migrate}
        """

    /// Starts an apply whose first scale is never answered, and waits until the server has got it.
    private func startApply(_ stage: Stage, _ output: Pipe) async throws -> Process {
        await stage.sandbox.addFault(Fault(method: "POST", path: "/v3/processes/*/actions/scale", times: 1, .never))
        let process = Process()
        process.executableURL = Binary.url
        process.arguments = [
            "apply", "--yes", "--parallelism", "1", stage.folder.appending(path: "acme.yml").path,
        ]
        process.environment = ["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        while await !stage.sandbox.journal().contains(where: { $0.path.hasSuffix("/actions/scale") }) {
            await Task.yield()
        }
        return process
    }

    @Test func `Ctrl-C reports what was done and what was not`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let output = Pipe()
            let process = try await startApply(stage, output)

            process.interrupt()
            let reading = output.fileHandleForReading
            let bytes = await Task.detached { reading.readDataToEndOfFile() }.value
            process.waitUntilExit()

            let text = String(decoding: bytes, as: UTF8.self)
            #expect(process.terminationStatus == 130, "\(text)")
            #expect(text.contains("Applied 1 of 5 operations; 1 failed, 3 not attempted."), "\(text)")
            #expect(text.contains("error[interrupted]"), "\(text)")
        }
    }

    @Test func `what a kill left behind is healed by the next apply`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let process = try await startApply(stage, Pipe())
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()

            let next = await stage.run("apply", "--yes")
            #expect(next.status == 0, "\(next)")
            let plan = await stage.run("plan")
            #expect(plan.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"), "\(plan)")
            let tasks = await stage.writes().filter { $0.hasSuffix("/tasks") }
            #expect(tasks.count == 1)
        }
    }
}
