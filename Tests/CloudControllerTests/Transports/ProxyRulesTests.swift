import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Which APIs are reached through which proxy.
struct ProxyRulesTests {
    private func rules(_ exceptions: String = "") -> ProxyRules {
        ProxyRules(["https_proxy": "http://proxy.example:3128", "no_proxy": exceptions])
    }

    private func proxy(_ variables: [String: String]) throws -> Proxy? {
        try ProxyRules(variables).proxy(for: try .test())
    }

    // MARK: What is named

    @Test func `only https to other machines goes through a proxy`() throws {
        #expect(try rules().proxy(for: .test("https://api.example.org")) != nil)
        #expect(try rules().proxy(for: .test("http://api.example.org")) == nil)
        #expect(try rules().proxy(for: .test("https://localhost")) == nil)
        #expect(try ProxyRules([:]).proxy(for: .test()) == nil)
    }

    @Test func `the variable for https comes before the one for everything, and small letters before capitals`() throws
    {
        let all = ["https_proxy": "a", "HTTPS_PROXY": "b", "all_proxy": "c", "ALL_PROXY": "d"]
        for (empty, host) in [
            ([], "a"), (["https_proxy"], "b"), (["HTTPS_PROXY"], "a"), (["https_proxy", "HTTPS_PROXY"], "c"),
        ]
            as [([String], String)]
        {
            let variables = all.merging(empty.map { ($0, " ") }) { $1 }
            #expect(try proxy(variables)?.host == host)
        }
        #expect(try proxy(["ALL_PROXY": "d"])?.variable == "ALL_PROXY")
    }

    @Test(arguments: [
        ("proxy.example", Proxy(host: "proxy.example", port: 80, variable: "https_proxy")),
        ("proxy.example:3128/", Proxy(host: "proxy.example", port: 3128, variable: "https_proxy")),
        ("HTTP://[2001:db8::1]:3128", Proxy(host: "2001:db8::1", port: 3128, variable: "https_proxy")),
        ("socks5://proxy.example", Proxy(.socks, host: "proxy.example", port: 1080, variable: "https_proxy")),
        ("socks5h://127.0.0.1:9050", Proxy(.socks, host: "127.0.0.1", port: 9050, variable: "https_proxy")),
        (
            "http://m%65:p%40s%3As@proxy.example:3128",
            Proxy(host: "proxy.example", port: 3128, basicCredentials: "bWU6cEBzOnM=", variable: "https_proxy")
        ),
        (
            "me:p@ss:100%@proxy.example",
            Proxy(host: "proxy.example", port: 80, basicCredentials: "bWU6cEBzczoxMDAl", variable: "https_proxy")
        ),
    ])
    func `a proxy has a kind, a host, a port and perhaps a login`(url: String, expected: Proxy) throws {
        #expect(try proxy(["https_proxy": url]) == expected)
    }

    @Test(arguments: [
        ("https://me:s3cret@proxy.example", "it begins with `https://`, which is not supported"),
        ("socks4://proxy.example", "it begins with `socks4://`, which is not supported"),
        ("s3cret://proxy.example", "it begins with a scheme that is not supported"),
        ("socks5://me:s3cret@proxy.example", "it has a user, which is not supported with SOCKS"),
        ("http://me:s3/cret@proxy.example", "its user or password has a character that is not percent-encoded"),
        ("http://me:s3cret", "it is no URL with a host and perhaps a port"),
        ("http://proxy.example:99999", "it is no URL with a host and perhaps a port"),
        ("http://me:s3cret@", "it is no URL with a host and perhaps a port"),
        ("http://[s3cret]:80", "it is no URL with a host and perhaps a port"),
    ])
    func `a proxy that cannot be used is told, without its password`(url: String, cause: String) throws {
        let error = try #require(throws: PlatformError.self) { try proxy(["HTTPS_PROXY": url]) }

        #expect(error.cause == cause)
        #expect(!error.mayHaveHappened)
        let diagnostic = error.diagnostic(intent: "look", api: "https://api.example.org")
        #expect(diagnostic.message == "cannot use the proxy of `HTTPS_PROXY`")
        #expect(
            diagnostic.details.last
                == .help("write `http://HOST:PORT`, `http://USER:PASSWORD@HOST:PORT` or `socks5://HOST:PORT`")
        )
        #expect(!"\(diagnostic)".contains("s3"))
        // What does not go through it is not kept from going.
        #expect(try ProxyRules(["HTTPS_PROXY": url, "no_proxy": "*"]).proxy(for: .test()) == nil)
    }

    // MARK: What is reached directly

    @Test(arguments: [
        ("example.org", "https://api.example.org"), ("example.org", "https://example.org"),
        ("other.org, .example.org", "https://api.example.org"), (".example.org", "https://example.org"),
        ("*.EXAMPLE.org", "https://api.example.org"), ("*", "https://api.example.org"),
        ("other.org\t*:443", "https://api.example.org"), ("api.example.org:443", "https://api.example.org"),
        ("api.example.org:8443", "https://api.example.org:8443"), ("example.org.", "https://api.example.org"),
        ("example.org.:443", "https://api.example.org"), ("example.org", "https://api.example.org."),
        ("192.0.2.10", "https://192.0.2.10/"), ("192.0.2.10:8443", "https://192.0.2.10:8443"),
        ("192.0.2.0/24", "https://192.0.2.10/"), ("192.0.2.8/29", "https://192.0.2.10/"),
        ("0.0.0.0/0", "https://192.0.2.10"),
        ("192.0.2.10/32", "https://192.0.2.10"), ("::ffff:192.0.2.10", "https://192.0.2.10"),
        ("::ffff:192.0.2.0/120", "https://192.0.2.10"), ("192.0.2.0/24", "https://[::ffff:192.0.2.10]"),
        ("2001:db8::1", "https://[2001:db8::1]/"), ("[2001:db8::1]", "https://[2001:db8::1]/"),
        ("2001:DB8:0::1", "https://[2001:db8::1]/"), ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/"),
        ("2001:db8::/32", "https://[2001:db8::1]"), ("[2001:db8::]/32", "https://[2001:db8::1]"),
        ("2001:db8::/127", "https://[2001:db8::1]"),
    ])
    func `no_proxy names what is reached directly`(exceptions: String, url: String) throws {
        #expect(try rules(exceptions).proxy(for: .test(url)) == nil)
    }

    @Test(arguments: [
        ("example.org", "https://api.badexample.org"), ("*.example.org", "https://example.org"),
        ("api.example.org:8443", "https://api.example.org"), ("192.0.2.10:8443", "https://192.0.2.10"),
        ("192.0.2.0/24", "https://192.0.3.10"), ("192.0.2.0/29", "https://192.0.2.10"),
        ("192.0.2.0/33", "https://192.0.2.10"), ("192.0.2.0/", "https://192.0.2.10"), ("2.10", "https://192.0.2.10"),
        ("192.0.2.0/24", "https://192.0.2.10.example.org"), ("2001:db8::/32", "https://[2001:db9::1]"),
        ("2001:db8::1", "https://[2001:db8::2]"), ("[2001:db8::1]:8443", "https://[2001:db8::1]"),
        ("2001:db8::/32", "https://32.1.13.184"), ("::/0", "https://192.0.2.10"), (", .", "https://api.example.org"),
    ])
    func `what no_proxy does not name goes through the proxy`(exceptions: String, url: String) throws {
        #expect(try rules(exceptions).proxy(for: .test(url)) != nil)
    }
}
