package import Reconciliation

/// Adds the token to requests to the API, and renews it once when the API refuses it.
///
/// A 401 executed nothing, so every method is sent again after it.
package struct AuthenticatingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let tokens: TokenSource

    package init(_ next: any HTTPTransport, tokens: TokenSource) {
        self.next = next
        self.tokens = tokens
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        guard request.audience == .api else { return try await next.send(request) }
        let token = try await unsent { () async throws(PlatformError) in try await tokens.token() }
        let response = try await next.send(request.authorized(by: token))
        guard response.status == 401, await tokens.canReplace(token) else { return response }

        let newToken = try await unsent { () async throws(PlatformError) in try await tokens.replacement(for: token) }
        switch await attempted({ () async throws(PlatformError) in try await next.send(request.authorized(by: newToken))
        })
        {
        case .success(var second):
            second.attempts += response.attempts
            return second
        case .failure(var error):
            error.attempts += response.attempts
            throw error
        }
    }

    /// Trouble with the token means that the request itself was never sent, or executed nothing.
    private func unsent(
        _ body: () async throws(PlatformError) -> AccessToken
    ) async throws(PlatformError) -> AccessToken {
        do {
            return try await body()
        } catch {
            throw error.neverSent
        }
    }
}

extension TransportRequest {
    fileprivate func authorized(by token: AccessToken) -> TransportRequest {
        var request = self
        request.headers.append(Header("Authorization", "bearer \(token.value)"))
        return request
    }
}
