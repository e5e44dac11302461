import Diagnostics
import Reconciliation

/// Fields of a resource that stand in the same JSON object.
struct FieldGroup: Sendable {
    private let path: [WireKey]
    private let entries: [Entry]

    private struct Entry: Sendable {
        let key: WireKey
        let field: Field
        let kind: FieldDefinition.ValueKind
    }

    /// The places of these fields, from their table.
    static func groups(of fields: [Field]) -> [FieldGroup] {
        var order: [[String]] = []
        var entries: [[String]: [Entry]] = [:]
        for field in fields {
            let definition = field.definition
            guard let key = definition.path.last else { continue }
            let parent = Array(definition.path.dropLast())
            if entries[parent] == nil { order.append(parent) }
            entries[parent, default: []].append(Entry(key: WireKey(key), field: field, kind: definition.valueKind))
        }
        return order.map { path in FieldGroup(path: path.map { WireKey($0) }, entries: entries[path] ?? []) }
    }

    static let ofProcess = groups(of: Field.ofProcess)
    static let ofTask = groups(of: Field.ofTask)
    static let ofDroplet = groups(of: [.image])

    fileprivate func read(from resource: WireContainer, into fields: inout ObservedFields) throws {
        guard let container = try resource.object(path) else { return }
        for entry in entries where container.contains(entry.key) {
            fields[entry.field] = try container.observed(entry.key, entry.kind)
        }
    }
}

extension WireContainer {
    /// What the resource shows of these fields, and its labels and annotations.
    ///
    /// A key that is absent stays absent, null is a value, and a placeholder is `hidden`.
    func fields(_ groups: [FieldGroup] = []) throws -> ObservedFields {
        var fields: ObservedFields = [:]
        for group in groups { try group.read(from: self, into: &fields) }
        try readMetadata("labels", as: Field.label, into: &fields)
        try readMetadata("annotations", as: Field.annotation, into: &fields)
        return fields
    }

    private func readMetadata(
        _ name: String,
        as field: (Text) -> Field,
        into fields: inout ObservedFields
    ) throws {
        guard let container = try object([WireKey("metadata"), WireKey(name)]) else { return }
        for key in container.allKeys {
            let value = try container.decodeIfPresent(String.self, forKey: key)
            fields[field(Text(key.stringValue))] = .value(value.map { .text(Text($0)) } ?? .null)
        }
    }

    fileprivate func observed(_ key: WireKey, _ kind: FieldDefinition.ValueKind) throws -> ObservedValue {
        if try decodeNil(forKey: key) { return .value(.null) }
        switch kind {
        case .number:
            guard let number = try? decode(Int.self, forKey: key) else {
                // The decoder has words of its own for numbers that are too large or no integers.
                let context = DecodingError.Context(codingPath: codingPath + [key], debugDescription: "")
                throw DecodingError.typeMismatch(Int.self, context)
            }
            return .value(.number(number))
        case .text:
            let text = try decode(String.self, forKey: key)
            return Placeholder.isPlaceholder(text) ? .hidden : .value(.text(Text(text)))
        }
    }
}

/// What the server shows in place of a value that it keeps to itself
/// (`cloud_controller_ng app/presenters/helpers/censorship.rb`).
enum Placeholder {
    private static let texts = ["[PRIVATE DATA HIDDEN]", "[PRIVATE DATA HIDDEN IN LISTS]"]

    static func isPlaceholder(_ text: String) -> Bool { texts.contains(text) }
}
