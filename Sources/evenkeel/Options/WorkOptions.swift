import ArgumentParser
import Reconciliation

/// The options that `plan` and `apply` share.
struct WorkOptions: ParsableArguments {
    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Scope") var targets: TargetOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions

    @Flag(help: "Take over labels, annotations and fields that another manager holds with another value.")
    var forceConflicts = false

    @Option(help: ArgumentHelp("The form of the answer on stdout.", valueName: "format"))
    var format: OutputFormat = .text

    /// What the plan may do.
    var planOptions: PlanOptions { PlanOptions(forcesConflicts: forceConflicts) }
}
