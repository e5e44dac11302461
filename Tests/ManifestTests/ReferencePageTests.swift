import Foundation
import Manifest
import Testing

/// docs/manifest.md lists the keys of the reader, all of them and no others.
struct ReferencePageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../docs/manifest.md"
    )
    .standardized

    @Test(arguments: ManifestLanguage.tables.map(\.name))
    func `a mapping has its table`(_ name: String) throws {
        let table = try #require(ManifestLanguage.tables.first { $0.name == name })
        let rows = try #require(try sections()[table.noun.prefix(1).uppercased() + table.noun.dropFirst()])

        #expect(rows.map(\.key) == table.keys.map { "`\($0.name)`" })
        for (row, key) in zip(rows, table.keys) {
            #expect(row.null == nullCell(of: key), "\(key.name)")
            #expect(row.fallback == (key.isRequired ? "required" : key.fallback.map { "`\($0)`" } ?? ""), "\(key.name)")
            for word in words(of: key.kind) { #expect(row.value.contains(word), "\(key.name) lacks \(word)") }
            for word in usualWords(of: key) { #expect(row.rule.contains(word), "\(key.name) lacks \(word)") }
        }
    }

    @Test func `no other mapping has one`() throws {
        #expect(try sections().count == ManifestLanguage.tables.count)
    }

    private struct Row {
        let key: String
        let value: String
        let null: String
        let fallback: String
        let rule: String
    }

    /// The rows of the tables of keys by heading.
    private func sections() throws -> [String: [Row]] {
        var sections: [String: [Row]] = [:]
        var heading = ""
        for line in try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("#") { heading = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces) }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, cells[0].hasPrefix("`") else { continue }
            let row = Row(key: cells[0], value: cells[1], null: cells[2], fallback: cells[3], rule: cells[4])
            sections[heading, default: []].append(row)
        }
        return sections
    }

    private func nullCell(of key: Key) -> String {
        if case .names(let table) = key.kind, table.isNullable { return "per key" }
        return key.isNullable ? "yes" : "no"
    }

    /// What a row must say about a value.
    private func words(of kind: ValueKind) -> [String] {
        switch kind {
        case .text(.length(let range)): ["text", "\(range.lowerBound) to \(range.upperBound)"]
        case .text(.command), .text(.taskCommand): ["text", "1 to 4096"]
        case .text(.endpoint): ["text", "1 to 255"]
        case .text(.manager): ["1 to 40", "`a-z`"]
        case .text(.url): ["URL"]
        case .text(.image): ["image reference"]
        case .text: ["text"]
        case .number(let range) where range.lowerBound == range.upperBound: ["\(range.lowerBound)"]
        case .number(let range) where range.upperBound == .max && range.lowerBound > 0: ["from \(range.lowerBound)"]
        case .number(let range): ["from \(range.lowerBound) to \(range.upperBound)"]
        case .boolean: ["`true`", "`false`"]
        case .onlyTrue: ["`true`"]
        case .duration: ["duration", "from `1s`"]
        case .choice(let choices): choices.map { "`\($0)`" }
        case .mapping, .names: ["mapping"]
        case .list: ["list"]
        case .either(let first, let second): words(of: first) + words(of: second)
        }
    }

    private func usualWords(of key: Key) -> [String] {
        switch key.usual {
        case .atMost(let limit, _): ["at most \(limit)"]
        case .vcap: ["`vcap`"]
        case nil: []
        }
    }
}
