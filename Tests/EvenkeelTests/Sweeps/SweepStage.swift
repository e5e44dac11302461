import CloudController
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Sandbox
@testable import evenkeel

/// The scenario with its earlier manifest applied, and what the apply of now makes of it when nobody disturbs it.
struct SweepStage: Sendable {
    /// The foundation that every case begins with.
    let beginning: Store
    /// What it is like before and after.
    let before: FoundationState
    let after: FoundationState
    /// Every request of the undisturbed apply.
    let requests: [RequestIdentity]

    init(_ manifest: String = Scenario.now) async throws {
        beginning = Store(seed: Scenario.seed, options: SweepStage.options())
        let earlier = await SweepRun(store: beginning, manifest: Scenario.earlier).inProcess("apply", "--yes")
        try #require(earlier.status == 0, "\(earlier)")
        before = await beginning.copy(SweepStage.options()).finalState(foreign: Scenario.foreignApp)
        let store = await beginning.copy(SweepStage.options())
        let network = StrikingTransport(store)
        let run = SweepRun(store: store, manifest: manifest)
        let apply = await run.inProcess("apply", "--yes", over: network)
        try #require(apply.status == 0, "\(apply)")
        requests = await network.seen
        let plan = await run.inProcess("plan", "--exit-code")
        try #require(plan.status == 0, "\(plan)")
        after = await store.finalState(foreign: Scenario.foreignApp)
    }

    /// Every request moves the clock on, so that a task or a rollout is over when it is looked at.
    static func options(
        onRequest: (@Sendable (JournalEntry) -> Void)? = nil
    ) -> SandboxServer.Options {
        var options = SandboxServer.Options.testing
        options.secondsPerRequest = 10
        options.tokenLifetime = 10 * 86_400
        options.onRequest = onRequest
        return options
    }

    /// Runs a sandbox on a foundation, so that the binary reaches it.
    static func served<T>(_ store: Store, _ body: (SweepRun) async throws -> T) async throws -> T {
        try await withFolder { folder in
            try await withSandbox(store: store, options: store.options) { sandbox in
                try await body(SweepRun(store: store, manifest: Scenario.now, url: sandbox.url, folder: folder))
            }
        }
    }

    /// What is not as it would be without the trouble.
    func problems(of state: FoundationState) -> [String] {
        var problems = state.differences(from: after)
        for (run, count) in state.runs.sorted(by: { $0.key < $1.key }) where count != 1 {
            problems.append("\(count) rows of \(run)")
        }
        return problems
    }
}

/// Commands against one foundation of a sweep: in this process, or with the binary.
struct SweepRun: Sendable {
    let store: Store
    let manifest: String
    /// Where it is served, for the binary.
    var url = "http://127.0.0.1"
    var folder: URL?

    private var variables: [String: String] {
        ["CF_API": url, "CF_USERNAME": Scenario.user, "CF_PASSWORD": Scenario.user]
    }

    /// Without a socket: waits take no time, and the sandbox's clock moves along.
    ///
    /// Where nothing else is said, apps are worked on one after the other, so that requests keep their order.
    func inProcess(_ arguments: String..., over network: (any HTTPTransport)? = nil) async -> Run {
        await inProcess(arguments, over: network ?? StoreTransport(store))
    }

    func inProcess(_ arguments: [String], over network: any HTTPTransport) async -> Run {
        let store = store
        let terminal = Terminal(
            variables,
            input: manifest,
            clock: JumpingClock { await store.advance(by: $0) },
            network: network
        )
        let isApply = arguments.first == "apply" && !arguments.contains("--parallelism")
        let order = isApply ? ["--parallelism", "1"] : []
        return await ParsedCommand.of(arguments + ["-"] + order).run(on: terminal)
    }

    /// Starts an apply as a process of its own.
    func start(_ arguments: [String], onEnd: @escaping @Sendable () -> Void = {}) throws -> RunningBinary {
        let folder = try #require(folder)
        let file = folder.appending(path: "acme.yml")
        try manifest.write(to: file, atomically: true, encoding: .utf8)
        let output = folder.appending(path: "output-\(UUID().uuidString).txt")
        // A killed apply leaves its claim, and the next one waits for that in real time.
        let patience = arguments.contains("--claim-timeout") ? [] : ["--claim-timeout", "3s"]
        let whole = ["apply", "--yes", file.path] + patience + arguments
        return try RunningBinary(whole, variables, output, onEnd)
    }
}

/// The binary at work; nothing here keeps a thread waiting, so that many can run side by side.
final class RunningBinary: Sendable {
    private let process: Process
    private let output: URL
    private let hasEnded: AsyncStream<Void>

    init(
        _ arguments: [String],
        _ environment: [String: String],
        _ output: URL,
        _ onEnd: @escaping @Sendable () -> Void
    ) throws {
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        hasEnded = ended
        self.output = output
        process = Process()
        process.executableURL = Binary.url
        process.arguments = arguments
        process.environment = environment
        try Data().write(to: output)
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { _ in
            continuation.finish()
            onEnd()
        }
        try process.run()
        try file.close()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end; the output is stdout and stderr.
    func end() async -> (status: Int32, output: String) {
        for await _ in hasEnded {}
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        return (process.terminationStatus, text)
    }
}

/// Works on items side by side, at most so many at once; the results come in the order of the items.
func sideBySide<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    limit: Int,
    _ body: @escaping @Sendable (Item) async -> Result
) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: items.count)
        var next = 0
        func begin() {
            guard next < items.count else { return }
            let index = next
            next += 1
            group.addTask { (index, await body(items[index])) }
        }
        for _ in 0..<limit { begin() }
        while let (index, result) = await group.next() {
            results[index] = result
            begin()
        }
        return results.compactMap { $0 }
    }
}
