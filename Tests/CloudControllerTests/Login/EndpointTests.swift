import CloudController
import Reconciliation
import Testing

/// URLs of APIs, and which of them are reached through a proxy.
struct EndpointTests {
    @Test(arguments: [
        ("https://api.example.org", "https://api.example.org"),
        ("https://api.example.org/", "https://api.example.org"),
        (" api.example.org\n", "https://api.example.org"),
        ("HTTPS://API.Example.org:443", "https://api.example.org"),
        ("https://api.example.org:8443/cf/", "https://api.example.org:8443/cf"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ])
    func `a URL is read as people write it`(text: String, url: String) throws {
        #expect(try Endpoint(text).url == url)
    }

    @Test(arguments: [
        "", "   ", "ftp://api.example.org", "https://", "https://user:pw@api.example.org", "https://a.example?x=1",
        "https://a.example#x", "/var/run/api",
    ])
    func `what is no URL of an API is refused with an example`(text: String) {
        let error = #expect(throws: PlatformError.self) { try Endpoint(text) }

        #expect(error?.code == .invalidEndpoint)
        #expect(error?.help == "give the URL of the API, such as `https://api.sys.example.org`")
    }

    @Test(arguments: [
        ("https://api.example.org", false, true), ("http://localhost:8080", false, true),
        ("http://127.8.0.1", false, true), ("http://[::1]:80", false, true), ("http://api.localhost", false, true),
        ("http://api.example.org", false, false), ("http://127.0.0.1.example.org", false, false),
        ("http://localhost.example.org", false, false), ("http://10.0.0.1", false, false),
        ("http://api.example.org", true, true),
    ])
    func `plain http is for this machine`(url: String, skipsValidation: Bool, isAllowed: Bool) throws {
        let endpoint = try Endpoint(url)

        if isAllowed {
            try endpoint.requireSecrecy(skippingValidation: skipsValidation)
        } else {
            let error = #expect(throws: PlatformError.self) {
                try endpoint.requireSecrecy(skippingValidation: skipsValidation)
            }
            #expect(error?.cause == "\(url) is not encrypted")
        }
    }

    struct ProxyCase: CustomTestStringConvertible, Sendable {
        let url: String
        var exceptions: String?
        let isProxied: Bool

        var testDescription: String { "\(url), no_proxy=\(exceptions ?? "")" }
    }

    @Test(arguments: [
        ProxyCase(url: "https://api.example.org", isProxied: true),
        ProxyCase(url: "http://api.example.org", isProxied: false),
        ProxyCase(url: "https://localhost", isProxied: false),
        ProxyCase(url: "https://api.example.org", exceptions: "example.org", isProxied: false),
        ProxyCase(url: "https://api.example.org", exceptions: "other.org, .example.org", isProxied: false),
        ProxyCase(url: "https://api.example.org", exceptions: "*.EXAMPLE.org", isProxied: false),
        ProxyCase(url: "https://api.badexample.org", exceptions: "example.org", isProxied: true),
        ProxyCase(url: "https://api.example.org", exceptions: "*", isProxied: false),
        ProxyCase(url: "https://api.example.org", exceptions: "api.example.org:443", isProxied: false),
        ProxyCase(url: "https://api.example.org", exceptions: "api.example.org:8443", isProxied: true),
        ProxyCase(url: "https://api.example.org:8443", exceptions: "api.example.org:8443", isProxied: false),
    ])
    func `no_proxy names hosts that are reached directly`(example: ProxyCase) throws {
        let rules = ProxyRules(["https_proxy": "http://proxy.example:3128", "no_proxy": example.exceptions ?? ""])

        #expect(rules.apply(to: try Endpoint(example.url)) == example.isProxied)
    }

    @Test func `a proxy has a host, a port and perhaps a login`() {
        let plain = ProxyRules(["HTTPS_PROXY": "proxy.example"]).proxy
        let full = ProxyRules(["https_proxy": "http://me:p%40ss@proxy.example:3128/", "HTTPS_PROXY": "x"]).proxy

        #expect(plain == ProxyRules.Proxy(host: "proxy.example", port: 80, basicCredentials: nil))
        #expect(full == ProxyRules.Proxy(host: "proxy.example", port: 3128, basicCredentials: "bWU6cEBzcw=="))
        #expect(ProxyRules([:]).proxy == nil)
    }
}
