package import Diagnostics
import YAML

extension Seed {
    /// Reads a seed: YAML, or JSON, which is part of it.
    ///
    /// The seed is nil when there is an error among the diagnostics. `file` is the name that they carry.
    package static func parse(_ text: String, file: String) -> (Seed?, [Diagnostic]) {
        let parsed = YAML.parse(text, file: file)
        var diagnostics = parsed.diagnostics
        guard let document = parsed.documents.first else {
            if diagnostics.isEmpty { diagnostics.append(.emptySeed(file)) }
            return (nil, diagnostics)
        }
        for other in parsed.documents.dropFirst() { diagnostics.append(.secondDocument(other)) }
        var reader = SeedReader()
        let value = reader.read(document, as: .mapping(SeedLanguage.seed), at: "the document")
        diagnostics += reader.diagnostics
        if reader.diagnostics.isEmpty { diagnostics += SeedChecks.diagnostics(of: document) }
        guard let value, !diagnostics.contains(where: { $0.severity == .error }) else { return (nil, diagnostics) }
        return (Seed(SeedValue(value)), diagnostics)
    }
}

extension Diagnostic {
    fileprivate static func emptySeed(_ file: String) -> Diagnostic {
        Diagnostic(
            .error,
            .emptyFile,
            "`\(file)` is empty",
            details: [.help("a seed needs at least the key `organizations`")]
        )
    }

    fileprivate static func secondDocument(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidValue,
            "a seed is one document",
            at: Annotation(node.range, "a second document begins here")
        )
    }
}
