/// What the surroundings of the command hold: variables and files.
///
/// A value, so that resolving credentials needs neither real variables nor real files in tests.
package struct Environment: Sendable {
    package enum FileContent: Hashable, Sendable {
        case absent
        /// With the reason, in words.
        case unreadable(String)
        case bytes([UInt8])
    }

    package let variables: [String: String]
    package let readFile: @Sendable (_ path: String) -> FileContent

    package init(variables: [String: String], readFile: @escaping @Sendable (_ path: String) -> FileContent) {
        self.variables = variables
        self.readFile = readFile
    }

    /// The variable's value, nil when it is unset or empty: a CI system sets a missing secret to the empty text.
    func value(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }
}
