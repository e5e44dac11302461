import Diagnostics
package import Reconciliation

/// The JSON Schema of manifests, for editors and for other tools.
///
/// Made of the tables of the language. It says what a schema can say: not what holds between files, between two
/// numbers, or of spellings that YAML 1.1 reads as another type.
package enum ManifestSchema {
    /// As in `schemas/evenkeel.schema.json`.
    package static let text = json.pretty + "\n"

    /// Draft 7, which editors know best.
    package static let json: JSON = {
        var definitions: [JSON.Member] = []
        let root = object(ManifestLanguage.document, &definitions)
        guard case .object(let members) = root else { return root }
        let head: [JSON.Member] = [
            JSON.Member("$schema", "http://json-schema.org/draft-07/schema#"),
            JSON.Member("title", "Evenkeel manifest, version 1"),
        ]
        let sorted = definitions.sorted { $0.name < $1.name }
        return .object(head + members + [JSON.Member("definitions", .object(sorted))])
    }()

    private static func object(_ table: KeyTable, _ definitions: inout [JSON.Member]) -> JSON {
        var members: [JSON.Member] = [
            JSON.Member("type", "object"),
            JSON.Member("additionalProperties", .bool(false)),
        ]
        if table.ignoresExtensions { members.append(JSON.Member("patternProperties", ["^x-": [:]])) }
        let required = table.keys.filter(\.isRequired).map { JSON.text(Text($0.name)) }
        if !required.isEmpty { members.append(JSON.Member("required", .list(required))) }
        let conditions = table.conditions.flatMap(\.schema)
        if !conditions.isEmpty { members.append(JSON.Member("allOf", .list(conditions))) }
        var properties: [JSON.Member] = []
        for key in table.keys { properties.append(JSON.Member(Text(key.name), property(key, &definitions))) }
        members.append(JSON.Member("properties", .object(properties)))
        return .object(members)
    }

    private static func property(_ key: Key, _ definitions: inout [JSON.Member]) -> JSON {
        var members = [JSON.Member("description", .text(Text(key.summary)))]
        if let fallback = key.fallback { members.append(JSON.Member("default", defaultValue(fallback, key.kind))) }
        members += value(key.kind, isNullable: key.isNullable, &definitions)
        return .object(members)
    }

    private static func defaultValue(_ fallback: String, _ kind: ValueKind) -> JSON {
        switch kind {
        case .number: Int(fallback).map { .number($0) } ?? .text(Text(fallback))
        case .boolean: .bool(fallback == "true")
        default: .text(Text(fallback))
        }
    }

    /// What a value must be, as members that can stand beside a description.
    private static func value(
        _ kind: ValueKind,
        isNullable: Bool,
        _ definitions: inout [JSON.Member]
    ) -> [JSON.Member] {
        switch kind {
        case .text(let rule): return rule.schema(isNullable: isNullable)
        case .mapping(let table):
            let name = Text(table.name)
            if !definitions.contains(where: { $0.name == name }) {
                // Put down before its content, which may need it.
                definitions.append(JSON.Member(name, .null))
                let definition = object(table, &definitions)
                definitions.removeAll { $0.name == name }
                definitions.append(JSON.Member(name, definition))
            }
            return [JSON.Member("allOf", [["$ref": .text(Text("#/definitions/\(table.name)"))]])]
        case .names(let table):
            return [
                JSON.Member("type", "object"),
                JSON.Member("propertyNames", .object(table.rule.nameSchema(takesVariables: table.takesVariables))),
                JSON.Member(
                    "additionalProperties",
                    .object(value(table.value, isNullable: table.isNullable, &definitions))
                ),
            ]
        case .list(let item):
            return [
                JSON.Member("type", "array"),
                JSON.Member("minItems", .number(1)),
                JSON.Member("items", .object(value(item, isNullable: false, &definitions))),
            ]
        case .either(let first, let second):
            let kinds = [first, second].flatMap { alternatives($0, &definitions) }
            return [JSON.Member("anyOf", .list(kinds + (isNullable ? [["type": "null"]] : [])))]
        case .number, .boolean, .onlyTrue, .duration, .choice:
            return [
                JSON.Member("anyOf", .list(alternatives(kind, &definitions) + (isNullable ? [["type": "null"]] : [])))
            ]
        }
    }

    /// The ways to write a value, a variable among them.
    private static func alternatives(_ kind: ValueKind, _ definitions: inout [JSON.Member]) -> [JSON] {
        switch kind {
        case .number(let range):
            let digits = Pattern.orVariable(Pattern.digits(range))
            return [.object(Pattern.bounds(range)), ["type": "string", "pattern": .text(Text(digits))]]
        case .boolean: return [["type": "boolean"], text(matching: "^(?:true|false)$")]
        case .onlyTrue: return [["enum": [.bool(true)]], text(matching: "^true$")]
        case .duration: return [text(matching: "^0*[1-9][0-9]*[smh]$")]
        case .choice(let choices):
            return [
                ["enum": .list(choices.map { .text(Text($0)) })], text(matching: Pattern.variable, orVariable: false),
            ]
        case .text, .mapping, .names, .list, .either:
            return [.object(value(kind, isNullable: false, &definitions))]
        }
    }

    private static func text(matching pattern: String, orVariable: Bool = true) -> JSON {
        ["type": "string", "pattern": .text(Text(orVariable ? Pattern.orVariable(pattern) : pattern))]
    }
}

extension KeyTable.Condition {
    fileprivate var schema: [JSON] {
        switch self {
        case .endpointBelongsToHTTP:
            [
                [
                    "if": ["required": ["type"], "properties": ["type": ["const": "http"]]],
                    "then": ["required": ["endpoint"]],
                ],
                [
                    "if": ["required": ["endpoint"]],
                    "then": ["required": ["type"], "properties": ["type": ["not": ["enum": ["port", "process"]]]]],
                ],
            ]
        case .maxInFlightBelongsToRolling:
            [
                [
                    "if": ["required": ["max_in_flight"]],
                    "then": ["properties": ["strategy": ["not": ["enum": ["none", "restart"]]]]],
                ]
            ]
        case .commandOrTemplate:
            [["anyOf": [["required": ["command"]], ["required": ["template"]], ["required": ["state"]]]]]
        }
    }
}
