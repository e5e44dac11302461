package import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A token that the API takes.
package struct AccessToken: Hashable, Sendable {
    package let value: String
    package let claims: TokenClaims
    /// Seconds since 1970, by our own clock, from when on a new one is fetched; nil when it is not known to end.
    package let usableUntil: Double?
}

/// Keeps a token that is valid, in memory alone, and gets a new one when it is about to expire or was refused.
///
/// However many requests ask, one token request is in flight at a time.
package actor TokenSource {
    private let credentials: Credentials
    private let grants: TokenGrants
    /// Seconds since 1970.
    private let now: @Sendable () -> Double
    private var current: AccessToken?
    private var refreshToken: String?
    private var pending: Task<Result<AccessToken, PlatformError>, Never>?

    package init(
        _ credentials: Credentials,
        login: Endpoint,
        transport: any HTTPTransport,
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.credentials = credentials
        self.now = now
        grants = TokenGrants(transport: transport, login: login)
        if case .session(let session) = credentials.grant, !session.refreshToken.isEmpty {
            refreshToken = session.refreshToken
        }
    }

    /// A token that stays valid long enough for a request.
    package func token() async throws(PlatformError) -> AccessToken {
        if let current, isUsable(current) { return current }
        return try await renewed()
    }

    /// Another token than the one that the API refused.
    package func replacement(for refused: AccessToken) async throws(PlatformError) -> AccessToken {
        // Another request may have been refused with the same token and have renewed it already.
        if let current, current.value != refused.value, isUsable(current) { return current }
        return try await renewed()
    }

    /// Whether there is a way to get another token than this one.
    package func canReplace(_ token: AccessToken) -> Bool {
        if let current, current.value != token.value { return true }
        return switch credentials.grant {
        case .password, .clientCredentials: true
        case .accessToken: false
        case .session(let session): refreshToken != nil || session.repeatsClientCredentials
        }
    }

    private func isUsable(_ token: AccessToken) -> Bool {
        token.usableUntil.map { now() < $0 } ?? true
    }

    private func renewed() async throws(PlatformError) -> AccessToken {
        // Unstructured on purpose: a cancelled request must not take the token away from the others that wait for it.
        let task = pending ?? Task { await fetchOnce() }
        pending = task
        return try await task.value.get()
    }

    private func fetchOnce() async -> Result<AccessToken, PlatformError> {
        let result = await attempted { () async throws(PlatformError) in try await fetch() }
        pending = nil
        return result
    }

    private func fetch() async throws(PlatformError) -> AccessToken {
        if current == nil, let given = try givenToken() {
            current = given
            return given
        }
        let tokens = try await granted()
        guard let claims = TokenClaims(token: tokens.access) else {
            throw PlatformError(
                .unexpectedAnswer,
                cause: "the `access_token` of \(grants.login.url) is no JSON Web Token"
            )
            .neverSent
        }
        if let refresh = tokens.refresh, !refresh.isEmpty { refreshToken = refresh }
        let token = AccessToken(value: tokens.access, claims: claims, usableUntil: usableUntil(claims, tokens.lifetime))
        current = token
        return token
    }

    /// The token that came with the credentials, while it is of use.
    private func givenToken() throws(PlatformError) -> AccessToken? {
        switch credentials.grant {
        case .password, .clientCredentials: return nil
        case .accessToken(let value):
            guard let claims = TokenClaims(token: value) else {
                throw notLoggedIn("the access token is no JSON Web Token")
            }
            if let end = claims.expiresAt, end <= now() { throw notLoggedIn("the access token has expired") }
            // It cannot be renewed, so it is used to its end.
            return AccessToken(value: value, claims: claims, usableUntil: nil)
        case .session(let session):
            guard let claims = TokenClaims(token: session.accessToken) else { return nil }
            let token = AccessToken(
                value: session.accessToken,
                claims: claims,
                usableUntil: claims.expiresAt.map { $0 - 60 }
            )
            return isUsable(token) ? token : nil
        }
    }

    private func granted() async throws(PlatformError) -> TokenGrants.Tokens {
        switch credentials.grant {
        case .password(let username, let password, let origin):
            if let tokens = await refreshed(client: "cf", secret: "") { return tokens }
            return try await explained("check the user name and the password") { () async throws(PlatformError) in
                try await grants.password(username, password, origin: origin)
            }
        case .clientCredentials(let id, let secret):
            return try await explained("check the client's id and its secret") { () async throws(PlatformError) in
                try await grants.clientCredentials(id, secret)
            }
        case .accessToken: throw notLoggedIn("the access token is not accepted any more")
        case .session(let session): return try await granted(for: session)
        }
    }

    private func granted(for session: CLISession) async throws(PlatformError) -> TokenGrants.Tokens {
        if session.repeatsClientCredentials {
            return try await explained(loginHelp) { () async throws(PlatformError) in
                try await grants.clientCredentials(session.client, session.clientSecret)
            }
        }
        guard let token = refreshToken else {
            let isClient = session.grantType == "client_credentials"
            throw notLoggedIn(
                isClient
                    ? "the cf CLI's session of client `\(session.client)` has expired, and the CLI keeps no secret"
                    : "the cf CLI's session has expired"
            )
        }
        return try await explained(loginHelp) { () async throws(PlatformError) in
            try await grants.refresh(token, client: session.client, secret: session.clientSecret)
        }
    }

    /// Nil when there is no refresh token, or it is of no use any more: then the original grant decides.
    private func refreshed(client: String, secret: String) async -> TokenGrants.Tokens? {
        guard let token = refreshToken else { return nil }
        refreshToken = nil
        return try? await grants.refresh(token, client: client, secret: secret)
    }

    /// By our own clock: the time that the token has left counts from now, whatever the server's clock says.
    private func usableUntil(_ claims: TokenClaims, _ lifetime: Double?) -> Double? {
        let claimed: Double? = claims.expiresAt.flatMap { end in claims.issuedAt.map { end - $0 } }
        if let lifetime = lifetime ?? claimed { return now() + lifetime - min(60, lifetime / 2) }
        return claims.expiresAt.map { $0 - 60 }
    }

    private var loginHelp: String { "log in again with `cf login`, or set `CF_USERNAME` and `CF_PASSWORD`" }

    private func notLoggedIn(_ cause: String) -> PlatformError {
        let help =
            switch credentials.grant {
            case .accessToken: "set `CF_ACCESS_TOKEN` to what `cf oauth-token` prints now"
            case .session(let session) where session.grantType == "client_credentials":
                "log in again with `cf auth`, or set `CF_CLIENT_ID` and `CF_CLIENT_SECRET`"
            case .password, .clientCredentials, .session: loginHelp
            }
        return PlatformError(.notLoggedIn, cause: cause, help: help).neverSent
    }

    private func explained(
        _ help: String,
        _ body: () async throws(PlatformError) -> TokenGrants.Tokens
    ) async throws(PlatformError) -> TokenGrants.Tokens {
        do {
            return try await body()
        } catch {
            var explained = error
            if error.code == .notLoggedIn { explained.help = credentials.advice ?? help }
            throw explained
        }
    }
}

extension CLISession {
    /// A client's session whose secret the CLI did store can be renewed without a refresh token.
    fileprivate var repeatsClientCredentials: Bool { grantType == "client_credentials" && !clientSecret.isEmpty }
}
