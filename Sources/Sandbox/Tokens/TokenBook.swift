/// The tokens that were issued: nothing else is accepted.
struct TokenBook: Sendable {
    struct Grant: Sendable {
        let identity: Identity
        let expiresAt: Timestamp
    }

    private var accessTokens: [String: Grant] = [:]
    private var refreshTokens: [String: Grant] = [:]

    mutating func add(access token: String, _ grant: Grant, now: Timestamp) {
        if accessTokens.count % 1000 == 999 { accessTokens = accessTokens.filter { $0.value.expiresAt > now } }
        accessTokens[token] = grant
    }

    mutating func add(refresh token: String, _ grant: Grant) {
        refreshTokens[token] = grant
    }

    func identity(access token: String, now: Timestamp) -> Identity? {
        accessTokens[token].flatMap { $0.expiresAt > now ? $0.identity : nil }
    }

    func identity(refresh token: String, now: Timestamp) -> Identity? {
        refreshTokens[token].flatMap { $0.expiresAt > now ? $0.identity : nil }
    }
}
