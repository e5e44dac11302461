import Foundation

/// `evenkeel sandbox` as a process of its own.
struct SandboxBinary {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    let process = Process()
    /// What it printed until it had said everything that it says at its start.
    private(set) var announced = ""
    private let output = Pipe()
    private let error = Pipe()

    /// Starts it on a free port and waits until it listens.
    init(_ arguments: String..., in folder: URL = SandboxBinary.root) async throws {
        process.executableURL = Binary.url
        process.arguments = ["sandbox", "--port", "0"] + arguments
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let reading = output.fileHandleForReading
        // The last line of what is announced; the lines come one by one.
        let last = arguments.contains("--seed") ? "/sandbox/faults\n" : "/sandbox/requests\n"
        announced = await Task.detached {
            var bytes = Data()
            while !String(decoding: bytes, as: UTF8.self).contains(last) {
                let more = reading.availableData
                if more.isEmpty { break }
                bytes += more
            }
            return String(decoding: bytes, as: UTF8.self)
        }.value
    }

    var url: String {
        announced.firstMatch(of: #/http:\/\/[^ ]+/#).map { String($0.output) } ?? ""
    }

    /// The commands that it offers: the indented lines.
    var commands: [String] {
        announced.split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Sends the signal, and gives the exit status and what was written to stderr.
    func end(with signal: Int32) async -> (status: Int32, reason: Process.TerminationReason, log: String) {
        kill(process.processIdentifier, signal)
        let reading = error.fileHandleForReading
        let bytes = await reading.readToEndAside()
        process.waitUntilExit()
        return (process.terminationStatus, process.terminationReason, String(decoding: bytes, as: UTF8.self))
    }
}

/// Runs lines in a shell.
func shell(_ lines: [String], in folder: URL) async throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-euo", "pipefail", "-c", lines.joined(separator: "\n")]
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/bin:/bin"]
    return try await process.collect()
}
