import Diagnostics

extension Complaint {
    /// The complaint in our words, with libyaml's as a note.
    func diagnostic(in source: Source) -> Diagnostic {
        let (message, help) = wording(in: source)
        // Of quotes that are never closed the beginning says more than the end of the file.
        let isOpenQuote = context == "while scanning a quoted scalar" && problem.contains("unexpected")
        let place = isOpenQuote ? contextPlace ?? place : place
        let range = source.range(place, place)
        var secondary: [Diagnostic.Annotation] = []
        if let context, let contextPlace, contextPlace != place, let label = Complaint.labels[context] {
            secondary.append(Diagnostic.Annotation(source.range(contextPlace, contextPlace), label))
        }
        let words = [context, problem].compactMap { $0 }.joined(separator: ": ")
        return Diagnostic(
            .error,
            problem.contains("tag") ? .unsupportedTag : .yamlSyntax,
            message,
            at: Diagnostic.Annotation(range),
            secondary: secondary,
            details: [.note("libyaml: \(words)")] + (help.map { [.help($0)] } ?? [])
        )
    }

    private func wording(in source: Source) -> (message: String, help: String?) {
        let rest = source.rest(from: place)
        if problem.contains("tab character") { return Complaint.tab }
        if problem == "found character that cannot start any token" {
            guard let first = rest.first, first != "\t" else { return Complaint.tab }
            return ("a text without quotes cannot begin with `\(first)`", "put the text in quotes")
        }
        return Complaint.wordings[problem] ?? ("this is not well-formed YAML", nil)
    }

    private static let tab = ("a tab cannot indent a line", "use spaces: YAML does not allow tabs there")

    private static let labels = [
        "while scanning a quoted scalar": "the quotes open here",
        "while parsing a flow mapping": "the braces open here",
        "while parsing a flow sequence": "the brackets open here",
        "while parsing a block mapping": "the mapping begins here",
        "while parsing a block collection": "the list begins here",
        "while scanning a simple key": "the key begins here",
    ]

    /// By the texts of libyaml's `scanner.c` and `parser.c`.
    private static let wordings: [String: (String, String?)] = [
        "mapping values are not allowed in this context": (
            "a `:` cannot stand here",
            "put a text that holds `: ` in quotes; or the line above lacks a blank behind its `:`, or the `:`"
        ),
        "did not find expected key": (
            "expected a key here", "keys of one mapping begin in the same column; check the indentation and the quotes"
        ),
        "did not find expected '-' indicator": (
            "expected a list item (`- ...`) here", "items of one list begin in the same column"
        ),
        "block sequence entries are not allowed in this context": (
            "a list item cannot stand here", "put it on a line of its own, below the key"
        ),
        "block mapping entries are not allowed in this context": (
            "a mapping cannot stand here", "put it on a line of its own"
        ),
        "mapping keys are not allowed in this context": ("a key cannot stand here", nil),
        "could not find expected ':'": ("expected `:` after the key", "write `key: value`"),
        "found unexpected end of stream": ("the quotes that open here are never closed", "close the quotes"),
        "found unexpected document indicator": (
            "the quotes that open here are not closed in this document", "close them before the next `---`"
        ),
        "found unknown escape character": (
            "unknown escape in a text in double quotes", "write a backslash as `\\\\`, or use single quotes"
        ),
        "did not find expected hexdecimal number": ("expected hexadecimal digits after the escape", nil),
        "found invalid Unicode character escape code": (
            "the escape is not a Unicode character",
            "write both halves of a character beyond U+FFFF, or `\\U` and eight digits"
        ),
        "did not find expected ',' or '}'": ("expected `,` or `}` here", "close the braces"),
        "did not find expected ',' or ']'": ("expected `,` or `]` here", "close the brackets"),
        "did not find expected node content": ("expected a value here", nil),
        "did not find expected <document start>": (
            "expected the end of the file or `---` here", "one value a document; check the indentation of this line"
        ),
        "did not find expected alphabetic or numeric character": (
            "expected a name after `&` or `*`", "put a text that begins with `&` or `*` in quotes"
        ),
        "found undefined tag handle": ("tags are not supported", "put a text that begins with `!` in quotes"),
        "found incompatible YAML document": ("only YAML 1.1 and 1.2 are supported", "remove the `%YAML` line"),
        "found unknown directive name": ("unknown directive", "remove the line"),
        "did not find expected comment or line break": (
            "expected a comment or the end of the line here", "begin the text on the next line"
        ),
        "found wrong indentation": ("the indentation is wrong here", nil),
        "found invalid indentation indicator": ("the indentation is wrong here", nil),
    ]
}
