import CloudController
import Reconciliation
import Testing

/// What is sent to the token endpoint, byte for byte as the cf CLI sends it.
struct TokenGrantTests {
    private func request(for grant: Credentials.Grant) async throws -> TransportRequest {
        let script = ScriptedTransport([.success(TransportResponse(200, tokenAnswer(testToken())))])
        let tokens = TokenSource(
            Credentials(grant, from: .environment),
            login: try .test("https://login.example.org"),
            transport: script
        )
        _ = try await tokens.token()
        return try #require(await script.requests.first)
    }

    @Test func `a password travels in the form, with the client cf`() async throws {
        let request = try await request(for: .password(username: "d@v", password: "a&b=c d+é", origin: nil))

        #expect(request.method == .post)
        #expect(request.shownPath == "https://login.example.org/oauth/token")
        #expect(request.bodyText == "grant_type=password&username=d%40v&password=a%26b%3Dc%20d%2B%C3%A9")
        #expect(request.header("Authorization") == "Basic Y2Y6")
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
    }

    @Test func `an origin is a hint in the query`() async throws {
        let request = try await request(for: .password(username: "dev", password: "x", origin: #"ld"ap"#))

        #expect(request.path == "/oauth/token?login_hint=%7B%22origin%22%3A%22ld%5C%22ap%22%7D")
    }

    @Test func `a client's id and secret travel in the form alone`() async throws {
        let request = try await request(for: .clientCredentials(id: "ci", secret: "x/y"))

        #expect(request.bodyText == "grant_type=client_credentials&client_id=ci&client_secret=x%2Fy")
        #expect(request.header("Authorization") == nil)
    }

    @Test func `claims are read from base64url of any length`() throws {
        for padding in ["", "a", "ab", "abc", "ÿþ~~"] {
            let claims = try #require(TokenClaims(token: testToken(#"{"user_name":"\#(padding)?>","scope":"a b"}"#)))

            #expect(claims.userName == "\(padding)?>")
            #expect(claims.scopes == ["a", "b"])
        }
        #expect(TokenClaims(token: "a.b") == nil)
        #expect(TokenClaims(token: "a.!.c") == nil)
        #expect(TokenClaims(token: "") == nil)
    }

    @Test func `a client is a user whose guid is its id`() throws {
        let claims = try #require(TokenClaims(token: testToken(#"{"client_id":"ci","scope":["x"]}"#)))

        #expect(claims.name == "ci")
        #expect(claims.userGUID == "ci")
    }
}
