import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `status`: what runs of what is declared.
struct StatusCommand: ParsableCommand, WorkCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what runs: instances, checks, deployments, tasks, restarts owed; sends nothing but reads.",
        discussion: """
            Every process of the declared apps is shown with its instances by state, and with those of them that are \
            not ready. Uptimes are of running instances, memory and disk of the one that uses most. What the platform \
            does not say is unknown.

            Exit status: 0 when everything could be shown, however it fares, 1 when something could not, 3 when a \
            manifest is meant for another API, 64 for a wrong command line, 130 when interrupted.
            """
    )

    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Scope") var targets: TargetOptions
    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: ArgumentHelp("The form of the answer on stdout.", valueName: "format"))
    var format: OutputFormat = .text

    @Flag(
        help: """
            Show it again and again, in place, until Ctrl-C. Takes a terminal and the text format; elsewhere run the \
            command again.
            """
    )
    var watch = false

    @Option(
        help: ArgumentHelp("How long to wait before it is shown again with --watch, such as 5s.", valueName: "duration")
    )
    var interval = "2s"

    func validate() throws {
        try manifests.requirePaths()
        guard let seconds = seconds(interval), (1...86400).contains(seconds) else {
            throw ValidationError(
                "--interval takes digits and one of s, m, h, from 1s to a day, not `\(interval)`"
            )
        }
    }

    func run(on console: Console) async throws -> ExitStatus {
        if watch, !console.outputIsTerminal || format != .text {
            console.talk("Error: --watch needs a terminal and the text format: run the command again and again instead")
            return .usage
        }
        let interruption = Interruption()
        return await interruption.guarding { await look(on: console, interruption) }
    }

    private func look(on console: Console, _ interruption: Interruption) async -> ExitStatus {
        let desk = StatusDesk(console: console, work: work, format: format)
        let preparation: Preparation
        do {
            preparation = try Preparation.prepare(work, on: console)
        } catch {
            desk.close(StatusDocument(diagnostics: error.diagnostics), sources: error.sources)
            return error.status
        }
        do {
            return try await withPlatform(preparation.connection) { platform async throws(PlatformError) in
                let survey = Survey(platform: platform, preparation: preparation, targets: targets.patterns)
                let first = try await survey.look()
                guard watch else { return desk.show(first, preparation) }
                return await StatusWatch(desk: desk, survey: survey, interval: seconds(interval) ?? 2)
                    .run(from: first, interruption)
            }
        } catch {
            desk.close(
                StatusDocument(diagnostics: preparation.diagnostics + [preparation.diagnostic(about: error)]),
                sources: preparation.sources
            )
            return error.code == .cancelled ? .interrupted : .failure
        }
    }
}

/// Looks at the platform again and again.
struct Survey: Sendable {
    let platform: CloudControllerPlatform
    let preparation: Preparation
    let targets: [TargetPattern]

    /// What was seen, with what it has cost so far.
    struct View: Sendable {
        let status: Reconciler.Status
        /// What the server warned of.
        let warnings: [Diagnostic]
        let costs: RequestCosts

        var diagnostics: [Diagnostic] { status.diagnostics + warnings }
    }

    func look() async throws(PlatformError) -> View {
        let status = try await Reconciler(platform: platform).status(of: preparation.desired, targets: targets)
        return View(status: status, warnings: await platform.takeWarnings(), costs: await platform.costs)
    }
}
