import Testing

@testable import Sandbox

@Suite struct TokenTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private static let form = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
    private static let cf = form + [(name: "Authorization", value: "Basic Y2Y6")]

    private func grant(
        _ body: String,
        query: String = "",
        headers: [(name: String, value: String)] = cf
    ) async -> Received {
        let request = IncomingRequest("POST", "/oauth/token" + query, headers: headers, body: Array(body.utf8))
        let answer = await store.answer(request)
        return Received(
            status: answer.status,
            json: (try? JSONParser.parse(answer.body)) ?? .null,
            headers: answer.headers,
            body: String(decoding: answer.body, as: UTF8.self)
        )
    }

    private func claims(_ token: String) throws -> JSONValue {
        let parts = token.split(separator: ".").map(String.init)
        #expect(parts.count == 3)
        return try JSONParser.parse(try #require(Base64.decode(parts[1])))
    }

    @Test func `a password buys a token that says who and until when`() async throws {
        let answer = await grant("grant_type=password&username=dev&password=dev")
        let claims = try claims(answer["access_token"]?.text ?? "")

        #expect(answer.status == 200)
        #expect(answer["token_type"]?.text == "bearer")
        #expect(answer["expires_in"]?.integer == 600)
        #expect(claims["user_name"]?.text == "dev")
        #expect(claims["client_id"]?.text == "cf")
        #expect(claims["origin"]?.text == "uaa")
        #expect((claims["exp"]?.integer ?? 0) - (claims["iat"]?.integer ?? 0) == 600)
        #expect(claims["aud"]?.list?.compactMap(\.text).contains("cloud_controller") == true)
        #expect(claims["user_id"]?.text?.utf8.count == 36)
    }

    @Test func `tokens end with the clock, and refreshing makes new ones`() async throws {
        let answer = await grant("grant_type=password&username=dev&password=dev")
        let token = answer["access_token"]?.text ?? ""
        let header = [(name: "Authorization", value: "BEARER \(token)")]
        #expect(await store.send("GET", "/v3/apps", as: nil, headers: header).status == 200)

        await store.advance(by: 600)
        let late = await store.send("GET", "/v3/apps", as: nil, headers: header)
        let refreshed = await grant("grant_type=refresh_token&refresh_token=\(answer["refresh_token"]?.text ?? "")")

        #expect(late.title == "CF-InvalidAuthToken")
        #expect(refreshed.status == 200)
        let fresh = [(name: "Authorization", value: "bearer \(refreshed["access_token"]?.text ?? "")")]
        #expect(await store.send("GET", "/v3/apps", as: nil, headers: fresh).status == 200)
        // public endpoints do not look at it
        #expect(await store.send("GET", "/v3/info", as: nil, headers: header).status == 200)
    }

    @Test func `a client gets no refresh token, and is a user of its id`() async throws {
        let answer = await grant(
            "grant_type=client_credentials&client_id=deployer&client_secret=s3cret",
            headers: Self.form
        )
        let claims = try claims(answer["access_token"]?.text ?? "")

        #expect(answer["refresh_token"] == nil)
        #expect(claims["client_id"]?.text == "deployer")
        #expect(claims["user_id"] == nil)
    }

    @Test func `a login hint chooses among identity providers`() async {
        let body = "grant_type=password&username=ldap-user&password=pw"

        #expect(await grant(body).status == 401)
        #expect(await grant(body, query: "?login_hint=%7B%22origin%22%3A%22ldap%22%7D").status == 200)
        #expect(await grant(body, query: "?login_hint=%7B%22origin%22%3A%22uaa%22%7D").status == 401)
    }

    @Test(arguments: [
        ("grant_type=password&username=dev&password=wrong", true, 401, "unauthorized"),
        ("grant_type=password&username=dev&password=dev", false, 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=deployer&client_secret=x", false, 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=x", true, 401, "invalid_token"),
        ("grant_type=magic", true, 400, "unsupported_grant_type"),
        ("", true, 400, "invalid_request"),
    ])
    func `refusals have the token endpoint's own form`(
        body: String,
        hasClient: Bool,
        status: Int,
        error: String
    ) async {
        let answer = await grant(body, headers: hasClient ? Self.cf : Self.form)

        #expect(answer.status == status)
        #expect(answer["error"]?.text == error)
        #expect(answer["error_description"]?.text?.isEmpty == false)
    }

    @Test(arguments: [
        ("bearer garbage", "CF-InvalidAuthToken"), ("bearer a.b.c", "CF-InvalidAuthToken"),
        ("bearer ", "CF-InvalidAuthToken"), ("Basic YWRtaW46YWRtaW4=", "CF-NotAuthenticated"),
    ])
    func `only tokens that were issued here are accepted`(header: String, title: String) async {
        let answer = await store.send("GET", "/v3/apps", as: nil, headers: [("Authorization", header)])

        #expect(answer.status == 401)
        #expect(answer.title == title)
    }

    @Test func `a refresh token is no access token`() async {
        let answer = await grant("grant_type=password&username=dev&password=dev")
        let header = [(name: "Authorization", value: "bearer \(answer["refresh_token"]?.text ?? "")")]

        #expect(await store.send("GET", "/v3/apps", as: nil, headers: header).title == "CF-InvalidAuthToken")
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar", "??>>"])
    func `base64 comes back as it went`(text: String) {
        #expect(Base64.decode(Base64.encodeForURL(Array(text.utf8))) == Array(text.utf8))
    }
}
