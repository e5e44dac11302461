import Foundation
import Testing

/// The binary's own streams.
@Suite struct OutputTests {
    /// Runs a command of a shell with the binary as `$0`.
    private func shell(_ command: String) async throws -> (status: Int32, output: String) {
        let binary = try #require(Binary.url)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command, binary.path]
        process.environment = ["PATH": "/usr/bin:/bin"]
        return try await process.collect()
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func `an answer that cannot be written is a failure`() async throws {
        let full = try await shell(#""$0" schema > /dev/full"#)
        let closed = try await shell(#""$0" schema >&-"#)

        #expect(full.status == 1)
        #expect(full.output == "Error: the answer could not be written to stdout: no space left on device\n")
        #expect(closed.status == 1)
        #expect(closed.output == "Error: the answer could not be written to stdout: bad file descriptor\n")
    }

    @Test func `a reader that has read enough is no failure`() async throws {
        let run = try await shell(#"("$0" schema; echo "status $?" >&2) | head -c 1"#)

        #expect(run.output.contains("status 0"), "\(run)")
    }
}
