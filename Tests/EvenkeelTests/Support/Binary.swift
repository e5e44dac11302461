import Foundation

/// The binary that was built with the tests.
enum Binary {
    static var url: URL? {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let folders = [folder, folder.deletingLastPathComponent(), Bundle.main.bundleURL]
        return folders.map { $0.appending(path: "evenkeel") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}

extension Process {
    /// Starts it and waits for its end; stdout and stderr go into one text.
    func collect() async throws -> (status: Int32, output: String) {
        let pipe = Pipe()
        standardOutput = pipe
        standardError = pipe
        standardInput = FileHandle.nullDevice
        try run()
        let handle = pipe.fileHandleForReading
        let bytes = await Task.detached { handle.readDataToEndOfFile() }.value
        waitUntilExit()
        return (terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
