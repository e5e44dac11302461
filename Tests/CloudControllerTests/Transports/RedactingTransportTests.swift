import CloudController
import Foundation
import Reconciliation
import Testing

/// What a server quotes of passwords, tokens and values of secrets files.
struct RedactingTransportTests {
    private static let password = #"pa55 "w/örd"#

    private func transport(_ answer: Result<TransportResponse, PlatformError>) throws -> RedactingTransport {
        let login = Login(
            endpoint: try .test(),
            credentials: Credentials(
                .password(username: "dev", password: Self.password, origin: nil),
                from: .environment
            )
        )
        var proxies = ProxyRules()
        proxies = ProxyRules(["https_proxy": "http://me:pr0xy-word@proxy.example:3128"])
        let keeper = SecretKeeper(login, proxies: proxies, values: ["first line\nsecond line", "abc"])
        return RedactingTransport(ClosureTransport { _ throws(PlatformError) in try answer.get() }, secrets: keeper)
    }

    private func shown(_ text: String, status: Int = 500) async throws -> String {
        let response = try await transport(.success(TransportResponse(status, text))).send(
            TransportRequest(.get, "/v3/apps", of: try .test())
        )
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test(arguments: [
        (#"you said pa55 "w/örd!"#, "you said (hidden)!"), (#"{"x":"pa55 \"w/örd"}"#, #"{"x":"(hidden)"}"#),
        (#"{"x":"pa55 \"w\/örd"}"#, #"{"x":"(hidden)"}"#), (#"{"x":"pa55 \"w/\u00f6rd"}"#, #"{"x":"(hidden)"}"#),
        ("password=pa55%20%22w%2F%C3%B6rd&x", "password=(hidden)&x"),
        ("Proxy: bWU6cHIweHktd29yZA==", "Proxy: (hidden)"),
        ("me:pr0xy-word", "me:(hidden)"), ("first line\nsecond line", "(hidden)"),
        ("first line, second line", "(hidden), (hidden)"),
        // too short to be told from a part of a word
        ("abcabc", "abcabc"),
    ])
    func `in a refusal none of them is left, however it is written`(_ told: String, _ shown: String) async throws {
        #expect(try await self.shown(told) == shown)
    }

    @Test func `good answers are left as they are, but for what cannot be read and would be quoted`() async throws {
        let good = #"{"metadata":{"annotations":{"a":"me:pr0xy-word"}}}"#

        #expect(try await shown(good, status: 200) == good)
        #expect(try await shown("<html>me:pr0xy-word", status: 200) == "<html>me:(hidden)")
    }

    @Test func `headers that are shown and the words of the network are cleared, too`() async throws {
        let headers = [
            "X-Cf-Warnings": "all%20is%20well,say%20me%3Apr0xy%2Dword", "Location": "https://x.example/?pr0xy-word",
            "X-VCAP-Request-ID": "pr0xy-word", "ETag": "pr0xy-word",
        ]
        let response = try await transport(.success(TransportResponse(200, "{}", headers: headers))).send(
            TransportRequest(.get, "/v3/apps", of: try .test())
        )

        #expect(response.header("X-Cf-Warnings") == "all%20is%20well,say%20me%3A%28hidden%29")
        #expect(response.header("Location") == "https://x.example/?(hidden)")
        #expect(response.header("X-VCAP-Request-ID") == "(hidden)")
        #expect(response.header("ETag") == "pr0xy-word")
        await #expect {
            try await transport(.failure(PlatformError(.unreachable, cause: "no way to pr0xy-word"))).send(
                TransportRequest(.get, "/v3/apps", of: try .test())
            )
        } throws: {
            ($0 as? PlatformError)?.cause == "no way to (hidden)"
        }
    }

    @Test func `tokens are known as soon as they are given`() async throws {
        let keeper = SecretKeeper(
            Login(endpoint: try .test(), credentials: Credentials(.accessToken("given-token"), from: .environment))
        )
        let transport = RedactingTransport(
            ClosureTransport { request throws(PlatformError) in
                request.audience == .login
                    ? TransportResponse(200, tokenAnswer("access-token", refresh: "refresh-token"))
                    : TransportResponse(401, "given-token access-token refresh-token")
            },
            secrets: keeper
        )

        _ = try await transport.send(TransportRequest(.post, "/oauth/token", of: try .test(), audience: .login))
        let refusal = try await transport.send(TransportRequest(.get, "/v3/apps", of: try .test()))

        #expect(String(decoding: refusal.body, as: UTF8.self) == "(hidden) (hidden) (hidden)")
    }
}
