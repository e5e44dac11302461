import CloudController
import Reconciliation
import Testing

/// What `/` says, and what is said when it does not.
struct DiscoveryTests {
    private func discovery(_ response: TransportResponse) async throws -> Discovery {
        let script = ScriptedTransport([.success(response)])
        let discovery = try await Discovery.of(try .test(), over: script)
        #expect(await script.requests.first?.path == "/")
        return discovery
    }

    @Test func `a real root names the login and the version`() async throws {
        let discovery = try await discovery(TransportResponse(200, try fixture("root")))

        #expect(discovery.login.url == "http://127.0.0.1:8080")
        #expect(discovery.apiVersion == "3.228.0")
    }

    @Test func `without a login link UAA's is taken`() async throws {
        let discovery = try await discovery(
            TransportResponse(
                200,
                #"{"links":{"cloud_controller_v3":{"href":"x"},"login":null,"uaa":{"href":"https://uaa.example.org"}}}"#
            )
        )

        #expect(discovery.login.url == "https://uaa.example.org")
        #expect(discovery.apiVersion == nil)
    }

    @Test(arguments: [
        (200, "<html>Welcome</html>"), (200, "{}"), (200, #"{"links":{}}"#), (404, "404 page not found"), (301, ""),
        (200, #"{"links":{"cloud_controller_v2":{"href":"x"}}}"#), (403, ""),
    ])
    func `what is no Cloud Foundry API is said to be none`(status: Int, body: String) async {
        let error = await #expect(throws: PlatformError.self) {
            try await discovery(TransportResponse(status, body))
        }

        #expect(error?.code == .invalidEndpoint)
        #expect(error?.cause == "no Cloud Foundry API answered there")
        #expect(
            error?.help == "check the URL `https://api.example.org`; that of the API often begins with `https://api.`"
        )
        #expect(error?.status == status)
    }

    @Test(arguments: [
        ("https://api.example.org", "https://api.sys.example.org/", "https://api.sys.example.org"),
        ("http://api.example.org", "https://api.example.org/", "https://api.example.org"),
        ("https://api.example.org", "//other.example.org/v3/?x=y", "https://other.example.org"),
        ("https://api.example.org/cf", "/api/", "https://api.example.org/api"),
    ])
    func `a redirect is named, with what to write`(url: String, location: String, written: String) async throws {
        let answer = TransportResponse(status: 301, headers: [.init("Location", location)])
        let endpoint = try Endpoint(url)
        let error = await #expect(throws: PlatformError.self) {
            try await Discovery.of(endpoint, over: ScriptedTransport([.success(answer)]))
        }

        #expect(error?.cause == "it redirects to `\(location)`, which is never followed")
        #expect(error?.help == "if that is the API, write `\(written)` in place of `\(url)`")
    }

    @Test(arguments: [
        ("https://api.example.org/v3", "GET /v3/", "https://api.example.org"),
        ("https://api.example.org/v2/info", "GET /v2/info/", "https://api.example.org"),
        ("https://example.org/cf/v3/", "GET /cf/v3/", "https://example.org/cf"),
    ])
    func `a version in the URL is named, with the path that was asked`(
        url: String,
        asked: String,
        written: String
    ) async throws {
        let endpoint = try Endpoint(url)
        let error = await #expect(throws: PlatformError.self) {
            try await Discovery.of(endpoint, over: ScriptedTransport([.success(TransportResponse(200, "{}"))]))
        }

        #expect([error?.method, error?.path].compactMap(\.self).joined(separator: " ") == asked)
        #expect(
            error?.help == "write `\(written)` in place of `\(endpoint.url)`: the URL of an API has no version in it"
        )
    }

    @Test func `an API that is down is not a wrong address`() async {
        let error = await #expect(throws: PlatformError.self) {
            try await discovery(TransportResponse(503, "API down for maintenance"))
        }

        #expect(error?.code == .rejected)
        #expect(error?.cause == "status 503: API down for maintenance")
    }

    @Test func `an API that cannot be logged in to is named`() async {
        let error = await #expect(throws: PlatformError.self) {
            try await discovery(TransportResponse(200, #"{"links":{"cloud_controller_v3":{"href":"x"}}}"#))
        }

        #expect(error?.cause == "the API names no place to log in")
    }
}
