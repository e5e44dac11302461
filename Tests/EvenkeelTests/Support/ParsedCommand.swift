import ArgumentParser
import Synchronization

@testable import evenkeel

/// A command line that is parsed once and run often: in a debug build, parsing takes longer than all that follows.
struct ParsedCommand: Sendable {
    private static let parsed = Mutex<[[String]: ParsedCommand]>([:])

    // only read once it is parsed
    nonisolated(unsafe) private let command: any ConsoleCommand

    static func of(_ arguments: [String]) -> ParsedCommand {
        parsed.withLock { parsed in
            if let known = parsed[arguments] { return known }
            let command = try? EvenkeelCommand.parseAsRoot(arguments) as? any ConsoleCommand
            guard let command else { preconditionFailure("no command line: \(arguments)") }
            parsed[arguments] = ParsedCommand(command: command)
            return ParsedCommand(command: command)
        }
    }

    func run(on terminal: Terminal) async -> Run {
        let status = (try? await command.run(on: terminal.console)) ?? .internalError
        return Run(status: status.rawValue, output: terminal.output, error: terminal.error)
    }
}
