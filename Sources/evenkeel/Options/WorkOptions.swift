/// What commands on manifests and a platform are told.
struct WorkOptions {
    let manifests: ManifestOptions
    let targets: TargetOptions
    let connection: ConnectionFlags
    let output: OutputOptions
}

/// A command on manifests and a platform.
///
/// Each declares the four groups itself: a group of groups is a level more, and in a debug build ArgumentParser checks
/// every level four times for each time that the level above it is checked.
protocol WorkCommand: ConsoleCommand {
    var manifests: ManifestOptions { get }
    var targets: TargetOptions { get }
    var connection: ConnectionFlags { get }
    var output: OutputOptions { get }
}

extension WorkCommand {
    var work: WorkOptions {
        WorkOptions(manifests: manifests, targets: targets, connection: connection, output: output)
    }
}
