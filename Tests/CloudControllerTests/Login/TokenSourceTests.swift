import CloudController
import Reconciliation
import Synchronization
import Testing

/// Tokens over their lifetime, on a clock that only moves when told.
struct TokenSourceTests {
    /// Seconds since 1970, moved by hand.
    private final class Time: Sendable {
        private let seconds = Mutex<Double>(1000)
        var now: Double { seconds.withLock { $0 } }
        func advance(_ difference: Double) { seconds.withLock { $0 += difference } }
    }

    private let time = Time()

    private func source(_ grant: Credentials.Grant, _ script: ScriptedTransport) throws -> TokenSource {
        let time = time
        return TokenSource(
            Credentials(grant, from: .environment),
            login: try .test("https://login.example.org"),
            transport: script,
            now: { time.now }
        )
    }

    private static let password = Credentials.Grant.password(username: "dev", password: "s3cret", origin: nil)

    private func answers(_ bodies: String...) -> ScriptedTransport {
        ScriptedTransport(bodies.map { .success(TransportResponse(200, $0)) })
    }

    @Test func `a token is fetched once and kept until a minute before its end`() async throws {
        let script = answers(tokenAnswer(testToken(number: 1)), tokenAnswer(testToken(number: 2)))
        let tokens = try source(Self.password, script)

        let first = try await tokens.token()
        time.advance(539)
        let second = try await tokens.token()
        time.advance(2)
        let third = try await tokens.token()

        #expect(first == second)
        #expect(third.value == testToken(number: 2))
        #expect(await script.requests.count == 2)
    }

    @Test func `a clock that is behind or ahead of the server's does not matter`() async throws {
        let script = answers(
            tokenAnswer(testToken(issuedAt: 500_000), lifetime: nil),
            tokenAnswer(testToken(number: 2))
        )
        let tokens = try source(Self.password, script)

        _ = try await tokens.token()
        time.advance(500)
        _ = try await tokens.token()
        #expect(await script.requests.count == 1)
        time.advance(100)
        _ = try await tokens.token()

        #expect(await script.requests.count == 2)
    }

    @Test func `a token that lives less than two minutes serves for half of its life`() async throws {
        let script = answers(tokenAnswer(testToken(), lifetime: 20), tokenAnswer(testToken(number: 2), lifetime: 20))
        let tokens = try source(Self.password, script)

        _ = try await tokens.token()
        time.advance(9)
        _ = try await tokens.token()
        #expect(await script.requests.count == 1)
        time.advance(2)
        _ = try await tokens.token()

        #expect(await script.requests.count == 2)
    }

    @Test func `however many ask at once, one request is sent`() async throws {
        let script = answers(tokenAnswer(testToken()))
        let tokens = try source(Self.password, script)

        let values = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try? await tokens.token().value } }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }

        #expect(values == [testToken()])
        #expect(await script.requests.count == 1)
    }

    @Test func `a refused token is replaced once for all who were refused with it`() async throws {
        let script = answers(tokenAnswer(testToken(number: 1)), tokenAnswer(testToken(number: 2)))
        let tokens = try source(Self.password, script)
        let refused = try await tokens.token()

        let one = try await tokens.replacement(for: refused)
        let other = try await tokens.replacement(for: refused)

        #expect(one == other)
        #expect(await script.requests.count == 2)
    }

    @Test func `a refresh token is used first, and the password when it is refused`() async throws {
        let script = ScriptedTransport([
            .success(TransportResponse(200, tokenAnswer(testToken(number: 1), refresh: "r1"))),
            .success(TransportResponse(200, tokenAnswer(testToken(number: 2), refresh: "r2"))),
            .success(TransportResponse(401, #"{"error":"invalid_token","error_description":"expired"}"#)),
            .success(TransportResponse(200, tokenAnswer(testToken(number: 3)))),
        ])
        let tokens = try source(Self.password, script)

        for _ in 1...3 {
            _ = try await tokens.token()
            time.advance(600)
        }

        let grants = await script.requests.map { $0.bodyText.split(separator: "&").first.map(String.init) ?? "" }
        #expect(
            grants == [
                "grant_type=password", "grant_type=refresh_token", "grant_type=refresh_token", "grant_type=password",
            ]
        )
        #expect(await script.requests[2].bodyText.hasSuffix("refresh_token=r2"))
    }

    @Test func `wrong credentials are the person's to mend`() async throws {
        let script = ScriptedTransport([
            .success(TransportResponse(401, #"{"error":"unauthorized","error_description":"Bad credentials"}"#))
        ])
        let tokens = try source(Self.password, script)

        let error = await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(error?.code == .notLoggedIn)
        #expect(error?.cause == "Bad credentials")
        #expect(error?.help == "check the user name and the password")
        #expect(error?.path == "https://login.example.org/oauth/token")
        #expect(error?.status == 401)
    }

    @Test func `after a failure the next request tries again`() async throws {
        let script = ScriptedTransport([
            .failure(PlatformError(.unreachable)), .success(TransportResponse(200, tokenAnswer(testToken()))),
        ])
        let tokens = try source(Self.password, script)

        await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(try await tokens.token().value == testToken())
    }

    @Test(arguments: [#"{"access_token":"opaque"}"#, "{}", "<html>", ""])
    func `an answer without a usable token is unexpected`(body: String) async throws {
        let tokens = try source(Self.password, answers(body))

        let error = await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(error?.code == .unexpectedAnswer)
    }

    @Test func `a given access token is used as it is and never replaced`() async throws {
        let script = answers()
        let tokens = try source(.accessToken(testToken()), script)

        let token = try await tokens.token()

        #expect(token.value == testToken())
        #expect(token.claims.name == "dev")
        #expect(await !tokens.canReplace(token))
        #expect(await script.requests.isEmpty)
    }

    @Test func `a given access token that has expired is said to be so`() async throws {
        let tokens = try source(.accessToken(testToken()), answers())
        time.advance(600)

        let error = await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(error?.code == .notLoggedIn)
        #expect(error?.cause == "the access token has expired")
        #expect(error?.help == "set `CF_ACCESS_TOKEN` to what `cf oauth-token` prints now")
    }

    @Test func `a session's token is used while it lasts, then its refresh token`() async throws {
        let script = answers(tokenAnswer(testToken(number: 2), refresh: "next"))
        let session = try CLISession.test(token: testToken(), refresh: "first")
        let tokens = try source(.session(session), script)

        let first = try await tokens.token()
        time.advance(541)
        let second = try await tokens.token()

        #expect(first.value == testToken())
        #expect(second.value == testToken(number: 2))
        let request = try #require(await script.requests.first)
        #expect(request.bodyText == "grant_type=refresh_token&refresh_token=first")
        #expect(request.header("Authorization") == "Basic Y2Y6")
    }

    @Test func `an ended session says how to log in again`() async throws {
        let script = ScriptedTransport([.success(TransportResponse(401, #"{"error":"invalid_token"}"#))])
        let session = try CLISession.test(token: testToken(), refresh: "old")
        let tokens = try source(.session(session), script)
        time.advance(10_000)

        let error = await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(error?.code == .notLoggedIn)
        #expect(error?.help == "log in again with `cf login`, or set `CF_USERNAME` and `CF_PASSWORD`")
    }

    @Test func `a client's session cannot be renewed, for the CLI keeps no secret`() async throws {
        let session = try CLISession.test(
            token: testToken(),
            refresh: "",
            grantType: "client_credentials",
            client: "ci"
        )
        let tokens = try source(.session(session), answers())
        time.advance(600)

        let error = await #expect(throws: PlatformError.self) { try await tokens.token() }

        #expect(error?.cause == "the cf CLI's session of client `ci` has expired, and the CLI keeps no secret")
        #expect(error?.help == "log in again with `cf auth`, or set `CF_CLIENT_ID` and `CF_CLIENT_SECRET`")
    }
}
