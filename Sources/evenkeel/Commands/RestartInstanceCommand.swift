import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `restart-instance`: asks the platform to replace one instance.
struct RestartInstanceCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart-instance",
        abstract: "Have the platform replace one instance of a process: look, ask, and send one request.",
        discussion: """
            The platform ends the instance and starts another from the definition that runs now. Settings that were \
            changed since do not become live by it: that takes a restart of the whole app. Replacing it is not safe to \
            repeat, so after an answer that was lost the instance is looked at and nothing is sent again.

            Exit status: 0 when it was asked for (with --wait: when the new one is ready), 1 when it could not, 64 for \
            a wrong command line, 130 when interrupted.
            """
    )

    @Argument(help: "The process, as ORG/SPACE/APP/processes/TYPE; `/` and `%` in names are written %2F and %25.")
    var address: String

    @Argument(help: "Which instance, from 0.")
    var index: Int

    @Flag(name: [.customLong("yes"), .customLong("auto-approve")], help: "Do not ask.")
    var isApproved = false

    @Flag(help: "Show the request that would be sent, and send none.")
    var dryRun = false

    @Flag(help: "Wait until the new instance runs and is ready.")
    var wait = false

    @Option(help: ArgumentHelp("How long to wait with --wait, such as 90s or 10m.", valueName: "duration"))
    var timeout = "10m"

    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        _ = try process()
        guard index >= 0 else { throw ValidationError("INDEX is a whole number, 0 or more, not `\(index)`") }
        guard seconds(timeout) != nil else {
            throw ValidationError("--timeout takes digits and one of s, m, h, not `\(timeout)`")
        }
    }

    func run(on console: Console) async throws -> ExitStatus {
        guard isApproved || dryRun || console.canAsk else {
            console.talk("Error: nobody can be asked here: pass --yes to replace it, or --dry-run to look")
            return .usage
        }
        let interruption = Interruption()
        return try await interruption.guarding { try await lookAndReplace(on: console, interruption) }
    }

    private func lookAndReplace(on console: Console, _ interruption: Interruption) async throws -> ExitStatus {
        let (app, type) = try process()
        let reporter = Reporter(console: console, options: output, sources: SourceFiles())
        func fail(_ diagnostics: [Diagnostic]) -> ExitStatus {
            reporter.report(diagnostics)
            reporter.close(diagnostics)
            return diagnostics.contains { $0.code == .interrupted } ? .interrupted : .failure
        }
        do throws(PlatformError) {
            let options = try connection.connect(isVerbose: output.verbose, on: console)
            return try await withPlatform(options) { platform async throws(PlatformError) in
                switch try await InstanceReplacement.find(index, of: type, at: app, on: platform) {
                case .failure(let complaint): return fail(complaint.diagnostics)
                case .success(let target):
                    let (status, errors) = await replace(target, on: platform, console, interruption)
                    let diagnostics = errors + (await platform.takeWarnings())
                    guard errors.isEmpty else { return ExitStatus.worst([status, fail(diagnostics)]) }
                    reporter.report(diagnostics)
                    reporter.close(diagnostics)
                    return status
                }
            }
        } catch {
            return fail([error.diagnostic(intent: "show `\(address)`", api: connection.shownAPI(on: console))])
        }
    }

    /// The app and the type of the process.
    private func process() throws -> (app: Address, type: Text) {
        let parsed: Address
        do {
            parsed = try Address(parsing: address)
        } catch {
            throw ValidationError("`\(cleaned(address))` is no address: \(cleaned(error.reason))")
        }
        guard case .process(let type) = parsed.part else {
            throw ValidationError("`\(cleaned(address))` is no process: expected ORG/SPACE/APP/processes/TYPE")
        }
        return (parsed.appending(.app), type)
    }

    private func replace(
        _ target: InstanceReplacement.Target,
        on platform: CloudControllerPlatform,
        _ console: Console,
        _ interruption: Interruption
    ) async -> (ExitStatus, [Diagnostic]) {
        let view = ReplacementView(target: target)
        for line in view.lines { console.print(line) }
        if target.needs == nil, !isApproved, !dryRun {
            let answer = interruption.asking { console.ask("\nReplace it? Only `yes` is taken as agreement: ") }
            guard answer == "yes" else {
                console.talk("Nothing was replaced.")
                return (.failure, [])
            }
        }
        interruption.onSignal(
            first: {
                console.talk("Interrupted: what is in flight is ended and reported; a second Ctrl-C ends at once.")
            },
            forcedEnd: {
                console.talk("Ended at once. What was in flight may have happened: `evenkeel status` shows it.")
            }
        )
        let replacement = InstanceReplacement(
            on: dryRun ? DryRunPlatform(reading: platform) : platform,
            clock: console.clock
        )
        let patience = wait && !dryRun ? seconds(timeout) : nil
        var outcomes = [await replacement.perform(target)]
        if case .applied? = outcomes.first, let patience {
            let end = await replacement.awaitReadiness(of: target, upTo: patience) { event in
                if case .waiting(_, let what) = event { console.talk("  ...    \(cleaned(what))") }
            }
            outcomes.append(end)
        }
        for line in view.lines(about: outcomes) { console.print(line) }
        let diagnostics = outcomes.compactMap { if case .failed(let diagnostic) = $0 { diagnostic } else { nil } }
        return (interruption.happened ? .interrupted : .success, diagnostics)
    }
}
