import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Real sockets on loopback: what a person is told of a proxy on the way.
struct ProxyTests {
    private static let api = "https://api.example.invalid"

    private func error(
        _ url: String,
        through proxy: String,
        _ adjust: (inout LiveTransport.Settings) -> Void = { _ in }
    ) async throws -> PlatformError {
        var settings = LiveTransport.Settings()
        settings.proxies = ProxyRules(["https_proxy": proxy])
        adjust(&settings)
        let transport = try LiveTransport(settings)
        let request = TransportRequest(.get, "/", of: try .test(url))
        let error = await #expect(throws: PlatformError.self) { try await transport.send(request) }
        await transport.shutdown()
        let told = try #require(error)
        #expect(!told.mayHaveHappened)
        #expect(!"\(told)".contains("s3cret"))
        return told
    }

    private func message(_ error: PlatformError) -> String {
        error.diagnostic(intent: "look", api: Self.api).message
    }

    @Test(arguments: ["http://me:s3cret@", "socks5://"])
    func `a proxy that refuses connections is called by its name`(kind: String) async throws {
        let port = try await Listener.unusedPort()

        let error = try await error(Self.api, through: "\(kind)127.0.0.1:\(port)")

        #expect(error.code == .unreachable)
        #expect(message(error) == "cannot reach the proxy `127.0.0.1:\(port)` of `https_proxy`")
        #expect(error.cause == "connection refused")
        #expect(error.help == "check `https_proxy`, or name what is reached without a proxy in `no_proxy`")
    }

    @Test func `an unknown proxy is called by its name`() async throws {
        let error = try await error(Self.api, through: "http://evenkeel-test.invalid:3128")

        #expect(message(error) == "cannot reach the proxy `evenkeel-test.invalid:3128` of `https_proxy`")
        #expect(error.cause == "unknown host `evenkeel-test.invalid`")
    }

    @Test(arguments: ["http", "socks5"])
    func `a proxy that says nothing is called by its name`(kind: String) async throws {
        try await Listener.with(.silence) { proxy in
            for adjust: (inout LiveTransport.Settings) -> Void in [
                { $0.connectTimeout = .milliseconds(50) }, { $0.requestTimeout = .milliseconds(50) },
            ] {
                let error = try await error(Self.api, through: "\(kind)://127.0.0.1:\(proxy.port)", adjust)

                #expect(error.code == .timedOut)
                #expect(error.place == "the proxy `127.0.0.1:\(proxy.port)` of `https_proxy`")
                #expect(error.cause?.hasPrefix("no connection within") == true)
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 407 No", "the proxy does not accept the user and password, or wants one (status 407)"),
        ("HTTP/1.1 502 No", "the proxy refused to connect to the host"),
        ("SSH-2.0-OpenSSH_9.2", "connection closed by the proxy"),
        ("", "connection closed by the proxy"),
    ])
    func `a proxy is asked to connect, and what it refuses is said`(answer: String, cause: String) async throws {
        let bytes = answer.isEmpty ? "" : "\(answer)\r\nContent-Length: 0\r\n\r\n"
        try await Listener.with(.answerAndClose(bytes)) { proxy in
            let error = try await error(Self.api, through: "http://me:s3%63ret@127.0.0.1:\(proxy.port)")

            #expect(error.code == .unreachable)
            #expect(
                message(error)
                    == "cannot reach \(Self.api) through the proxy `127.0.0.1:\(proxy.port)` of `https_proxy`"
            )
            #expect(error.cause == cause)
            #expect(proxy.received.hasPrefix("CONNECT api.example.invalid:443 HTTP/1.1\r\n"))
            #expect(proxy.received.lowercased().contains("proxy-authorization: basic bwu6cznjcmv0"))
        }
    }

    @Test(arguments: ["\u{5}\u{7f}", "\u{5}\u{0}\u{5}\u{5}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", ""])
    func `what a SOCKS proxy refuses is said`(answer: String) async throws {
        try await Listener.with(.answerAndClose(answer)) { proxy in
            let error = try await error(Self.api, through: "socks5h://127.0.0.1:\(proxy.port)")

            #expect(error.code == .unreachable)
            #expect(error.place == "\(Self.api) through the proxy `127.0.0.1:\(proxy.port)` of `https_proxy`")
            #expect(error.cause == "the proxy does not connect to the host")
            #expect(proxy.received.hasPrefix("\u{5}\u{1}"))
        }
    }

    @Test func `a proxy that is not supported is sent nothing`() async throws {
        try await Listener.with(.silence) { proxy in
            for kind in ["https://me:s3cret@", "socks5://me:s3cret@", "socks4://"] {
                let error = try await error(Self.api, through: "\(kind)127.0.0.1:\(proxy.port)")

                #expect(error.code == .invalidEndpoint)
                #expect(message(error) == "cannot use the proxy of `https_proxy`")
            }
            #expect(proxy.connectionCount == 0)
        }
    }
}
