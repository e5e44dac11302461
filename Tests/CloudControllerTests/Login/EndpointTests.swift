import CloudController
import Reconciliation
import Testing

/// URLs of APIs.
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
}
