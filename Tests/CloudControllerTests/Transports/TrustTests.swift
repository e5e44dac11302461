import CloudController
import Diagnostics
import Foundation
import Reconciliation
import Testing

/// Real sockets on loopback: whose certificates are accepted, and what is said of a file that names none.
struct TrustTests {
    private static let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private func send(_ port: Int, _ adjust: (inout LiveTransport.Settings) -> Void) async throws -> Int {
        var settings = LiveTransport.Settings()
        adjust(&settings)
        let transport = try LiveTransport(settings)
        let request = TransportRequest(.get, "/", of: try .test("https://localhost:\(port)"))
        do {
            let status = try await transport.send(request).status
            await transport.shutdown()
            return status
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    @Test func `every file of --ca-cert is trusted`() async throws {
        try await TestCertificate.with { first in
            try await TestCertificate.with { second in
                for certificate in [first, second] {
                    try await Listener.with(.answer(Self.fine), tls: try certificate.serverContext()) { listener in
                        let status = try await send(listener.port) {
                            $0.certificatePaths = [first.certificatePath, second.certificatePath]
                        }
                        #expect(status == 200)
                    }
                }
            }
        }
    }

    @Test(arguments: ["SSL_CERT_FILE", "SSL_CERT_DIR"])
    func `the environment names who is trusted in place of the system`(variable: String) async throws {
        try await TestCertificate.with { certificate in
            let folder = URL(filePath: certificate.certificatePath).deletingLastPathComponent().path
            let value = variable == "SSL_CERT_DIR" ? "\(folder):" : certificate.certificatePath
            try await Listener.with(.answer(Self.fine), tls: try certificate.serverContext()) { listener in
                let status = try await send(listener.port) { $0.roots = TrustedRoots([variable: value]) }
                #expect(status == 200)
            }
            // Whoever else it is, the one that is named is no authority for it.
            try await TestCertificate.with { other in
                try await Listener.with(.answer(Self.fine), tls: try other.serverContext()) { listener in
                    await #expect {
                        try await send(listener.port) { $0.roots = TrustedRoots([variable: value]) }
                    } throws: {
                        ($0 as? PlatformError)?.code == .untrustedCertificate
                    }
                    let status = try await send(listener.port) {
                        $0.roots = TrustedRoots([variable: value])
                        $0.certificatePaths = [other.certificatePath]
                    }
                    #expect(status == 200)
                }
            }
        }
    }

    private static let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

    @Test(
        arguments: ["--ca-cert", "SSL_CERT_FILE"],
        [
            ("none", nil, "no such file or folder"), (".", nil, "it is a folder"), ("empty", "\n", "it is empty"),
            ("text", "hello", "it holds no certificate in PEM form"),
            (
                "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "it holds no certificate in PEM form"
            ),
            ("damaged", damaged, "a certificate in it is damaged"),
        ]
    )
    func `a file of certificates that cannot be used says why`(
        setting: String,
        example: (name: String, content: String?, reason: String)
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "evenkeel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = "\(folder.path)/\(example.name)"
        try example.content?.write(toFile: path, atomically: true, encoding: .utf8)

        let error = await #expect(throws: PlatformError.self) {
            try await send(1) {
                if setting == "--ca-cert" {
                    $0.certificatePaths = [path]
                } else {
                    $0.roots = TrustedRoots([setting: path])
                }
            }
        }

        #expect(error?.cause == example.reason)
        #expect(error?.mayHaveHappened == false)
        let message = error?.diagnostic(intent: "look", api: "https://localhost").message
        #expect(message == "cannot use the file `\(path)` of `\(setting)`")
    }

    @Test func `a folder of certificates that cannot be used says why, where somebody has to be trusted`() async throws
    {
        let settings = { (folder: String) in
            var settings = LiveTransport.Settings()
            settings.roots = TrustedRoots(["SSL_CERT_DIR": folder])
            return settings
        }
        for (folder, reason) in [
            ("/nowhere", "no such file or folder"), (#filePath, "it is no folder"),
            (
                URL(filePath: #filePath).deletingLastPathComponent().path,
                "no file in it holds a certificate in PEM form"
            ),
        ] {
            let error = await #expect(throws: PlatformError.self) { try await send(1) { $0 = settings(folder) } }

            #expect(error?.cause == reason)
        }
        try await Listener.with(.answer(Self.fine)) { listener in
            let transport = try LiveTransport(settings("/nowhere"))
            let request = TransportRequest(.get, "/", of: try .test("http://127.0.0.1:\(listener.port)"))
            let status = try? await transport.send(request).status
            await transport.shutdown()
            #expect(status == 200)
        }
    }
}
