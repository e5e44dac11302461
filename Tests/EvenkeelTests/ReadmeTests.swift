import Foundation
import Sandbox
import TestSupport
import Testing

/// The README's tour, run in a shell with the real binary.
@Suite struct ReadmeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `every command of the tour prints what the README says`() async throws {
        let file = Self.root.appending(path: "README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let seed = try Self.seed()
        let rerun = try await withSandbox(seed: seed, options: SandboxServer.Options(clock: .manual)) { sandbox in
            try await rerunBlocks(of: text, against: sandbox)
        }

        if Self.comparable(rerun) == Self.comparable(text) { return }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try rerun.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("README.md was rewritten: read it, then run without UPDATE_GOLDEN")
        } else {
            let wanted = Self.comparable(text).components(separatedBy: "\n")
            let found = Self.comparable(rerun).components(separatedBy: "\n")
            for line in found.difference(from: wanted) { Issue.record("\(line)") }
        }
    }

    /// The README with the output of every command replaced by what it prints now.
    private func rerunBlocks(of text: String, against sandbox: SandboxHandle) async throws -> String {
        var parts = text.components(separatedBy: "```console\n")
        #expect(parts.count > 4)
        for index in parts.indices.dropFirst() {
            let end = try #require(parts[index].range(of: "```\n"))
            let commands = parts[index][..<end.lowerBound].split(separator: "\n").filter { $0.hasPrefix("$ ") }
            let printed = try await run(commands.map { String($0.dropFirst(2)) }, against: sandbox)
            parts[index] = printed + parts[index][end.lowerBound...]
        }
        return parts.joined(separator: "```console\n")
    }

    /// Runs the commands of a block in one shell and gives them with what they print.
    private func run(_ commands: [String], against sandbox: SandboxHandle) async throws -> String {
        let binary = try #require(Binary.url)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        let script = commands.map { "printf '%s\\n' \(Self.quoted("$ " + $0))\n\($0)" }.joined(separator: "\n")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = Self.root
        process.environment = [
            "PATH": "\(binary.deletingLastPathComponent().path):/usr/bin:/bin",
            "CF_API": sandbox.url, "CF_USERNAME": "admin", "CF_PASSWORD": "admin",
        ]
        let result = try await process.collect()
        return result.output.replacingOccurrences(of: sandbox.url, with: "http://127.0.0.1:8181")
    }

    /// Without what differs from run to run: guids, times and durations.
    private static func comparable(_ text: String) -> String {
        text.replacing(#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/#, with: "GUID")
            .replacing(#/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/#, with: "TIME")
            .replacing(#/\([0-9]+\.[0-9] s\)/#, with: "(0.0 s)")
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    private static func seed() throws -> Seed {
        let file = root.appending(path: "examples/storefront/seed.yml")
        let (seed, problems) = Seed.parse(try String(contentsOf: file, encoding: .utf8), file: "seed.yml")
        #expect(problems.isEmpty)
        return try #require(seed)
    }
}
