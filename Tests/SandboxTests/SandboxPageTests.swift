import Foundation
import TestSupport
import Testing

@testable import Sandbox

/// docs/sandbox.md lists the keys of the readers, all of them and no others.
@Suite struct SandboxPageTests {
    private static let path = SeedSchemaTests.root.appending(path: "docs/sandbox.md").path

    /// The tables of a seed are made of the reader's own tables and the schema's descriptions; `UPDATE_GOLDEN=1`
    /// writes them.
    @Test func `every key of a seed stands in the page`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let written = page.components(separatedBy: "\n### ")[0].trimmingCharacters(in: .newlines) + "\n"
        let schema = try SeedSchemaTests.schema()

        let sections = try SeedLanguage.kinds.map { kind in
            let described = try #require(kind.name == "seed" ? schema : schema["$defs"]?[kind.name])
            let rows = kind.keys.map { key in
                let means = described["properties"]?[key.name]?["description"]?.text ?? ""
                let needed = key.isRequired ? "yes" : ""
                return "| `\(key.name)` | \(Self.value(of: key)) | \(needed) | \(Self.clause(means)) |\n"
            }
            return "\n### \(Self.words(kind.name))\n\n| key | value | required | means |\n|---|---|---|---|\n"
                + rows.joined()
        }
        Golden.expect(written + sections.joined(), matches: Self.path)
    }

    @Test func `every key of a fault stands in the page`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let section = try #require(
            page.components(separatedBy: "\n## A fault\n").last?.components(separatedBy: "\n## ").first
        )
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }

        #expect(rows.map { $0[0] } == Fault.kind.keys.map { "`\($0.name)`" })
        for (row, key) in zip(rows, Fault.kind.keys) {
            #expect(row[1] == Self.value(of: key), "\(key.name)")
            #expect((row[2] == "required") == key.isRequired, "\(key.name)")
        }
    }

    @Test func `every endpoint of the sandbox's own stands in the page`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let source = SeedSchemaTests.root.appending(path: "Sources/Sandbox/Control/Store+Control.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let endpoints = text.matches(of: #/\("([A-Z]+)", "(\/sandbox\/[a-z]+)"\)/#).map {
            "\($0.output.1) \($0.output.2)"
        }

        #expect(endpoints.count >= 6)
        for endpoint in endpoints { #expect(page.contains("| `\(endpoint)` |"), "\(endpoint)") }
    }

    private static func value(of key: SeedKey) -> String {
        words(of: key.type) + (key.allowsNull ? ", or `null`" : "")
    }

    private static func words(of type: SeedType) -> String {
        switch type {
        case .text: return "text"
        case .time: return "time"
        case .flag: return "`true` or `false`"
        case .number(let range) where range.upperBound == .max: return "whole number from \(range.lowerBound)"
        case .number(let range): return "whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let names):
            let quoted = names.map { "`\($0)`" }
            return quoted.dropLast().joined(separator: ", ") + " or " + (quoted.last ?? "")
        case .mapping(let kind): return "mapping: [\(words(kind.name))](#\(kind.name.replacing("_", with: "-")))"
        case .list(.mapping(let kind)): return "list of [\(words(kind.name))](#\(kind.name.replacing("_", with: "-")))"
        case .list(.number):
            return words(of: .number(0 ... .max)).replacing("whole number", with: "list of whole numbers")
        case .list(let element): return "list of \(words(of: element))"
        case .map(let value): return "mapping of \(words(of: value))"
        }
    }

    private static func words(_ name: String) -> String { name.replacing("_", with: " ") }

    /// The schema's sentence as a table has it.
    private static func clause(_ sentence: String) -> String {
        let text = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
        guard let first = text.first, let second = text.dropFirst().first, second.isLowercase || second == " " else {
            return text
        }
        return first.lowercased() + text.dropFirst()
    }
}
