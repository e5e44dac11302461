import Diagnostics

/// Gathers the keys and values of one mapping, finds duplicates, and resolves merge keys at the end.
struct MappingBuilder {
    /// Up to here a key is searched one by one, which is faster than hashing.
    private static let smallCount = 12

    private(set) var entries: [Node.Entry] = []
    private var indices: [Text: Int] = [:]
    private var merge: Node.Entry?
    private var key: Node.Scalar?
    private var awaitsValue = false

    /// Takes the next key or value; nil is one that is left out.
    mutating func add(_ node: Node?) -> [Diagnostic] {
        guard awaitsValue else {
            awaitsValue = true
            guard let node else { return [] }
            guard case .scalar(let scalar) = node else { return [.keyIsNoText(node)] }
            key = scalar
            return []
        }
        awaitsValue = false
        defer { key = nil }
        guard let key, let node else { return [] }
        let entry = Node.Entry(key, node)
        if key.isMerge {
            if let merge { return [.duplicate(key, first: merge.key)] }
            merge = entry
        } else {
            if let first = index(of: key.text) { return [.duplicate(key, first: entries[first].key)] }
            append(entry)
        }
        return []
    }

    /// A mapping's own key beats a merged one, and of merged ones the earlier wins.
    ///
    /// As in <https://yaml.org/type/merge.html>.
    consuming func finish() -> ([Node.Entry], [Diagnostic]) {
        guard let merge else { return (entries, []) }
        var problems: [Diagnostic] = []
        let sources: [Node]
        if case .list(let list) = merge.value { sources = list.items } else { sources = [merge.value] }
        for source in sources {
            guard case .mapping(let mapping) = source else {
                problems.append(.notMergeable(source, key: merge.key))
                continue
            }
            for entry in mapping.entries where index(of: entry.key.text) == nil { append(entry) }
        }
        return (entries, problems)
    }

    private func index(of key: Text) -> Int? {
        entries.count <= MappingBuilder.smallCount ? entries.firstIndex { $0.key.text == key } : indices[key]
    }

    private mutating func append(_ entry: Node.Entry) {
        entries.append(entry)
        if entries.count == MappingBuilder.smallCount + 1 {
            for (index, entry) in entries.enumerated() { indices[entry.key.text] = index }
        } else if entries.count > MappingBuilder.smallCount {
            indices[entry.key.text] = entries.count - 1
        }
    }
}

extension Node.Scalar {
    fileprivate var isMerge: Bool { style == .plain && text == "<<" }
}

extension Diagnostic {
    fileprivate static func duplicate(_ key: Node.Scalar, first: Node.Scalar) -> Diagnostic {
        let help = "name both mappings in one `<<`: `<<: [*first, *second]`"
        return Diagnostic(
            .error,
            .duplicateKey,
            "the key `\(key.text.excerpt)` stands twice in one mapping",
            at: Annotation(key.range, "again here"),
            secondary: [Annotation(first.range, "first here")],
            details: key.isMerge ? [.help(help)] : []
        )
    }

    fileprivate static func keyIsNoText(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .yamlSyntax,
            "a key must be text, not \(node.kindWithArticle)",
            at: Annotation(node.range, "used as a key")
        )
    }

    fileprivate static func notMergeable(_ node: Node, key: Node.Scalar) -> Diagnostic {
        Diagnostic(
            .error,
            .wrongType,
            "`<<` takes a mapping or a list of mappings, not \(node.kindWithArticle)",
            at: Annotation(node.range, "\(node.kindWithArticle)"),
            secondary: [Annotation(key.range, "merged here")]
        )
    }
}

extension Node {
    /// What a person calls it: "a list".
    package var kindWithArticle: String {
        switch self {
        case .scalar(let scalar): scalar.isEmpty ? "nothing" : scalar.isNull ? "null" : "text"
        case .mapping: "a mapping"
        case .list: "a list"
        }
    }
}
