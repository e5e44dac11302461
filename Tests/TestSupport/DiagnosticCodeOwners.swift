package import Diagnostics

/// Which suite holds the golden files of which diagnostic codes; together they are all codes.
package enum DiagnosticCodeOwners {
    /// Files, YAML and the language of manifests: ManifestTests.
    package static let manifests: [DiagnosticCode] = [
        .unreadableFile, .noManifests, .emptyFile, .notUTF8, .yamlSyntax, .yamlLimit, .unsupportedTag, .duplicateKey,
        .unknownKey, .missingKey, .emptyValue, .nullNotAllowed, .wrongType, .invalidValue, .conflictingKeys,
        .reservedKey, .duplicateResource, .unusualValue, .unresolvedVariable, .invalidVariable,
    ]

    /// Planning, the API and the command line: EvenkeelTests.
    package static let commands: [DiagnosticCode] = DiagnosticCode.allCases.filter { !manifests.contains($0) }
}
