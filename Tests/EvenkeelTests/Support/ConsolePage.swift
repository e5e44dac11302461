import Foundation
import Testing

/// A page whose `console` blocks are run in one shell with the real binary, and hold what the commands print.
struct ConsolePage {
    static let root = SandboxBinary.root

    let file: URL
    let text: String

    init(_ path: String) throws {
        file = ConsolePage.root.appending(path: path)
        text = try String(contentsOf: file, encoding: .utf8)
    }

    /// Writes the page's files: each is a `yaml` block whose first line is its name in a comment.
    func writeFiles(into folder: URL) throws {
        for block in text.components(separatedBy: "```yaml\n# ").dropFirst() {
            let name = String(block.prefix { $0 != "\n" })
            let content = block.components(separatedBy: "```\n")[0]
            guard name.wholeMatch(of: #/[a-z]+\.yml/#) != nil else { continue }
            try "# \(content)".write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
    }

    /// Runs all commands and expects that they print what the page says; `UPDATE_GOLDEN=1` rewrites the page.
    func expectItsOutput(
        in folder: URL,
        environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let rerun = try await rerun(in: folder, environment)
        if ConsolePage.comparable(rerun) == ConsolePage.comparable(text) { return }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try rerun.write(to: file, atomically: true, encoding: .utf8)
            Issue.record(
                "\(file.lastPathComponent) was rewritten: read it, then run without UPDATE_GOLDEN",
                sourceLocation: sourceLocation
            )
        } else {
            let wanted = ConsolePage.comparable(text).components(separatedBy: "\n")
            let found = ConsolePage.comparable(rerun).components(separatedBy: "\n")
            for line in found.difference(from: wanted) { Issue.record("\(line)", sourceLocation: sourceLocation) }
        }
    }

    /// The page with the output of every command replaced by what it prints now.
    private func rerun(in folder: URL, _ environment: [String: String]) async throws -> String {
        var parts = text.components(separatedBy: "```console\n")
        try #require(parts.count > 4)
        let script = parts.dropFirst().map { part in
            commands(of: part).map { "printf '%s\\n' \(ConsolePage.quoted("$ " + $0))\n\($0)" }.joined(separator: "\n")
        }
        let mark = "--- the end of a block ---"
        let binary = try #require(Binary.url)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script.joined(separator: "\necho '\(mark)'\n")]
        process.currentDirectoryURL = folder
        process.environment = environment.merging(
            ["PATH": "\(binary.deletingLastPathComponent().path):/usr/bin:/bin"]
        ) { own, _ in own }
        let printed = try await process.collect().output
            .replacing(#/http:\/\/127\.0\.0\.1:[0-9]+/#, with: "http://127.0.0.1:8181")
            .components(separatedBy: mark + "\n")
        try #require(printed.count == parts.count - 1, "\(printed.joined())")
        // other parts of the page may have been rewritten meanwhile
        parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```console\n")
        try #require(printed.count == parts.count - 1, "\(file.lastPathComponent) was changed meanwhile")
        for (index, output) in zip(parts.indices.dropFirst(), printed) {
            let end = try #require(parts[index].range(of: "```\n"))
            parts[index] = output + parts[index][end.lowerBound...]
        }
        return parts.joined(separator: "```console\n")
    }

    private func commands(of part: String) -> [String] {
        part.components(separatedBy: "```\n")[0].split(separator: "\n").filter { $0.hasPrefix("$ ") }
            .map { String($0.dropFirst(2)) }
    }

    /// Without what differs from run to run: guids, times and durations.
    private static func comparable(_ text: String) -> String {
        text.replacing(#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/#, with: "GUID")
            .replacing(#/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/#, with: "TIME")
            .replacing(#/\([0-9]+\.[0-9] s\)/#, with: "(0.0 s)")
            .replacing(#/[0-9a-f]{64}/#, with: "CHECKSUM")
            // The random end of a claim, and the machine that has put it up.
            .replacing(#/claim\.([0-9a-f]{12})\.[0-9a-f]{8}/#) { "claim.\($0.output.1)" }
            .replacing(#/"by\\+":\\+"([a-z]+)\/[A-Za-z0-9.-]+/#) { "by \($0.output.1)" }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
