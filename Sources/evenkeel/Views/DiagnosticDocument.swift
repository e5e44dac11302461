import Diagnostics
import Reconciliation

/// Diagnostics for programs.
enum DiagnosticDocument {
    static func json(_ diagnostic: Diagnostic) -> JSON {
        [
            "severity": .text(Text(diagnostic.severity.rawValue)),
            "code": .text(Text(diagnostic.code.rawValue)),
            "message": .text(Text(diagnostic.message)),
            "address": diagnostic.subject.map { .text(Text($0)) } ?? .null,
            "origin": diagnostic.primary.map { place($0.range) } ?? .null,
            "details": .list(diagnostic.details.map(detail)),
        ]
    }

    static func place(_ range: SourceRange) -> JSON {
        [
            "file": .text(Text(range.file)),
            "line": .number(range.start.line),
            "column": .number(range.start.column),
        ]
    }

    private static func detail(_ detail: Diagnostic.Detail) -> JSON {
        let (kind, text) =
            switch detail {
            case .note(let text): ("note", text)
            case .api(let text): ("api", text)
            case .help(let text): ("help", text)
            }
        return ["kind": .text(Text(kind)), "text": .text(Text(text))]
    }
}
