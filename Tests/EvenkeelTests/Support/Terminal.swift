import CloudController
import Foundation
import Synchronization
import TestSupport

@testable import evenkeel

/// A console that keeps what is written to it.
final class Terminal: Sendable {
    private let written = Mutex((output: "", error: ""))
    private let variables: [String: String]
    private let answer: String?
    private let input: [UInt8]
    private let clock: any Clock<Duration>
    private let network: (any HTTPTransport)?
    /// Seconds since 1970; the sandbox of tests begins then, too.
    private let now: @Sendable () -> Int
    /// How many lines fit on it, for one that is a terminal and no file; 0 is any number.
    private let rows: Int?

    init(
        _ variables: [String: String] = [:],
        answering answer: String? = nil,
        input: String = "",
        clock: any Clock<Duration> = JumpingClock(),
        network: (any HTTPTransport)? = nil,
        now: @escaping @Sendable () -> Int = { 1_795_230_000 },
        rows: Int? = nil
    ) {
        self.variables = variables
        self.answer = answer
        self.clock = clock
        self.network = network
        self.now = now
        self.input = Array(input.utf8)
        self.rows = rows
    }

    var output: String { written.withLock { $0.output } }
    var error: String { written.withLock { $0.error } }

    var console: Console {
        let files = Environment.process.readFile
        return Console(
            environment: Environment(variables: variables, readFile: files),
            readInput: { [input] in input },
            ask: { [self] question in
                written.withLock { $0.error += question + "\n" }
                return answer
            },
            writeOutput: { [self] text in written.withLock { $0.output += text } },
            writeError: { [self] text in written.withLock { $0.error += text } },
            writeFile: Console.writeFile,
            clock: clock,
            network: network,
            now: now,
            host: "build-7",
            canAsk: answer != nil,
            outputIsTerminal: rows != nil,
            errorIsTerminal: rows != nil,
            terminalRows: { [rows] in rows.flatMap { $0 > 0 ? $0 : nil } }
        )
    }
}

/// How a command ended and what it wrote.
struct Run {
    let status: Int32
    let output: String
    let error: String

    /// Everything that was printed.
    var text: String { output + error }
}

/// Runs a whole command in this process.
func evenkeel(_ arguments: String..., on terminal: Terminal = Terminal()) async -> Run {
    await evenkeel(arguments, on: terminal)
}

func evenkeel(_ arguments: [String], on terminal: Terminal = Terminal()) async -> Run {
    let status = await EvenkeelCommand.run(arguments, on: terminal.console)
    return Run(status: status, output: terminal.output, error: terminal.error)
}

/// A folder that is gone when the test is over.
func withFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "evenkeel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
