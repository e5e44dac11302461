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
        let bytes = await pipe.fileHandleForReading.readToEndAside()
        waitUntilExit()
        return (terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}

extension FileHandle {
    /// Reads to the end on a thread of its own: a sandbox in this process may need the others to answer.
    func readToEndAside() async -> Data {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readDataToEndOfFile()) }
        }
    }

    /// Reads on a thread of its own until this was read, or to the end.
    func readAside(upTo mark: String) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var bytes = Data()
                while !String(decoding: bytes, as: UTF8.self).contains(mark) {
                    let more = self.availableData
                    if more.isEmpty { break }
                    bytes += more
                }
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
