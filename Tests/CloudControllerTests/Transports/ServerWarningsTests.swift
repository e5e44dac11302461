import CloudController
import Diagnostics
import Reconciliation
import Testing

/// What the server says in `X-Cf-Warnings`.
@Suite struct ServerWarningsTests {
    private func send(_ headers: [String], counting count: RequestCount) async throws -> [String] {
        let answers = ClosureTransport { _ in
            TransportResponse(status: 200, headers: headers.map { .init("x-cf-warnings", $0) })
        }
        let request = try TransportRequest(.get, "/v3/apps", of: .test())
        _ = try await CountingTransport(answers, count: count).send(request)
        return await count.takeWarnings()
    }

    private func taken(_ headers: [String]) async throws -> [String] {
        try await send(headers, counting: RequestCount())
    }

    @Test func `texts are decoded, cleaned and told once`() async throws {
        #expect(
            try await taken([
                "Stats+server+temporarily+unavailable.", "one%2C+two,Stats+server+temporarily+unavailable.",
                "red%1B%5B31m%0Anews", "100%", "",
            ]) == ["Stats server temporarily unavailable.", "one, two", "red [31m news", "100%"]
        )
    }

    @Test func `what was taken is not told again`() async throws {
        let count = RequestCount()

        #expect(try await send(["old"], counting: count) == ["old"])
        #expect(try await send(["old", "new"], counting: count) == ["new"])
    }

    @Test func `a server that warns of ever new things is not quoted for ever`() async throws {
        let many = (1...200).map { "w\($0)" }.joined(separator: ",")

        #expect(try await taken([many]).count == 50)
    }
}
