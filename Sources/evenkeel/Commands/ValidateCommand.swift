import ArgumentParser
import Diagnostics
import Manifest
import Reconciliation

/// `validate`: the offline check.
struct ValidateCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check manifests without a platform; reports every problem of every file."
    )

    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        try manifests.requirePaths()
    }

    func run(on console: Console) async throws -> ExitStatus {
        let reading = manifests.read(from: console)
        let reporter = Reporter(console: console, options: output, sources: reading.sources)
        reporter.report(reading.diagnostics)
        reporter.close(reading.diagnostics)
        if reading.diagnostics.contains(where: { $0.severity == .error }) { return .failure }
        let apps = reading.state.apps.count
        let spaces = reading.state.spaces.count
        console.print(
            "Valid: \(apps) \(apps == 1 ? "app" : "apps") in \(spaces) \(spaces == 1 ? "space" : "spaces")."
        )
        return .success
    }
}
