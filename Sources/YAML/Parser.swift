package import Diagnostics

/// What a YAML file says: its documents, without empty ones, and everything that is wrong with it.
///
/// A file with an error may still have documents: those before the error, and those whose error left the rest whole.
package struct ParsedFile: Sendable {
    package var documents: [Node]
    package var diagnostics: [Diagnostic]
}

/// What is accepted of a file, so that a small one cannot ask for all memory or the whole stack.
package enum Limits {
    /// Mappings and lists within each other, after aliases are expanded.
    package static let nesting = 100
    /// Scalars, mappings and lists that stand in the text of a file: more than anybody writes, and about a gigabyte of memory.
    package static let written = 10_000_000
    /// Those that aliases bring in, besides.
    package static let brought = 1_000_000
    /// Aliases of unknown anchors that are compared with the known ones, for advice.
    static let advised = 20
}

/// Reads a YAML file, or a JSON file, which is one.
///
/// `file` is the name that places carry. Never fails: what is wrong is in the diagnostics.
package func parse(_ bytes: [UInt8], file: String) -> ParsedFile {
    do throws(Source.Refusal) {
        let source = try Source(bytes, file: file)
        var composer = Composer(source: source)
        let pairs = SurrogatePairs(in: source.bytes)
        let complaint = readEvents(of: pairs.bytes) { composer.take(pairs.restoring($0)) }
        if let complaint { composer.diagnostics.append(complaint.diagnostic(in: source)) }
        return ParsedFile(documents: composer.documents, diagnostics: composer.diagnostics)
    } catch {
        return ParsedFile(documents: [], diagnostics: [.refused(error, file: file)])
    }
}

/// The same for a text.
package func parse(_ text: String, file: String) -> ParsedFile {
    parse(Array(text.utf8), file: file)
}

extension Diagnostic {
    fileprivate static func refused(_ refusal: Source.Refusal, file: String) -> Diagnostic {
        let range = SourceRange(file: file, start: refusal.position, end: refusal.position)
        switch refusal.reason {
        case .notUTF8:
            return Diagnostic(
                .error,
                .notUTF8,
                "`\(file)` is not a text in UTF-8",
                at: Annotation(range, "not UTF-8 from here on"),
                details: [.help("save the file as UTF-8")]
            )
        case .character(let scalar):
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            return Diagnostic(
                .error,
                .yamlSyntax,
                "YAML does not allow the character \(name)",
                at: Annotation(range, "\(name) is here"),
                details: [.help("remove it, or write it as an escape in a text in double quotes")]
            )
        }
    }
}
