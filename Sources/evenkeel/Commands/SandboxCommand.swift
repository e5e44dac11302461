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
            It holds everything in memory and forgets it when it ends. Every request is logged on stderr, on one line \
            without bodies and tokens. `GET /sandbox/requests` is the journal of what \
            was asked of it, `POST /sandbox/faults` makes trouble, `POST /sandbox/clock` moves its clock.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The foundation to start with, as docs/sandbox.md describes it; without one, a small example.",
            valueName: "file"
        )
    )
    var seed: String?

    @Option(
        help: ArgumentHelp(
            "The address to listen on. Others than loopback let other machines in.",
            valueName: "address"
        )
    )
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "number"))
    var port = 8181

    @Option(help: ArgumentHelp("Write the port to this file once it listens.", valueName: "file"))
    var portFile: String?

    @Option(
        help: ArgumentHelp("The URL for links and clients, when it is not the address to listen on.", valueName: "url")
    )
    var externalURL: String?

    @Option(help: ArgumentHelp("Trouble to make, as for POST /sandbox/faults.", valueName: "file"))
    var faults: String?

    @Option(help: ArgumentHelp("Seconds for which a token is valid.", valueName: "seconds"))
    var tokenLifetime = 600

    @Flag(name: .shortAndLong, help: "Log no requests.")
    var quiet = false

    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535") }
        if let externalURL, (try? Endpoint(externalURL)) == nil {
            throw ValidationError("--external-url takes a URL such as http://sandbox:8181")
        }
        guard tokenLifetime >= 1 else { throw ValidationError("--token-lifetime takes seconds, 1 or more") }
    }

    func run(on console: Console) async throws -> ExitStatus {
        var sources = SourceFiles()
        var diagnostics: [Diagnostic] = []
        var text = Seed.exampleText
        if let seed {
            guard let own = self.text(of: seed, console) else { return .failure }
            text = own
        }
        let file = seed ?? Seed.exampleFile
        sources.add(SourceText(text), file: file)
        let (parsed, problems) = Seed.parse(text, file: file)
        diagnostics += problems
        var scripted: [Fault] = []
        if let faults {
            guard let text = self.text(of: faults, console) else { return .failure }
            sources.add(SourceText(text), file: faults)
            let (read, problems) = Fault.parse(text, file: faults)
            diagnostics += problems
            scripted = read
        }
        let reporter = Reporter(console: console, options: output, sources: sources)
        reporter.report(diagnostics)
        reporter.close(diagnostics)
        guard let parsed, !diagnostics.hasErrors else { return .failure }
        return await serve(parsed, options(scripted, console), on: console)
    }

    private func options(_ faults: [Fault], _ console: Console) -> SandboxServer.Options {
        var options = SandboxServer.Options(host: host, port: port, tokenLifetime: tokenLifetime, faults: faults)
        options.externalURL = externalURL.flatMap { try? Endpoint($0).url }
        if !quiet { options.onRequest = { entry in console.talk(SandboxLog.line(entry)) } }
        return options
    }

    /// Listens until Ctrl-C, which is how a sandbox ends well.
    private func serve(_ seed: Seed, _ options: SandboxServer.Options, on console: Console) async -> ExitStatus {
        let interruption = Interruption()
        let failure: (any Error)? = await interruption.guarding {
            do {
                try await SandboxServer(seed: seed, options: options).run { port in
                    announce(seed, at: options.url(port: port), port: port, on: console)
                }
                return nil
            } catch {
                return error
            }
        }
        guard let failure, !interruption.happened, !(failure is CancellationError) else { return .success }
        console.talk("Error: \(failure)")
        return .failure
    }

    private func announce(_ seed: Seed, at url: String, port: Int, on console: Console) {
        if let portFile, let reason = console.writeFile(portFile, "\(port)\n") {
            console.talk("Error: cannot write `\(portFile)`: \(reason)")
        }
        let foundation: SandboxAnnouncement.Foundation
        if let file = self.seed {
            foundation = .seed(file: file, seed)
        } else {
            let manifests = "examples/storefront/manifests"
            if case .bytes = console.environment.readFile(manifests + "/production.yml") {
                foundation = .example(manifests: manifests)
            } else {
                foundation = .example(manifests: nil)
            }
        }
        let announcement = SandboxAnnouncement(url: url, foundation: foundation, program: console.program)
        for line in announcement.lines { console.print(line) }
        if !isLoopback {
            console.talk(
                "Note: whoever reaches \(host) can change the sandbox, without a password at /sandbox."
            )
        }
    }

    private var isLoopback: Bool {
        (try? Endpoint(host.contains(":") ? "http://[\(host)]" : "http://\(host)").isLoopback) ?? false
    }

    private func text(of file: String, _ console: Console) -> String? {
        switch console.environment.readFile(file) {
        case .bytes(let bytes):
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            console.talk("Error: the file `\(file)` is not a text in UTF-8")
        case .absent: console.talk("Error: there is no file `\(file)`")
        case .unreadable(let reason): console.talk("Error: the file `\(file)` cannot be read: \(reason)")
        }
        return nil
    }
}
