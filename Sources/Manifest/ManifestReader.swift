package import Diagnostics
package import Reconciliation
import YAML

/// Where manifests and the values of their variables come from.
package struct ManifestInput {
    /// Bytes of a file: what no manifest needs, so that a device or a wrong file does not fill the memory.
    package static let largestFile = 100_000_000

    /// Files, folders, and `-` for standard input.
    package var paths: [String]
    /// Globs of what is left out of folders.
    package var excludes: [String]
    /// From `--var name=value`; they win over files.
    package var variables: [(String, String)]
    /// One of them that no manifest uses is an error.
    package var refusesUnused: Bool
    /// Files of variables; a later one wins.
    package var variableFiles: [String]
    /// Files of variables whose values are masked in every output.
    package var secretFiles: [String]
    /// All bytes of standard input, or more than the largest file has; nil when it cannot be read.
    package var standardInput: () -> [UInt8]?

    package init(
        paths: [String],
        excludes: [String] = [],
        variables: [(String, String)] = [],
        refusesUnused: Bool = false,
        variableFiles: [String] = [],
        secretFiles: [String] = [],
        standardInput: @escaping () -> [UInt8]? = { nil }
    ) {
        self.paths = paths
        self.excludes = excludes
        self.variables = variables
        self.refusesUnused = refusesUnused
        self.variableFiles = variableFiles
        self.secretFiles = secretFiles
        self.standardInput = standardInput
    }
}

/// What manifests ask for, and everything that is wrong with them.
package struct ManifestReading: Sendable {
    /// Not to be acted on when a diagnostic is an error.
    package var state: DesiredState
    /// In the order of files and places.
    package var diagnostics: [Diagnostic]
    /// The texts that the diagnostics point into.
    package var sources: SourceFiles
    /// Every value from a secrets file, for masking.
    package var secrets: [Text]
}

/// Reads manifests: all problems of all files in one run.
package func readManifests(_ input: ManifestInput) -> ManifestReading {
    var files = FileReader(standardInput: input.standardInput)
    var variables = VariableReader()
    variables.read(input, &files)
    var finder = FileFinder(excludes: input.excludes, others: input.variableFiles + input.secretFiles)
    let found = finder.find(input.paths)

    var values = ValueReader(variables: variables.variables)
    var merge = SpaceMerge()
    var state = DesiredState()
    for file in found {
        for node in files.documents(of: file) {
            let document = values.document(node)
            if let pin = document.pin { state.pins.append(pin) }
            if let space = document.space { merge.add(space) }
        }
    }
    state.spaces = merge.sorted
    // The name of a thing is no secret, though it may be a value of a secrets file, too.
    state.secrets = Secrets(variables.secrets, sparing: state.names)
    var diagnostics =
        files.diagnostics + variables.diagnostics + finder.diagnostics + values.diagnostics + merge.diagnostics
    // What could not be read may use any variable.
    if input.refusesUnused, !diagnostics.contains(where: { $0.severity == .error && $0.code != .unresolvedVariable }) {
        diagnostics += variables.unused(besides: values.used)
    }
    return ManifestReading(
        state: state,
        diagnostics: diagnostics.inOrder,
        sources: files.sources,
        secrets: variables.secrets
    )
}

extension DesiredState {
    /// Of organizations, spaces, apps, processes and tasks.
    fileprivate var names: Set<Text> {
        var names: Set<Text> = []
        for (space, app) in apps {
            names.formUnion([space.organization.value, space.space.value, app.name])
            names.formUnion(app.processes.map(\.type) + app.tasks.map(\.name))
        }
        return names
    }
}
