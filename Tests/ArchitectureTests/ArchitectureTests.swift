import Foundation
import Testing

/// The direction of the targets: the compiler lets a transitive import pass, so the sources are read.
@Suite struct ArchitectureTests {
    /// What each target may import; nothing else.
    static let allowed: [String: Set<String>] = [
        "Diagnostics": [],
        "YAML": ["CLibYAML", "Diagnostics"],
        "Reconciliation": ["Diagnostics", "Crypto", "OrderedCollections"],
        "Manifest": ["YAML", "Reconciliation", "Diagnostics"],
        "CloudController": [
            "Reconciliation", "Diagnostics", "AsyncHTTPClient", "Logging", "NIOCore",
            "NIOHTTP1", "NIOPosix", "NIOSSL",
        ],
        "Sandbox": ["YAML", "Diagnostics", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "NIOPosix"],
        "evenkeel": [
            "YAML", "Reconciliation", "Manifest", "CloudController", "Sandbox", "Diagnostics", "ArgumentParser",
            "Logging",
        ],
    ]

    /// The standard library's own modules.
    static let standard: Set<String> = ["Synchronization", "Dispatch"]

    /// Targets that may use the one conditional import of Foundation, in its one form.
    static let mayUseFoundation: Set<String> = ["Manifest", "CloudController", "Sandbox", "evenkeel"]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct Source {
        let target: String
        let path: String
        let lines: [String]
    }

    static func sources(in folder: String) throws -> [Source] {
        let base = root.appending(path: folder)
        let found = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return try found.compactMap { item in
            guard let url = item as? URL, url.pathExtension == "swift" else { return nil }
            let path = String(url.path.dropFirst(base.path.count + 1))
            let target = String(path.prefix { $0 != "/" })
            let text = try String(contentsOf: url, encoding: .utf8)
            return Source(target: target, path: "\(folder)/\(path)", lines: text.components(separatedBy: "\n"))
        }
    }

    static func imports(_ source: Source) -> [String] {
        source.lines.compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            if let first = words.first, ["package", "internal", "private", "fileprivate", "public"].contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count >= 2 else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return module.split(separator: ".").first.map(String.init)
        }
    }

    @Test func `every target imports only what it may`() throws {
        var seen: Set<String> = []
        for source in try Self.sources(in: "Sources") where source.target != "CLibYAML" {
            seen.insert(source.target)
            let allowed = try #require(Self.allowed[source.target], "no rule for \(source.target)")
            let foundation: Set<String> =
                Self.mayUseFoundation.contains(source.target) ? ["FoundationEssentials", "Foundation"] : []
            let system: Set = ["Glibc", "Musl", "Darwin"]
            for module in Self.imports(source) {
                let isAllowed =
                    allowed.contains(module) || Self.standard.contains(module) || foundation.contains(module)
                    || (system.contains(module)
                        && ["Diagnostics", "Manifest", "CloudController", "Sandbox", "evenkeel", "YAML"]
                            .contains(source.target))
                #expect(isAllowed, "\(source.path) imports \(module)")
            }
        }
        #expect(seen == Set(Self.allowed.keys))
    }

    @Test func `a forbidden import is found`() {
        let source = Source(target: "Diagnostics", path: "x.swift", lines: ["package import struct NIOCore.ByteBuffer"])

        #expect(Self.imports(source) == ["NIOCore"])
    }

    @Test func `Foundation is imported in one form only`() throws {
        let form = [
            "#if canImport(FoundationEssentials)", "import FoundationEssentials", "#else", "import Foundation",
            "#endif",
        ]
        for source in try Self.sources(in: "Sources") {
            for (index, line) in source.lines.enumerated() where line.hasSuffix("import Foundation") {
                let start = index - 3
                let block = start >= 0 ? source.lines[start..<min(start + 5, source.lines.count)].map(Self.plain) : []
                #expect(Array(block) == form, "\(source.path):\(index + 1)")
            }
        }
    }

    /// The line without an access modifier.
    private static func plain(_ line: String) -> String {
        line.hasPrefix("package import") ? String(line.dropFirst("package ".count)) : line
    }

    @Test func `no file is longer than 400 lines`() throws {
        for source in try Self.sources(in: "Sources") + Self.sources(in: "Tests") {
            #expect(source.lines.count <= 401, "\(source.path) has \(source.lines.count) lines")
        }
    }

    @Test func `nothing in Sources can crash on input by design`() throws {
        let forbidden = ["try!", " as! ", "fatalError(", "@unchecked Sendable", "TODO", "FIXME", "public "]
        for source in try Self.sources(in: "Sources") {
            for (index, line) in source.lines.enumerated() {
                for word in forbidden where line.contains(word) {
                    Issue.record("\(source.path):\(index + 1) has `\(word)`")
                }
            }
        }
    }
}
