import Diagnostics

/// What the token endpoint answers when it refuses (RFC 6749 section 5.2, with UAA's words).
struct TokenRefusal: Error {
    let status: Int
    let error: String
    let description: String

    static let badCredentials = TokenRefusal(status: 401, error: "unauthorized", description: "Bad credentials")
    static let badClient = TokenRefusal(status: 401, error: "invalid_client", description: "Bad credentials")
    static let badRefreshToken = TokenRefusal(
        status: 401,
        error: "invalid_token",
        description: "The token expired, was revoked, or the token ID is incorrect."
    )

    var answer: Answer {
        Answer.json(status, contentType: "application/json;charset=UTF-8") { writer in
            writer.object { writer in
                writer.text("error", error)
                writer.text("error_description", description)
            }
        }
    }
}

extension Store {
    /// `POST /oauth/token`.
    func issueToken(_ request: IncomingRequest) -> Answer {
        do throws(TokenRefusal) {
            let form = Query(String(decoding: request.body, as: UTF8.self))
            let query = Query(request.query)
            let parameters = TokenParameters(form: form, query: query, authorization: request.header("authorization"))
            return try grant(parameters)
        } catch {
            return error.answer
        }
    }

    private func grant(_ parameters: TokenParameters) throws(TokenRefusal) -> Answer {
        switch parameters.grantType {
        case "password":
            try authenticateClient(parameters)
            return token(for: try user(parameters), clientID: parameters.clientID ?? "cf", refreshable: true)
        case "client_credentials":
            guard let id = parameters.clientID, let client = users[id], client.isClient,
                client.secret == Text(parameters.clientSecret ?? "")
            else { throw .badClient }
            return token(for: client, clientID: id, refreshable: false)
        case "refresh_token":
            try authenticateClient(parameters)
            guard let identity = tokens.identity(refresh: parameters.refreshToken ?? "", now: now),
                let user = users[identity.userGUID]
            else { throw .badRefreshToken }
            return token(for: user, clientID: identity.clientID, refreshable: true)
        case nil:
            throw TokenRefusal(status: 400, error: "invalid_request", description: "Missing grant type")
        case let other?:
            throw TokenRefusal(
                status: 400,
                error: "unsupported_grant_type",
                description: "Unsupported grant type: \(other)"
            )
        }
    }

    /// The client of people is `cf` with an empty secret; others are those of the seed.
    private func authenticateClient(_ parameters: TokenParameters) throws(TokenRefusal) {
        let secret = Text(parameters.clientSecret ?? "")
        guard let id = parameters.clientID else { throw .badClient }
        if id == "cf", secret.isEmpty { return }
        guard let client = users[id], client.isClient, client.secret == secret else { throw .badClient }
    }

    private func user(_ parameters: TokenParameters) throws(TokenRefusal) -> UserRow {
        let origin = parameters.origin ?? "uaa"
        let named = users.all.lazy.compactMap { self.users[position: $0] }.first { user in
            !user.isClient && user.name.caseFolded == Text(parameters.userName ?? "").caseFolded
                && user.origin == Text(origin)
        }
        guard let named, named.secret == Text(parameters.password ?? "") else { throw .badCredentials }
        return named
    }

    private func token(for user: UserRow, clientID: String, refreshable: Bool) -> Answer {
        let now = now
        let identity = Identity(
            userGUID: user.guid,
            userName: user.name.string,
            clientID: clientID,
            origin: user.origin.string,
            email: user.email.string,
            scopes: user.scopes,
            isClient: user.isClient
        )
        let access = makeAccessToken(identity)
        let refresh = makeGUID() + "-r"
        if refreshable {
            let grant = TokenBook.Grant(identity: identity, expiresAt: now.advanced(by: options.refreshTokenLifetime))
            tokens.add(refresh: refresh, grant)
        }
        let id = makeGUID()
        return Answer.json(200, contentType: "application/json;charset=UTF-8") { writer in
            writer.object { writer in
                writer.text("access_token", access)
                writer.text("token_type", "bearer")
                if refreshable { writer.text("refresh_token", refresh) }
                writer.number("expires_in", options.tokenLifetime)
                writer.text("scope", user.scopes.joined(separator: " "))
                writer.text("jti", id)
            }
        }.adding([("Cache-Control", "no-store")])
    }

    /// A signed-looking JWT; that it was issued here is looked up, not verified.
    func makeAccessToken(_ identity: Identity) -> String {
        let now = now
        let expiry = now.advanced(by: options.tokenLifetime)
        var claims: JSONObject = JSONObject()
        claims["jti"] = .text(makeGUID())
        claims["sub"] = .text(identity.userGUID)
        claims["scope"] = .list(identity.scopes.map { .text($0) })
        claims["client_id"] = .text(identity.clientID)
        claims["cid"] = .text(identity.clientID)
        claims["grant_type"] = .text(identity.isClient ? "client_credentials" : "password")
        if !identity.isClient {
            claims["user_id"] = .text(identity.userGUID)
            claims["user_name"] = .text(identity.userName)
            claims["email"] = .text(identity.email)
            claims["origin"] = .text(identity.origin)
        }
        claims["iat"] = .number(String(now.seconds))
        claims["exp"] = .number(String(expiry.seconds))
        claims["iss"] = .text(baseURL + "/oauth/token")
        claims["aud"] = ["cloud_controller", "openid", "cf"]
        let header: JSONValue = ["alg": "RS256", "kid": "sandbox", "typ": "JWT"]
        let signature = Array((makeGUID() + makeGUID()).utf8)
        let parts = [header.bytes, JSONValue.object(claims).bytes, signature]
        let token = parts.map(Base64.encodeForURL).joined(separator: ".")
        tokens.add(access: token, TokenBook.Grant(identity: identity, expiresAt: expiry), now: now)
        return token
    }

    /// An access token of a seeded user or client, without asking the token endpoint.
    package func accessToken(for name: String) -> String? {
        guard let user = users.all.lazy.compactMap({ self.users[position: $0] }).first(where: { $0.name == Text(name) })
        else { return nil }
        let clientID = user.isClient ? user.guid : "cf"
        return makeAccessToken(
            Identity(
                userGUID: user.guid,
                userName: user.name.string,
                clientID: clientID,
                origin: user.origin.string,
                email: user.email.string,
                scopes: user.scopes,
                isClient: user.isClient
            )
        )
    }
}
