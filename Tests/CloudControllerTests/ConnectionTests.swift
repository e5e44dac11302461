import CloudController
import Logging
import Reconciliation
import Testing

/// The way from options to a platform, over a real socket.
struct ConnectionTests {
    private func options(_ api: String) throws -> ConnectionOptions {
        let environment = Environment(variables: ["CF_USERNAME": "dev", "CF_PASSWORD": "pw"]) { _ in .absent }
        let login = try Login.resolve(api: api, flags: CredentialFlags(), environment: environment)
        return ConnectionOptions(
            login,
            environment: environment,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func answer(_ body: String) -> Listener.Behaviour {
        .answer("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    @Test func `the API is found before the body runs, without a token`() async throws {
        try await Listener.with(answer(try fixture("root"))) { listener in
            let url = "http://127.0.0.1:\(listener.port)"

            let found = try await withPlatform(try options(url)) { platform in
                (platform.api, platform.discovery.apiVersion, await platform.costs.requests)
            }

            #expect(found == (url, "3.228.0", 1))
            #expect(!listener.received.lowercased().contains("authorization"))
        }
    }

    @Test func `what the body throws comes through`() async throws {
        let stop = PlatformError(.cancelled, cause: "stop")
        try await Listener.with(answer(try fixture("root"))) { listener in
            let options = try options("http://127.0.0.1:\(listener.port)")
            await #expect(throws: stop) {
                try await withPlatform(options) { _ async throws(PlatformError) in throw stop }
            }
        }
    }

    @Test func `a refused connection names the URL`() async throws {
        let url = "http://127.0.0.1:\(try await Listener.unusedPort())"

        let error = await #expect(throws: PlatformError.self) {
            try await withPlatform(try options(url)) { _ in Issue.record("there is no platform") }
        }

        #expect(error?.cause == "connection refused")
        #expect(error?.help == "check the URL `\(url)`")
        #expect(error?.attempts == 1)
    }

    @Test func `a password is not sent in the clear`() async throws {
        let error = await #expect(throws: PlatformError.self) {
            try await withPlatform(try options("http://api.example.org")) { _ in Issue.record("there is no platform") }
        }
        #expect(error?.cause == "http://api.example.org is not encrypted")

        let root = try fixture("root").replacing("http://127.0.0.1:8080", with: "http://login.example.org")
        try await Listener.with(answer(root)) { listener in
            let error = await #expect(throws: PlatformError.self) {
                try await withPlatform(try options("http://127.0.0.1:\(listener.port)")) { _ in
                    Issue.record("there is no platform")
                }
            }
            #expect(error?.cause == "http://login.example.org is not encrypted")
        }
    }
}
