import Diagnostics
import Foundation
import Sandbox
import TestSupport
import Testing

/// The binary itself, interrupted and killed in the middle of an apply.
@Suite(.tags(.binary)) struct InterruptionTests {
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

    /// Starts an apply whose first scale is answered 30 seconds later, and waits until the server has got it.
    private func startApply(_ stage: Stage, _ output: Pipe) async throws -> Process {
        await stage.sandbox.addFault(
            Fault(
                method: "POST",
                path: "/v3/processes/*/actions/scale",
                moment: .afterCommit,
                times: 1,
                .slow(seconds: 30)
            )
        )
        let process = Process()
        // Tests beside this one may ignore hang-ups at the moment, which would be inherited.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "--default-signal=HUP", Binary.url?.path ?? "", "apply", "--yes", "--parallelism", "1",
            stage.folder.appending(path: "acme.yml").path,
        ]
        process.environment = ["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"]
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { _ in stage.requests.end() }
        try process.run()
        while await !stage.sandbox.journal().contains(where: { $0.path.hasSuffix("/actions/scale") }) {
            try #require(process.isRunning, "the apply ended by itself with \(process.terminationStatus)")
            await Task.yield()
        }
        return process
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal in the middle of a request awaits it, and reports what was done`(_ signal: Int32) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            let output = Pipe()
            let process = try await startApply(stage, output)
            let reading = output.fileHandleForReading

            kill(process.processIdentifier, signal)
            let head = await reading.readAside(upTo: "a second Ctrl-C ends at once")
            await stage.sandbox.advance(by: 30)
            let bytes = await reading.readToEndAside()
            process.waitUntilExit()

            let text = head + String(decoding: bytes, as: UTF8.self)
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == 130, "\(text)")
            #expect(text.contains("Applied 2 of 5 operations; 0 failed, 3 not attempted."), "\(text)")
        }
    }

    @Test func `Ctrl-C while observing sends nothing and says so`() async throws {
        for command in ["plan", "apply", "status"] {
            try await withStage(over: .socket) { stage in
                try stage.write(Self.manifest)
                await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/processes", times: nil, .never))

                let end = try await interrupt([command] + (command == "apply" ? ["--yes"] : []), stage) { request in
                    request.path.hasPrefix("/v3/processes")
                }

                #expect(end.status == 130, "\(command): \(end.text)")
                #expect(end.text.contains("error[interrupted]"), "\(command): \(end.text)")
                #expect(await stage.writes() == [])
            }
        }
    }

    @Test(arguments: ["restart", "rolling"])
    func `Ctrl-C while a rollout is waited for reports what was done`(_ rollout: String) async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/other", startSeconds: nil)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront:\n  rollout: \(rollout)\n  processes: {web: {command: bin/other}}")

            let end = try await interrupt(["apply", "--yes"], stage) { request in
                request.path.hasSuffix("/stats") || request.path.hasPrefix("/v3/deployments/")
            }

            #expect(end.status == 130, "\(end.text)")
            #expect(end.text.contains("Applied 1 of 2 operations; 1 failed, 0 not attempted."), "\(end.text)")
            #expect(end.text.contains("error[interrupted]: interrupted while waiting for"), "\(end.text)")
            #expect(end.text.contains("go on starting") || end.text.contains("the next apply waits for it"))
            #expect(end.text.contains("a second Ctrl-C ends at once"))
        }
    }

    @Test func `Ctrl-C while a run is waited for says that it goes on`() async throws {
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: nil)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true}}}")

            let end = try await interrupt(["apply", "--yes"], stage) {
                $0.path.firstMatch(of: #/^/v3/tasks/[^?]/#) != nil
            }

            #expect(end.status == 130, "\(end.text)")
            #expect(end.text.contains("interrupted while waiting for `acme/production/storefront/tasks/migrate`"))
            #expect(end.text.contains("is RUNNING and goes on"), "\(end.text)")
        }
    }

    @Test func `Ctrl-C while somebody else's deployment is waited for reports what was not attempted`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: nil)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront: {processes: {web: {command: bin/other}}}")
            try await stage.deployByHand("storefront")

            let end = try await interrupt(["apply", "--yes"], stage) { $0.path.hasPrefix("/v3/deployments/") }

            #expect(end.status == 130, "\(end.text)")
            #expect(end.text.contains("Applied 0 of 1 operation; 0 failed, 1 not attempted."), "\(end.text)")
            #expect(end.text.contains("error[interrupted]: interrupted while waiting for deployment"), "\(end.text)")
            #expect(!end.text.contains("has not ended"), "\(end.text)")
        }
    }

    /// A claim of somebody else stands, or another run of the name has not ended.
    private static var held: [(String, Seed)] {
        var (claimed, live) = (Seed.storefront, Seed.storefront)
        claimed.organizations[0].spaces[0].apps[0].metadata.annotations[
            Text("evenkeel.dev/claim.\(RunMemoryTests.fingerprint.prefix(12)).0000002a")
        ] = Text(
            #"{"v":1,"task":"migrate","fp":"\#(RunMemoryTests.fingerprint)","at":"2026-11-20T00:00:00Z","by":"dev/build-3"}"#
        )
        live.organizations[0].spaces[0].apps[0].tasks = [
            Seed.Task("migrate", command: "bin/other", state: "RUNNING")
        ]
        return [("a claim stands, that of dev/build-3", claimed), ("another run of that name has to end first", live)]
    }

    @Test(arguments: 0..<2)
    func `Ctrl-C before a run is asked for says that nothing was`(_ index: Int) async throws {
        let (words, seed) = Self.held[index]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            let output = Pipe()
            let process = Process()
            process.executableURL = Binary.url
            process.arguments = ["apply", "--yes", stage.folder.appending(path: "acme.yml").path]
            process.environment = ["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"]
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let reading = output.fileHandleForReading
            _ = await reading.readAside(upTo: index == 0 ? "waiting until it is gone" : "has to end first")
            process.interrupt()
            let bytes = await reading.readToEndAside()
            process.waitUntilExit()

            let text = String(decoding: bytes, as: UTF8.self)
            #expect(process.terminationStatus == 130, "\(text)")
            #expect(
                text.contains("interrupted before `acme/production/storefront/tasks/migrate` was started"),
                "\(text)"
            )
            #expect(text.contains(words), "\(text)")
            #expect(text.contains("nothing was asked of the server, and nothing runs"), "\(text)")
            #expect(!text.contains("may have happened"), "\(text)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `Ctrl-C while an image is staged says that the build goes on`() async throws {
        var seed = Seed.storefront
        seed.buildRuns = [Seed.BuildRun("*", runSeconds: nil)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write(
                "storefront: {droplet: {image: 'registry.acme.example/storefront:2', image_update: restage}}"
            )

            let end = try await interrupt(["apply", "--yes"], stage) { $0.path.hasPrefix("/v3/builds/") }

            #expect(end.status == 130, "\(end.text)")
            #expect(end.text.contains("error[interrupted]: interrupted while waiting for build"), "\(end.text)")
            #expect(end.text.contains("the next apply takes it up"), "\(end.text)")
        }
    }

    @Test func `a second Ctrl-C ends the process at once and says what may have happened`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            let output = Pipe()
            let process = try await startApply(stage, output)
            let reading = output.fileHandleForReading

            process.interrupt()
            _ = await reading.readAside(upTo: "a second Ctrl-C ends at once")
            process.interrupt()
            let bytes = await reading.readToEndAside()
            process.waitUntilExit()

            let text = String(decoding: bytes, as: UTF8.self)
            #expect(process.terminationReason == .exit && process.terminationStatus == 130, "\(text)")
            #expect(text.contains("What was in flight may have happened:"), "\(text)")
            #expect(text.contains("update acme/production/payments/processes/web: instances"), "\(text)")
        }
    }

    /// Runs the binary on the stage's manifest, interrupts it once the server has got such a request, and collects all of it.
    private func interrupt(
        _ command: [String],
        _ stage: Stage,
        when isReached: @Sendable (JournalEntry) -> Bool
    ) async throws -> (status: Int32, text: String) {
        let output = Pipe()
        let process = Process()
        process.executableURL = Binary.url
        process.arguments = command + [stage.folder.appending(path: "acme.yml").path]
        process.environment = ["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "dev"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        while await !stage.sandbox.journal().contains(where: isReached) { await Task.yield() }
        process.interrupt()
        let reading = output.fileHandleForReading
        let bytes = await Task.detached { reading.readDataToEndOfFile() }.value
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    @Test func `what a kill left behind is healed by the next apply`() async throws {
        try await withStage(over: .socket) { stage in
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
