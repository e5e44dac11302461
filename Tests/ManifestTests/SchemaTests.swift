import Diagnostics
import Foundation
import Manifest
import TestSupport
import Testing

/// schemas/evenkeel.schema.json says what the reader does.
struct SchemaTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    private static let file = root.appending(path: "schemas/evenkeel.schema.json").path

    @Test func `the file is what the binary prints`() {
        Golden.expect(ManifestSchema.text, matches: Self.file)
    }

    @Test func `every key of the reader is in the schema with its rule, and no other`() throws {
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(ManifestSchema.text.utf8)) as? Object)
        let definitions = try #require(schema["definitions"] as? [String: Object])
        var seen: Set<String> = []

        var keys = check(ManifestLanguage.document, schema, definitions, &seen)

        #expect(seen == Set(definitions.keys))
        #expect(schema["patternProperties"] is [String: [String: String]])
        keys.sort()
        #expect(keys.count > 40)
    }

    private typealias Object = [String: Any]

    /// Compares a mapping and what is below it; answers the keys that were compared.
    private func check(
        _ table: KeyTable,
        _ schema: Object,
        _ definitions: [String: Object],
        _ seen: inout Set<String>
    ) -> [String] {
        let properties = schema["properties"] as? [String: Object] ?? [:]
        #expect(schema["type"] as? String == "object")
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(Set(properties.keys) == Set(table.keys.map(\.name)))
        #expect(schema["required"] as? [String] ?? [] == table.keys.filter(\.isRequired).map(\.name))
        var keys = table.keys.map { "\(table.name).\($0.name)" }
        for key in table.keys {
            let property = properties[key.name] ?? [:]
            let place = "\(table.name).\(key.name)"
            #expect(property["description"] as? String == key.summary, "\(place)")
            #expect(accepts(property, "null") == key.isNullable, "\(place)")
            keys += check(key.kind, property, place, definitions, &seen)
        }
        return keys
    }

    private func check(
        _ kind: ValueKind,
        _ schema: Object,
        _ place: String,
        _ definitions: [String: Object],
        _ seen: inout Set<String>
    ) -> [String] {
        let ways = schema["anyOf"] as? [Object] ?? [schema]
        switch kind {
        case .text:
            #expect(ways.contains { ($0["type"] as? [String] ?? []).contains("string") }, "\(place)")
        case .number(let range):
            let integer = ways.first { $0["type"] as? String == "integer" } ?? [:]
            #expect(integer["minimum"] as? Int == range.lowerBound, "\(place)")
            #expect(integer["maximum"] as? Int ?? .max == range.upperBound, "\(place)")
            #expect(accepts(schema, "string"), "\(place)")
        case .boolean: #expect(accepts(schema, "boolean") && accepts(schema, "string"), "\(place)")
        case .onlyTrue: #expect(ways.contains { $0["enum"] as? [Bool] == [true] }, "\(place)")
        case .duration: #expect(accepts(schema, "string") && !accepts(schema, "integer"), "\(place)")
        case .choice(let choices):
            #expect(ways.contains { $0["enum"] as? [String] == choices }, "\(place)")
        case .mapping(let table):
            let reference = (schema["allOf"] as? [Object])?.first?["$ref"] as? String
            #expect(reference == "#/definitions/\(table.name)", "\(place)")
            guard seen.insert(table.name).inserted else { return [] }
            return check(table, definitions[table.name] ?? [:], definitions, &seen)
        case .names(let table):
            let value = schema["additionalProperties"] as? Object ?? [:]
            #expect((schema["propertyNames"] as? Object)?["pattern"] is String, "\(place)")
            #expect(accepts(value, "null") == table.isNullable, "\(place)")
            return check(table.value, value, place, definitions, &seen)
        case .list(let item):
            let list = ways.first { $0["type"] as? String == "array" } ?? schema
            return check(item, list["items"] as? Object ?? [:], place, definitions, &seen)
        case .either(let first, let second):
            let nested = ways.first { $0["allOf"] != nil || $0["type"] as? String == "array" } ?? [:]
            return check(first, schema, place, definitions, &seen) + check(second, nested, place, definitions, &seen)
        }
        return []
    }

    private func accepts(_ schema: Object, _ type: String) -> Bool {
        let ways = schema["anyOf"] as? [Object] ?? [schema]
        return ways.contains { ($0["type"] as? [String] ?? [$0["type"] as? String ?? ""]).contains(type) }
    }

    @Test func `the reader and a validator of JSON Schema agree`() throws {
        let examples = ManifestExample.all + ManifestExample.plain
        #expect(examples.count >= 100)
        let texts = examples.map { MarkedYAML($0.marked).text }

        let problems = try validate(texts)

        #expect(problems.count == texts.count)
        for ((example, text), problem) in zip(zip(examples, texts), problems) {
            let input = ManifestInput(paths: ["-"], standardInput: { Array(text.utf8) })
            let diagnostics = readManifests(input).diagnostics
            let agree = diagnostics.hasErrors == (problem != nil)
            let reason = Self.differences[example.testDescription]
            #expect(
                agree == (reason == nil),
                "\(example.testDescription): reader \(diagnostics.map(\.message)), schema \(problem ?? "valid"), listed as \(reason ?? "agreeing")"
            )
        }
        #expect(Set(Self.differences.keys).isSubset(of: examples.map(\.testDescription)))
    }

    /// Where the two differ, and why a schema cannot say it.
    private static let differences = [
        "text of any spelling": "YAML 1.1 reads a date",
        "a number with a plus": "YAML 1.1 reads a number",
        "a number in hexadecimal": "YAML 1.1 reads a number",
        "a number with underscores": "YAML 1.1 reads a number",
        "a number with a fraction of nothing": "JSON Schema counts 3.0 as an integer",
        "protected otherwise": "YAML 1.1 reads a boolean",
        "yes for true": "YAML 1.1 reads a boolean",
        "an empty value where null may be": "YAML 1.1 reads null",
        "extensions are not read": "YAML takes tags",
        "a duplicate key": "duplicates",
        "the same app twice in another case": "duplicates",
        "a band upside down": "a rule between two numbers",
        "a duration without end": "bounds",
    ]

    private func validate(_ texts: [String]) throws -> [String?] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Schema/validate.py")
        return try withFolder { folder in
            let input = "\(folder)/input.json"
            let output = "\(folder)/output.json"
            try JSONEncoder().encode(texts).write(to: URL(filePath: input))
            try write("", to: output)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/python3")
            process.arguments = [script.path, Self.file]
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input))
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
            try process.run()
            process.waitUntilExit()
            #expect(
                process.terminationStatus == 0,
                "python3 needs jsonschema and yaml: apt install python3-jsonschema python3-yaml"
            )
            return try JSONDecoder().decode([String?].self, from: Data(contentsOf: URL(filePath: output)))
        }
    }
}
