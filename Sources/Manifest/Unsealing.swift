package import Diagnostics
package import Reconciliation

/// A saved plan with the secrets that its file does not hold.
package struct Unsealing: Sendable {
    package let approved: ApprovedPlan
    /// Why it must not be performed.
    package let diagnostics: [Diagnostic]
    /// The texts that the diagnostics point into.
    package let sources: SourceFiles
    /// Every value of the secrets files.
    package let secrets: [Text]
}

/// Puts the values of secrets files back into the declarations of a saved plan; another value is not what was approved.
package func unseal(_ approved: ApprovedPlan, secretFiles: [String]) -> Unsealing {
    var files = FileReader(standardInput: { nil })
    var reader = VariableReader()
    reader.read(ManifestInput(paths: [], secretFiles: secretFiles), &files)
    var diagnostics = files.diagnostics + reader.diagnostics
    var missing: Set<Text> = []
    let unsealed = approved.replacingMasked { field in
        let substitution = reader.variables.substitute(in: field.masked ?? "")
        for (name, _) in substitution.unresolved where missing.insert(name).inserted {
            diagnostics.append(.missingSecret(name))
        }
        guard substitution.unresolved.isEmpty else { return field }
        switch field.unsealed(by: substitution.text) {
        case .value(let field): return field
        case .otherValue:
            diagnostics.append(.otherSecret(field))
            return field
        }
    }
    return Unsealing(
        approved: unsealed.hiding(Secrets(reader.secrets)),
        diagnostics: diagnostics,
        sources: files.sources,
        secrets: reader.secrets
    )
}

extension Diagnostic {
    fileprivate static func missingSecret(_ name: Text) -> Diagnostic {
        Diagnostic(
            .error,
            .unresolvedVariable,
            "the plan needs the value of the secret `((\(name)))`",
            details: [.help("pass the `--secrets-file` that it was planned with")]
        )
    }
}
