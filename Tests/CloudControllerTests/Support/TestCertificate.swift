import Foundation
import NIOSSL
import Testing

/// A certificate for `localhost` and 127.0.0.1 that is made when the test runs and signed by nobody else.
struct TestCertificate {
    let certificatePath: String
    private let keyPath: String

    /// Makes one in a folder of its own, which is removed afterwards.
    @discardableResult static func with<Value>(
        host: String = "localhost",
        _ body: (TestCertificate) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "evenkeel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = TestCertificate(
            certificatePath: folder.appending(path: "certificate.pem").path(),
            keyPath: folder.appending(path: "key.pem").path()
        )
        try certificate.make(for: host)
        return try await body(certificate)
    }

    func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        )
    }

    private func make(for host: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=\(host)",
            "-addext", "subjectAltName=DNS:\(host)", "-keyout", keyPath, "-out", certificatePath,
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
