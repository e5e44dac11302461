import ArgumentParser
import Diagnostics
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@main
struct EvenkeelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evenkeel",
        abstract: "Keeps Cloud Foundry apps on the settings that are written down in git.",
        discussion: """
            Manifests declare health checks, commands and scale of processes, the image and labels of droplets, tasks \
            that must have run, and labels and annotations everywhere. `plan` shows what differs from the platform; \
            `apply` makes it so.
            """,
        version: Version.text,
        subcommands: [
            ValidateCommand.self, PlanCommand.self, ApplyCommand.self, ShowCommand.self, StatusCommand.self,
            RestartInstanceCommand.self, SchemaCommand.self, SandboxCommand.self,
        ]
    )

    static func main() async {
        // A reader that went away is no reason to die half-way through an apply.
        signal(SIGPIPE, SIG_IGN)
        var status = await run(Array(CommandLine.arguments.dropFirst()), on: .process)
        if let problem = Console.outputProblem.withLock({ $0 }) {
            Console.process.talk("Error: the answer could not be written to stdout: \(problem)")
            if status == ExitStatus.success.rawValue { status = ExitStatus.failure.rawValue }
        }
        leave(with: status)
    }

    /// Runs a whole command and gives its exit status.
    static func run(_ arguments: [String], on console: Console) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            guard let consoleCommand = command as? any ConsoleCommand else {
                try command.run()
                return ExitStatus.success.rawValue
            }
            return try await consoleCommand.run(on: console).rawValue
        } catch {
            return end(with: error, on: console)
        }
    }

    /// Says why nothing came of it: help that was asked for, a wrong command line, or a fault of this program.
    static func end(with error: any Error, on console: Console) -> Int32 {
        let code = exitCode(for: error)
        // What the parser knows no code for was not meant to get here.
        guard code != .failure || error is ExitCode else {
            console.talk(
                """
                error: internal error in evenkeel \(Version.text): \(cleaned(String(describing: error)))
                  = note: what was sent may have happened: `evenkeel plan` shows what is left
                  = help: please report it, with this message and the command line
                """
            )
            return ExitStatus.internalError.rawValue
        }
        let message = fullMessage(for: error)
        if code == .success { console.writeOutput(message + "\n") } else { console.talk(message) }
        return code.rawValue
    }
}

/// Ends the process; inside a command `exit` means another function.
private func leave(with status: Int32) -> Never {
    exit(status)
}

/// The version of this build.
enum Version {
    static let text = "0.1.0"
}
