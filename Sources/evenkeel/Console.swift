import CloudController

/// What a command reads and writes: injected, so that whole commands run in tests.
///
/// stdout is the answer, stderr is talk.
struct Console: Sendable {
    /// How this program was called, for commands that can be pasted.
    var program = "evenkeel"
    var environment: Environment
    /// All of standard input.
    var readInput: @Sendable () -> [UInt8]
    /// The person's answer to a question that is shown on stderr; nil when the input has ended.
    var ask: @Sendable (_ question: String) -> String?
    var writeOutput: @Sendable (String) -> Void
    var writeError: @Sendable (String) -> Void
    /// Replaces the file's content at once, readable by its owner alone; gives the reason when it cannot, else nil.
    var writeFile: @Sendable (_ path: String, _ text: String) -> String?
    /// Waits between tries and measures.
    var clock: any Clock<Duration> = ContinuousClock()
    /// Takes the place of the network where it is set.
    var network: (any HTTPTransport)?
    /// The wall clock, in seconds since 1970; only written down, never measured with.
    var now: @Sendable () -> Int
    /// The machine's name.
    var host: String
    /// Somebody sits there who can be asked.
    var canAsk: Bool
    var outputIsTerminal: Bool
    var errorIsTerminal: Bool
    /// How many lines fit on the terminal; nil when nobody knows.
    var terminalRows: @Sendable () -> Int? = { nil }

    /// The environment variable, nil when it is unset or empty.
    func variable(_ name: String) -> String? {
        environment.variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func print(_ line: String) { writeOutput(line + "\n") }
    func talk(_ line: String) { writeError(line + "\n") }
}

/// A command that runs on a console and says how it ended.
protocol ConsoleCommand {
    func run(on console: Console) async throws -> ExitStatus
}
