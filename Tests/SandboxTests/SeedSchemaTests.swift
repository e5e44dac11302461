import Foundation
import Testing

@testable import Sandbox

/// The schema for editors says what the reader's own tables say.
@Suite struct SeedSchemaTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func schema() throws -> JSONValue {
        let url = root.appending(path: "schemas/sandbox-seed.schema.json")
        return try JSONParser.parse([UInt8](Data(contentsOf: url)))
    }

    @Test(arguments: SeedLanguage.kinds.map(\.name))
    func `a kind has the same keys in the schema`(name: String) throws {
        let schema = try Self.schema()
        let kind = try #require(SeedLanguage.kinds.first { $0.name == name })
        let described = try #require(name == "seed" ? schema : schema["$defs"]?[name])

        let properties = try #require(described["properties"]?.object)
        #expect(properties.names == kind.keys.map(\.name))
        #expect((described["required"]?.list ?? []).compactMap(\.text) == kind.keys.filter(\.isRequired).map(\.name))
        #expect(described["additionalProperties"]?.bytes == Array("false".utf8))
        #expect(described["patternProperties"]?["^x-"] != nil)
        for key in kind.keys {
            let property = try #require(properties[key.name])
            #expect(property["description"]?.text?.isEmpty == false, "\(name).\(key.name) has no description")
            let found = String(decoding: Self.type(of: property).bytes, as: UTF8.self)
            let wanted = String(decoding: Self.expected(key.type, allowsNull: key.allowsNull).bytes, as: UTF8.self)
            #expect(found == wanted, "\(name).\(key.name)")
        }
    }

    @Test func `the schema describes no other kinds`() throws {
        let names = try Self.schema()["$defs"]?.object?.names ?? []

        #expect(Set(names) == Set(SeedLanguage.kinds.map(\.name)).subtracting(["seed"]))
    }

    /// The property without its description.
    private static func type(of property: JSONValue) -> JSONValue {
        JSONValue.object(JSONObject((property.object?.members ?? []).filter { $0.name != "description" }))
    }

    /// How the schema says what a table says: texts may be written as numbers and booleans too.
    private static func expected(_ type: SeedType, allowsNull: Bool) -> JSONValue {
        let null: [JSONValue] = allowsNull ? ["null"] : []
        switch type {
        case .text: return ["type": .list(["string", "number", "boolean"] + null)]
        case .time: return ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"]
        case .flag: return ["type": "boolean"]
        case .number(let range):
            var object = JSONObject([(name: "type", value: allowsNull ? ["integer", "null"] : "integer")])
            object["minimum"] = .number(String(range.lowerBound))
            if range.upperBound != .max { object["maximum"] = .number(String(range.upperBound)) }
            return .object(object)
        case .choice(let names): return ["enum": .list(names.map { .text($0) })]
        case .mapping(let kind): return ["$ref": .text("#/$defs/\(kind.name)")]
        case .list(let element): return ["type": "array", "items": expected(element, allowsNull: false)]
        case .map(let value): return ["type": "object", "additionalProperties": expected(value, allowsNull: false)]
        }
    }
}
