import CloudController
import Logging
import Reconciliation
import Synchronization
import Testing

/// What reaches the log, and what must never.
struct TracingTransportTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct LineHandler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.append("\(event.level): \(event.message)")
        }
    }

    private let lines = Lines()

    private func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "test") { [lines] _ in LineHandler(lines: lines) }
        logger.logLevel = level
        return logger
    }

    @Test func `a request is one line with status, size, time and id`() async throws {
        let next = ScriptedTransport([
            .success(TransportResponse(200, "12345", headers: ["X-Vcap-Request-Id": "abc"])),
            .failure(PlatformError(.timedOut)),
        ])
        let transport = TracingTransport(next, logger: logger(.debug), clock: RecordingClock())
        let request = TransportRequest(.get, "/v3/apps?names=a", of: try .test())

        _ = try await transport.send(request)
        await #expect(throws: PlatformError.self) { try await transport.send(request) }

        #expect(
            lines.all == [
                "debug: GET /v3/apps?names=a: 200, 5 bytes in 0.0 s (request abc)",
                "debug: GET /v3/apps?names=a: timedOut after 0.0 s",
            ]
        )
    }

    @Test func `no secret is ever logged, nor anything at all above debug`() async throws {
        for level in [Logger.Level.trace, .info] {
            let script = ScriptedTransport([
                .success(TransportResponse(200, tokenAnswer(testToken(), refresh: "r3fresh"))),
                .success(TransportResponse(200, try fixture("process"))),
            ])
            let transport = TracingTransport(script, logger: logger(level), clock: RecordingClock())
            let tokens = TokenSource(
                Credentials(.password(username: "dev", password: "s3cret", origin: nil), from: .environment),
                login: try .test("https://login.example.org"),
                transport: transport
            )
            var request = TransportRequest(.patch, "/v3/processes/p", of: try .test())
            request.body = Array(#"{"command":"t0p"}"#.utf8)
            _ = try await AuthenticatingTransport(transport, tokens: tokens).send(request)
        }

        #expect(lines.all.count == 4)
        let text = lines.all.joined(separator: "\n")
        #expect(text.contains("POST https://login.example.org/oauth/token: 200"))
        for secret in ["s3cret", "r3fresh", testToken(), "Y2Y6", "t0p", "puma"] { #expect(!text.contains(secret)) }
    }

    @Test func `requests and the rate limit are counted`() async throws {
        let count = RequestCount()
        let headers = ["x-ratelimit-limit": "2000", "X-RateLimit-Remaining": "1800", "X-RateLimit-Reset": "1795231766"]
        let script = ScriptedTransport([
            .success(TransportResponse(200, "", headers: headers)), .success(TransportResponse(status: 200)),
            .failure(PlatformError(.timedOut)), .success(TransportResponse(200, "")),
        ])
        let transport = CountingTransport(script, count: count)

        _ = try await transport.send(TransportRequest(.get, "/", of: try .test()))
        _ = try await transport.send(TransportRequest(.post, "/oauth/token", of: try .test(), audience: .login))
        await #expect(throws: PlatformError.self) {
            try await transport.send(TransportRequest(.post, "/v3/tasks", of: try .test()))
        }
        _ = try await transport.send(TransportRequest(.patch, "/v3/apps/a", of: try .test()))

        let costs = await count.costs
        #expect(costs.requests == 4)
        #expect(costs.writes == 2)
        #expect(costs.rateLimit?.limit == 2000)
        #expect(costs.rateLimit?.remaining == 1800)
        #expect(costs.rateLimit?.reset == 1_795_231_766)
    }
}
