import CloudController
import Reconciliation
import Testing

/// Tokens on requests, and what happens after a 401.
struct AuthenticatingTransportTests {
    private static let refusal = TransportResponse(
        401,
        #"{"errors":[{"detail":"Invalid Auth Token","title":"CF-InvalidAuthToken","code":1000}]}"#
    )

    private func transport(
        api: ScriptedTransport,
        login: ScriptedTransport,
        _ grant: Credentials.Grant = .clientCredentials(id: "ci", secret: "x")
    ) throws -> AuthenticatingTransport {
        let tokens = TokenSource(
            Credentials(grant, from: .environment),
            login: try .test("https://login.example.org"),
            transport: login,
            now: { 1000 }
        )
        return AuthenticatingTransport(api, tokens: tokens)
    }

    private func logins(_ count: Int) -> ScriptedTransport {
        ScriptedTransport((1...count).map { .success(TransportResponse(200, tokenAnswer(testToken(number: $0)))) })
    }

    @Test(arguments: [TransportRequest.Method.get, .patch, .post])
    func `a 401 renews the token and sends the request again`(method: TransportRequest.Method) async throws {
        let api = ScriptedTransport([.success(Self.refusal), .success(TransportResponse(status: 202))])
        let transport = try transport(api: api, login: logins(2))

        let response = try await transport.send(TransportRequest(method, "/v3/tasks", of: try .test()))

        #expect(response.status == 202)
        #expect(response.attempts == 2)
        let sent = await api.requests.map { $0.header("Authorization") }
        #expect(sent == ["bearer \(testToken(number: 1))", "bearer \(testToken(number: 2))"])
    }

    @Test func `a second 401 stands`() async throws {
        let api = ScriptedTransport([.success(Self.refusal), .success(Self.refusal)])
        let transport = try transport(api: api, login: logins(2))

        let response = try await transport.send(TransportRequest(.get, "/v3/apps", of: try .test()))

        #expect(response.status == 401)
        #expect(response.attempts == 2)
    }

    @Test func `a token that cannot be replaced is tried once`() async throws {
        let api = ScriptedTransport([.success(Self.refusal)])
        let transport = try transport(api: api, login: ScriptedTransport([]), .accessToken(testToken()))

        let response = try await transport.send(TransportRequest(.get, "/v3/apps", of: try .test()))

        #expect(response.status == 401)
        #expect(response.attempts == 1)
    }

    @Test func `without a token nothing is sent to the API, so a write cannot have happened`() async throws {
        let api = ScriptedTransport([])
        let transport = try transport(api: api, login: ScriptedTransport([.failure(PlatformError(.timedOut))]))

        let error = await #expect(throws: PlatformError.self) {
            try await transport.send(TransportRequest(.post, "/v3/tasks", of: try .test()))
        }

        #expect(error?.code == .timedOut)
        #expect(error?.mayHaveHappened == false)
        #expect(await api.requests.isEmpty)
    }

    @Test func `only the API is shown the token`() async throws {
        let next = ScriptedTransport(statuses: [200])
        let transport = try transport(api: next, login: ScriptedTransport([]))

        _ = try await transport.send(TransportRequest(.get, "/login", of: try .test(), audience: .login))

        #expect(await next.requests.first?.header("Authorization") == nil)
    }
}
