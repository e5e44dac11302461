import ArgumentParser

/// The options that commands on manifests and a platform share.
struct WorkOptions: ParsableArguments {
    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Scope") var targets: TargetOptions
    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions
}
