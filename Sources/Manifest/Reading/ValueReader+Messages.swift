import Diagnostics
import YAML

extension ValueKind {
    /// With an article, as messages name what is expected.
    var expectation: String {
        switch self {
        case .text: "text"
        case .number(let range): Numbers.describe(range)
        case .boolean: "`true` or `false`"
        case .onlyTrue: "`true`"
        case .duration: "a duration such as `15m`"
        case .choice(let choices): choices.map { "`\($0)`" }.listed(with: "or")
        case .mapping, .names: "a mapping"
        case .list: "a list"
        case .either(let first, let second): "\(first.expectation) or \(second.expectation)"
        }
    }
}

extension [String] {
    /// `a, b or c`.
    func listed(with word: String) -> String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " \(word) " + last
    }
}

extension Diagnostic {
    static func unknownKey(_ key: Node.Scalar, _ value: Node, in table: KeyTable) -> Diagnostic {
        let names = table.keys.map(\.name)
        let help: String
        if let hint = PushKeys.help(for: key.text, value, in: table) ?? table.hints[key.text.string] {
            help = hint
        } else if let nearest = NearestName.of(key.text.string, in: names) {
            help = "did you mean `\(nearest)`?"
        } else {
            help = "\(table.noun) has \(names.map { "`\($0)`" }.listed(with: "and"))"
        }
        let verb = table.noun.hasPrefix("a") && table.noun.contains(" ") ? "has" : "takes"
        return Diagnostic(
            .error,
            .unknownKey,
            "\(table.noun) \(verb) no key `\(key.text.excerpt)`",
            at: Annotation(key.range, "not a key of \(table.noun)"),
            details: [.help(help)]
        )
    }

    static func missingKey(_ key: Key, in table: KeyTable, at place: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .missingKey,
            "missing key `\(key.name)`",
            at: Annotation(place, "\(table.noun) needs it"),
            details: [.help("add `\(key.name)`, which must be \(key.kind.expectation)")]
        )
    }

    static func emptyValue(_ subject: ValueReader.Subject, _ kind: ValueKind, at range: SourceRange) -> Diagnostic {
        let help: String
        switch (kind, subject.isNullable) {
        case (.text(let rule), let isNullable) where rule.fault(in: "", shown: "") == nil:
            help = "write `\"\"` for empty text" + (isNullable ? " or `null` to clear it" : "")
        case (_, true): help = "write `null` to clear it, or remove the key to leave it as it is"
        case (.mapping, _), (.names, _): help = "write `{}` to declare nothing, or remove the key"
        default: help = "write \(kind.expectation), or remove the key"
        }
        return Diagnostic(
            .error,
            .emptyValue,
            "\(subject.name) has no value",
            at: Annotation(range, "nothing here"),
            details: [.help(help)]
        )
    }

    static func nullNotAllowed(_ subject: ValueReader.Subject, _ kind: ValueKind, at range: SourceRange) -> Diagnostic {
        let help: String
        switch kind {
        case .text: help = "remove the key to leave it as it is, or write `\"null\"` if the text is meant"
        case .mapping, .names: help = "write `{}` to declare nothing, or remove the key"
        default: help = "remove the key to leave it as it is"
        }
        return Diagnostic(
            .error,
            .nullNotAllowed,
            "\(subject.name) cannot be null",
            at: Annotation(range, "cannot be cleared"),
            details: [.help(help)]
        )
    }

    /// A mapping or list where a scalar belongs, or the reverse; the place is the key where the value is a block.
    static func wrongType(_ subject: ValueReader.Subject, _ kind: ValueKind, _ node: Node) -> Diagnostic {
        var range = subject.keyRange
        if case .scalar(let scalar) = node { range = scalar.range }
        return Diagnostic(
            .error,
            .wrongType,
            "\(subject.name) must be \(kind.expectation), not \(node.kindWithArticle)",
            at: Annotation(range, "\(node.kindWithArticle)"),
            details: ValueAdvice.help(for: node, as: kind, subject).map { [.help($0)] } ?? []
        )
    }

    static func fault(_ fault: TextRule.Fault, _ subject: ValueReader.Subject, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            fault.code,
            "\(subject.name) \(fault.predicate)",
            at: Annotation(range),
            details: fault.help.map { [.help($0)] } ?? []
        )
    }

    static func faultyName(_ key: Node.Scalar, _ name: Text, _ noun: String, _ fault: TextRule.Fault) -> Diagnostic {
        Diagnostic(
            .error,
            fault.code,
            name.isEmpty
                ? "the name of \(noun.withArticle) must not be empty" : "\(noun) `\(name.excerpt)` \(fault.predicate)",
            at: Annotation(key.range),
            details: fault.help.map { [.help($0)] } ?? []
        )
    }

    static func variableInName(_ key: Node.Scalar, _ noun: String) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidVariable,
            "a variable cannot stand in \(noun.withArticle)",
            at: Annotation(key.range),
            details: [.help("variables work in values and in the names of apps")]
        )
    }

    static func secretInName(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidVariable,
            "a value from a secrets file cannot stand in \(what), which is printed",
            at: Annotation(range),
            details: [.help("give the variable with `--var` or `--vars-file`")]
        )
    }

    static func unresolved(_ name: Text, _ variables: Variables, at range: SourceRange) -> Diagnostic {
        let known = variables.values.keys.sorted().map(\.string)
        let help =
            NearestName.of(name.string, in: known).map { "did you mean `((\($0)))`?" }
            ?? "give it with `--var \(name)=VALUE` or in a file with `--vars-file`"
        return Diagnostic(
            .error,
            .unresolvedVariable,
            "the variable `((\(name)))` has no value",
            at: Annotation(range, "not set"),
            details: [.help(help)]
        )
    }

    static func emptyList(_ subject: ValueReader.Subject, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidValue,
            "\(subject.name) must have at least one item",
            at: Annotation(range, "empty"),
            details: [.help("remove the key if nothing is to be said")]
        )
    }

    static func unusualValue(
        _ subject: ValueReader.Subject,
        _ words: (message: String, note: String),
        at range: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .warning,
            .unusualValue,
            "\(subject.name) \(words.message)",
            at: Annotation(range),
            details: [.note(words.note)]
        )
    }

    static func unusualCount(
        _ subject: ValueReader.Subject,
        _ count: Int,
        _ limit: Int,
        setting: String
    ) -> Diagnostic {
        Diagnostic(
            .warning,
            .unusualValue,
            "\(count) entries in \(subject.name) are more than \(limit), the usual maximum of a resource",
            at: Annotation(subject.keyRange),
            details: [.note("platforms refuse more than `\(setting)`, which is \(limit) unless an operator changed it")]
        )
    }
}

extension String {
    /// `an app`, `a task`.
    fileprivate var withArticle: String {
        "aeiou".contains(first ?? " ") ? "an \(self)" : "a \(self)"
    }
}
