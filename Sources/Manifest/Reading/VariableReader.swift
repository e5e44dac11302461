import Diagnostics
import YAML

/// Gathers the values of variables from the command line and from files.
struct VariableReader {
    private(set) var variables = Variables()
    private(set) var diagnostics: [Diagnostic] = []
    /// Every value of a secrets file that is not empty, also one that another source overrides.
    private(set) var secrets: [Text] = []
    /// The names that the command line gives values to.
    private var given: [Text] = []

    /// Files first, so that the command line wins.
    mutating func read(_ input: ManifestInput, _ files: inout FileReader) {
        for path in input.variableFiles { read(path, isSecret: false, &files) }
        for path in input.secretFiles { read(path, isSecret: true, &files) }
        for (name, value) in input.variables {
            if Variables.isName(Text(name)) {
                variables.values[Text(name)] = Variables.Value(Text(value))
                variables.unusable[Text(name)] = nil
                if !given.contains(Text(name)) { given.append(Text(name)) }
            } else {
                diagnostics.append(.invalidName(Text(name)))
            }
        }
    }

    /// Names of the command line that no manifest uses: a slip of the keyboard would go unnoticed.
    ///
    /// - Parameter used: The names of all variables in the manifests.
    func unused(besides used: Set<Text>) -> [Diagnostic] {
        given.filter { !used.contains($0) }.map { .unused($0, used: used.sorted()) }
    }

    private mutating func read(_ path: String, isSecret: Bool, _ files: inout FileReader) {
        let documents = files.documents(of: path, isSecret: isSecret)
        if let second = documents.dropFirst().first { diagnostics.append(.secondDocument(second)) }
        guard let first = documents.first else { return }
        guard case .mapping(let mapping) = first else {
            diagnostics.append(.notAMapping(first))
            return
        }
        for entry in mapping.entries {
            guard Variables.isName(entry.key.text) else {
                diagnostics.append(.invalidName(isSecret ? nil : entry.key.text, at: entry.key.range))
                continue
            }
            guard case .scalar(let scalar) = entry.value, !scalar.isEmpty, !scalar.isNull else {
                variables.values[entry.key.text] = nil
                variables.unusable[entry.key.text] = .notAText(entry)
                continue
            }
            variables.values[entry.key.text] = Variables.Value(scalar.text, isSecret: isSecret)
            variables.unusable[entry.key.text] = nil
            if isSecret, !scalar.text.isEmpty { secrets.append(scalar.text) }
        }
    }
}

extension Diagnostic {
    /// Without a place the name is one of the command line; without a name it is one that must not be shown.
    fileprivate static func invalidName(_ name: Text?, at range: SourceRange? = nil) -> Diagnostic {
        let shown = name.map { range == nil ? "`--var \($0.excerpt)=...`" : "`\($0.excerpt)`" } ?? "this key"
        return Diagnostic(
            .error,
            .invalidVariable,
            "\(shown) does not name a variable",
            at: range.map { Annotation($0) },
            details: [.help("use letters, digits, `_`, `-`, `.` and `/`")]
        )
    }

    fileprivate static func unused(_ name: Text, used: [Text]) -> Diagnostic {
        let help =
            NearestName.of(name.string, in: used.map(\.string)).map { "did you mean `--var \($0)=...`?" }
            ?? (used.isEmpty
                ? "remove it: the manifests use no variables" : "remove it, or write `((\(name)))` in a manifest")
        return Diagnostic(
            .error,
            .invalidVariable,
            "no manifest uses the variable of `--var \(name.excerpt)=...`",
            details: [.help(help)]
        )
    }

    fileprivate static func notAMapping(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .wrongType,
            "a file of variables must be a mapping, not \(node.kindWithArticle)",
            at: Annotation(node.range, "\(node.kindWithArticle)"),
            details: [.help("write `name: value`, one a line")]
        )
    }

    fileprivate static func secondDocument(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidVariable,
            "a file of variables must have one document",
            at: Annotation(
                SourceRange(file: node.range.file, start: node.range.start, end: node.range.start),
                "another one"
            ),
            details: [.help("name several files with several flags")]
        )
    }

    fileprivate static func notAText(_ entry: Node.Entry) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidVariable,
            "the variable `\(entry.key.text.excerpt)` must be text, not \(entry.value.kindWithArticle)",
            at: Annotation(entry.key.range),
            details: [.help("a variable puts text into text; write `\"\"` for empty text")]
        )
    }
}
