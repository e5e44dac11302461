import Diagnostics
import YAML

/// Checks a document against the tables of the seed's format, and gathers everything that is wrong with it.
struct SeedReader {
    private(set) var diagnostics: [Diagnostic] = []

    /// The checked value, or nil when it is of no use; what is missing has its diagnostic.
    mutating func read(_ node: Node, as type: SeedType, nullable: Bool = false, at place: String) -> JSONValue? {
        if case .scalar(let scalar) = node {
            if scalar.isEmpty {
                diagnostics.append(.emptyValue(place, scalar.range))
                return nil
            }
            if scalar.isNull {
                if nullable { return .null }
                diagnostics.append(.nullNotAllowed(place, type, scalar.range))
                return nil
            }
        }
        switch type {
        case .mapping(let kind): return mapping(node, kind, at: place)
        case .list(let element): return list(node, of: element, at: place)
        case .map(let value): return map(node, of: value, at: place)
        case .text, .time, .flag, .number, .choice: return scalar(node, type, at: place)
        }
    }

    private mutating func scalar(_ node: Node, _ type: SeedType, at place: String) -> JSONValue? {
        guard case .scalar(let scalar) = node else { return wrongType(node, type, place) }
        let text = scalar.text.string
        switch type {
        case .text: return .text(text)
        case .time where Timestamp(text) != nil: return .text(text)
        case .flag where text == "true" || text == "false": return .bool(text == "true")
        case .choice(let names) where names.contains(text): return .text(text)
        case .number(let range):
            guard SeedReader.isDecimal(text) else { return wrongType(node, type, place) }
            guard let number = Int(text), range.contains(number) else { return invalid(scalar, type, place) }
            return .number(String(number))
        case .choice, .time: return invalid(scalar, type, place)
        default: return wrongType(node, type, place)
        }
    }

    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private mutating func mapping(_ node: Node, _ kind: SeedKind, at place: String) -> JSONValue? {
        guard case .mapping(let mapping) = node else { return wrongType(node, .mapping(kind), place) }
        var object = JSONObject()
        for entry in mapping.entries {
            let name = entry.key.text.string
            // a place for anchors
            if name.hasPrefix("x-") { continue }
            guard let key = kind.key(name) else {
                diagnostics.append(.unknownKey(entry.key, of: kind))
                continue
            }
            guard let value = read(entry.value, as: key.type, nullable: key.allowsNull, at: "`\(name)`") else {
                continue
            }
            object[name] = value
        }
        for key in kind.keys where key.isRequired && mapping[Text(key.name)] == nil {
            diagnostics.append(.missingKey(key.name, of: kind, mapping.entries.first?.key.range ?? mapping.range))
        }
        return .object(object)
    }

    private mutating func list(_ node: Node, of element: SeedType, at place: String) -> JSONValue? {
        guard case .list(let list) = node else { return wrongType(node, .list(element), place) }
        return .list(list.items.compactMap { read($0, as: element, at: "an item of \(place)") })
    }

    private mutating func map(_ node: Node, of value: SeedType, at place: String) -> JSONValue? {
        guard case .mapping(let mapping) = node else { return wrongType(node, .map(value), place) }
        var object = JSONObject()
        for entry in mapping.entries {
            let name = entry.key.text.string
            object[name] = read(entry.value, as: value, at: "`\(name)`")
        }
        return .object(object)
    }

    private mutating func wrongType(_ node: Node, _ type: SeedType, _ place: String) -> JSONValue? {
        diagnostics.append(.wrongType(place, type, node))
        return nil
    }

    private mutating func invalid(_ scalar: Node.Scalar, _ type: SeedType, _ place: String) -> JSONValue? {
        diagnostics.append(.invalidValue(place, type, scalar))
        return nil
    }
}

extension Diagnostic {
    fileprivate static func unknownKey(_ key: Node.Scalar, of kind: SeedKind) -> Diagnostic {
        let near = NearestName.of(key.text.string, in: kind.keys.map(\.name))
        return Diagnostic(
            .error,
            .unknownKey,
            "\(kind.article) has no key `\(key.text)`",
            at: Annotation(key.range, "not a key of \(kind.article)"),
            details: near.map { [.help("did you mean `\($0)`?")] } ?? []
        )
    }

    fileprivate static func missingKey(_ name: String, of kind: SeedKind, _ range: SourceRange) -> Diagnostic {
        Diagnostic(.error, .missingKey, "\(kind.article) needs the key `\(name)`", at: Annotation(range))
    }

    fileprivate static func emptyValue(_ place: String, _ range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .emptyValue,
            "\(place) has no value",
            at: Annotation(range, "nothing is written here"),
            details: [.help("write the value, or `\"\"` for empty text")]
        )
    }

    fileprivate static func nullNotAllowed(_ place: String, _ type: SeedType, _ range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .nullNotAllowed,
            "\(place) cannot be null",
            at: Annotation(range, "expected \(type.expectation)")
        )
    }

    fileprivate static func wrongType(_ place: String, _ type: SeedType, _ node: Node) -> Diagnostic {
        let found =
            switch node {
            case .scalar(let scalar): "`\(scalar.text)`"
            case .mapping: "a mapping"
            case .list: "a list"
            }
        return Diagnostic(
            .error,
            .wrongType,
            "\(place) must be \(type.expectation), not \(found)",
            at: Annotation(node.range, "expected \(type.expectation)")
        )
    }

    fileprivate static func invalidValue(_ place: String, _ type: SeedType, _ scalar: Node.Scalar) -> Diagnostic {
        Diagnostic(
            .error,
            .invalidValue,
            "\(place) must be \(type.expectation), not `\(scalar.text)`",
            at: Annotation(scalar.range, "expected \(type.expectation)")
        )
    }
}
