import ArgumentParser
import CloudController
import Diagnostics
import Sandbox

/// `sandbox`: a simulated Cloud Controller.
struct SandboxCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Run a simulated Cloud Controller on loopback, to try things on and to test against.",
        discussion: """
            It holds everything in memory and forgets it when it ends. `GET /sandbox/requests` is the journal of what \
            was asked of it, `POST /sandbox/faults` makes trouble, `POST /sandbox/clock` moves its clock.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The foundation to start with; schemas/sandbox-seed.schema.json describes it.",
            valueName: "file"
        )
    )
    var seed: String

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "number"))
    var port = 8181

    @Option(help: ArgumentHelp("Write the port to this file once it listens.", valueName: "file"))
    var portFile: String?

    @Option(help: ArgumentHelp("Trouble to make, as for POST /sandbox/faults.", valueName: "file"))
    var faults: String?

    @Option(help: ArgumentHelp("Seconds for which a token is valid.", valueName: "seconds"))
    var tokenLifetime = 600

    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535") }
        guard tokenLifetime >= 1 else { throw ValidationError("--token-lifetime takes seconds, 1 or more") }
    }

    func run(on console: Console) async throws -> ExitStatus {
        var sources = SourceFiles()
        var diagnostics: [Diagnostic] = []
        var options = SandboxServer.Options(port: port, tokenLifetime: tokenLifetime)
        guard let text = text(of: self.seed, console) else { return .failure }
        sources.add(SourceText(text), file: self.seed)
        let (seed, problems) = Seed.parse(text, file: self.seed)
        diagnostics += problems
        if let faults {
            guard let text = self.text(of: faults, console) else { return .failure }
            sources.add(SourceText(text), file: faults)
            let (scripted, problems) = Fault.parse(text, file: faults)
            diagnostics += problems
            options.faults = scripted
        }
        let reporter = Reporter(console: console, options: output, sources: sources)
        reporter.report(diagnostics)
        reporter.close(diagnostics)
        guard let seed, !diagnostics.hasErrors else { return .failure }
        do {
            try await SandboxServer(seed: seed, options: options).run { port in announce(port, on: console) }
            return .success
        } catch {
            console.talk("Error: cannot listen on 127.0.0.1:\(port): \(error)")
            return .failure
        }
    }

    private func announce(_ port: Int, on console: Console) {
        console.print("A sandbox listens at http://127.0.0.1:\(port) until Ctrl-C.")
        console.print("    export CF_API=http://127.0.0.1:\(port)")
        guard let portFile, !console.writeFile(portFile, "\(port)\n") else { return }
        console.talk("Error: cannot write `\(portFile)`")
    }

    private func text(of file: String, _ console: Console) -> String? {
        switch console.environment.readFile(file) {
        case .bytes(let bytes):
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            console.talk("Error: the file `\(file)` is not a text in UTF-8")
        case .absent: console.talk("Error: there is no file `\(file)`")
        case .unreadable: console.talk("Error: the file `\(file)` cannot be read")
        }
        return nil
    }
}
