import ArgumentParser
import Diagnostics
import Manifest

/// Which manifests, with which variables.
struct ManifestOptions: ParsableArguments {
    @Argument(help: "Manifests: files, folders (all *.yml and *.yaml below them), or - for standard input.")
    var paths: [String] = []

    @Option(help: ArgumentHelp("Leave out files and folders that match; repeatable.", valueName: "glob"))
    var exclude: [String] = []

    @Option(name: .customLong("var"), help: ArgumentHelp("Set a ((variable)); repeatable.", valueName: "name=value"))
    var variables: [String] = []

    @Option(
        name: .customLong("vars-file"),
        help: ArgumentHelp(
            "Set variables from a YAML file of names and values; repeatable, later ones win.",
            valueName: "file"
        )
    )
    var variableFiles: [String] = []

    @Option(
        name: .customLong("secrets-file"),
        help: ArgumentHelp("As --vars-file; the values are masked in every output.", valueName: "file")
    )
    var secretFiles: [String] = []

    func validate() throws {
        for variable in variables where !variable.contains("=") || variable.hasPrefix("=") {
            throw ValidationError("--var takes name=value, not `\(variable)`")
        }
    }

    /// Refuses a command line without manifests.
    func requirePaths() throws {
        if paths.isEmpty { throw ValidationError("Missing expected argument '<paths> ...'") }
    }

    /// Something is set that only manifests need.
    var areGiven: Bool { !(paths + exclude + variables + variableFiles).isEmpty }

    /// Everything that the manifests say, and everything that is wrong with them.
    func read(from console: Console) -> ManifestReading {
        let pairs = variables.map { variable in
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
        return readManifests(
            ManifestInput(
                paths: paths,
                excludes: exclude,
                variables: pairs,
                refusesUnused: true,
                variableFiles: variableFiles,
                secretFiles: secretFiles,
                standardInput: console.readInput
            )
        )
    }
}
