import Diagnostics
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The requests to the token endpoint, as the cf CLI sends them (`cli api/uaa/auth.go`, `refresh_token.go`).
struct TokenGrants: Sendable {
    let transport: any HTTPTransport
    let login: Endpoint

    /// What the endpoint gave.
    struct Tokens: Sendable {
        let access: String
        let refresh: String?
        /// Seconds.
        let lifetime: Double?
    }

    func password(_ username: String, _ password: String, origin: String?) async throws(PlatformError) -> Tokens {
        var path = "/oauth/token"
        if let origin {
            let hint = JSON.object([.init("origin", .text(.init(origin)))]).compact
            path += "?login_hint=\(PercentEncoding.once(hint))"
        }
        return try await send(
            [("grant_type", "password"), ("username", username), ("password", password)],
            path: path,
            client: ("cf", "")
        )
    }

    func clientCredentials(_ id: String, _ secret: String) async throws(PlatformError) -> Tokens {
        try await send([("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
    }

    func refresh(_ token: String, client: String, secret: String) async throws(PlatformError) -> Tokens {
        try await send([("grant_type", "refresh_token"), ("refresh_token", token)], client: (client, secret))
    }

    private func send(
        _ form: [(name: String, value: String)],
        path: String = "/oauth/token",
        client: (id: String, secret: String)? = nil
    ) async throws(PlatformError) -> Tokens {
        var request = TransportRequest(.post, path, of: login, audience: .login)
        request.headers.append(.init("Content-Type", "application/x-www-form-urlencoded"))
        if let client {
            let basic = Data("\(client.id):\(client.secret)".utf8).base64EncodedString()
            request.headers.append(.init("Authorization", "Basic \(basic)"))
        }
        let pairs = form.map { "\($0.name)=\(PercentEncoding.once($0.value))" }
        request.body = Array(pairs.joined(separator: "&").utf8)
        // A second token harms nobody.
        request.isRepeatable = true
        let response = try await transport.send(request)
        guard response.status == 200 else { throw refusal(of: request, response) }
        guard let wire = try? JSONDecoder().decode(WireTokens.self, from: Data(response.body)) else {
            throw PlatformError(.unexpectedAnswer, cause: "the answer holds no `access_token`").about(request, response)
        }
        return Tokens(access: wire.access, refresh: wire.refresh, lifetime: wire.lifetime)
    }

    private func refusal(of request: TransportRequest, _ response: TransportResponse) -> PlatformError {
        var error = PlatformError.rejection(of: request, response)
        // RFC 6749, 5.2: 400 and 401 say that the credentials are wrong.
        guard response.status == 400 || response.status == 401 else { return error }
        error.code = .notLoggedIn
        error.cause = ServerWords(response.body).cause ?? error.cause
        return error
    }
}

private struct WireTokens: Decodable {
    let access: String
    let refresh: String?
    let lifetime: Double?

    enum CodingKeys: String, CodingKey {
        case access = "access_token"
        case refresh = "refresh_token"
        case lifetime = "expires_in"
    }
}
