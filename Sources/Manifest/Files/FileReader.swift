import Diagnostics
import YAML

/// Reads files and keeps their texts for excerpts.
struct FileReader {
    let standardInput: () -> [UInt8]?
    private(set) var sources = SourceFiles()
    private(set) var diagnostics: [Diagnostic] = []

    init(standardInput: @escaping () -> [UInt8]?) {
        self.standardInput = standardInput
    }

    /// The documents of a file that are not empty; what is wrong with it is reported.
    mutating func documents(of path: String, isSecret: Bool = false) -> [Node] {
        guard let bytes = bytes(of: path) else { return [] }
        sources.add(SourceText(bytes), file: path, isSecret: isSecret)
        let file = parse(bytes, file: path)
        diagnostics += isSecret ? file.diagnostics.map(\.withoutSecrets) : file.diagnostics
        if file.documents.isEmpty, file.diagnostics.isEmpty { diagnostics.append(.emptyFile(path)) }
        return file.documents
    }

    private mutating func bytes(of path: String) -> [UInt8]? {
        if path == "-" {
            guard let bytes = standardInput() else {
                diagnostics.append(.unreadable(path, "standard input is closed"))
                return nil
            }
            if bytes.count <= ManifestInput.largestFile { return bytes }
            diagnostics.append(.unreadable(path, FileProblem(largerThan: ManifestInput.largestFile).reason))
            return nil
        }
        do throws(FileProblem) {
            return try Diagnostics.bytes(ofFile: path, limit: ManifestInput.largestFile)
        } catch {
            diagnostics.append(.unreadable(path, error.reason))
            return nil
        }
    }
}

extension Diagnostic {
    /// The same without what is quoted from the file: a tag or an alias may be a secret that lacks its quotes.
    fileprivate var withoutSecrets: Diagnostic {
        var result = self
        switch code {
        case .yamlSyntax: result.message = "this is not well-formed YAML"
        case .unsupportedTag: result.message = "tags are not supported"
        case .duplicateKey: result.message = "a key stands twice in one mapping"
        default: return self
        }
        result.primary = primary.map { Annotation($0.range) }
        result.secondary = secondary.map { Annotation($0.range) }
        result.details = [.help("put values in quotes")]
        return result
    }

    static func unreadable(_ path: String, _ reason: String) -> Diagnostic {
        Diagnostic(.error, .unreadableFile, "cannot read `\(path)`", details: [.note(reason)])
    }

    fileprivate static func emptyFile(_ path: String) -> Diagnostic {
        let start = SourcePosition(line: 1, column: 1)
        return Diagnostic(
            .error,
            .emptyFile,
            "`\(path)` is empty",
            at: Annotation(SourceRange(file: path, start: start, end: start), "nothing but blanks and comments"),
            details: [.help("remove the file, or leave it out with `--exclude`")]
        )
    }
}
