/// Why a request to the platform did not give what was asked for.
///
/// It holds facts; words are made by who reports it.
package struct PlatformError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// No connection: refused, unknown host, reset, closed.
        case unreachable
        /// The server's certificate was not accepted.
        case untrustedCertificate
        /// No answer within the time-out.
        case timedOut
        /// No usable credentials, or the token endpoint refused them.
        case notLoggedIn
        /// The API refused the token twice.
        case notAuthenticated
        /// 429 for longer than we are willing to wait.
        case rateLimited
        /// Another status of 400 or above.
        case rejected
        /// The connection was closed within the answer.
        case incompleteAnswer
        /// An answer that cannot be read: not JSON, wrong types, a list that would not add up.
        case unexpectedAnswer
        /// The URL of the API cannot be used, or no API was found there.
        case invalidEndpoint
        /// The task was cancelled, by Ctrl-C.
        case cancelled
    }

    /// One entry of the server's `errors`.
    package struct APIMessage: Hashable, Sendable {
        package let title: String
        package let code: Int
        package let detail: String

        package init(title: String, code: Int, detail: String) {
            self.title = title
            self.code = code
            self.detail = detail
        }
    }

    package var code: Code
    /// `GET`, `PATCH`, ...; nil when no request was made.
    package var method: String?
    /// The path with query, or the whole URL where it is not on the API's host.
    package var path: String?
    package var status: Int?
    package var messages: [APIMessage]
    /// The response's `X-VCAP-Request-ID`.
    package var requestID: String?
    /// Seconds, from `Retry-After`.
    package var retryAfter: Int?
    /// What cannot be reached or used, where it is not the API alone: ``the proxy `proxy.example:3128` of `https_proxy` ``.
    package var place: String?
    /// What the system or the server said, in one line: `connection refused`, the start of an HTML body.
    package var cause: String?
    /// What the person can do, where the failing part knows it.
    package var help: String?
    /// How often the request was sent.
    package var attempts: Int
    /// False when nothing of the request can have reached the server: a refused connection, an unknown host, an
    /// untrusted certificate, a token that was not to be had.
    package var wasSent: Bool

    package init(_ code: Code, cause: String? = nil, help: String? = nil) {
        self.code = code
        self.cause = cause
        self.help = help
        messages = []
        attempts = 0
        wasSent = true
    }

    /// The server, or the way to it, was in trouble: the same may go well a little later.
    package var isTransient: Bool {
        switch code {
        case .timedOut, .incompleteAnswer, .unexpectedAnswer, .unreachable, .rateLimited: return true
        case .rejected: return (status ?? 0) >= 500
        case .untrustedCertificate, .notLoggedIn, .notAuthenticated, .invalidEndpoint, .cancelled: return false
        }
    }

    /// The write may have happened although no good answer came: a 5xx, or no answer at all.
    ///
    /// capi-contract: a scale or a task's POST answered with 503 may be committed.
    package var mayHaveHappened: Bool {
        guard wasSent else { return false }
        switch code {
        case .timedOut, .incompleteAnswer, .unexpectedAnswer, .unreachable, .cancelled: return true
        case .rejected: return (status ?? 0) >= 500
        case .untrustedCertificate, .notLoggedIn, .notAuthenticated, .rateLimited, .invalidEndpoint: return false
        }
    }
}
