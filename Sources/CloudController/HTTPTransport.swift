package import Reconciliation

/// Sends one request and gives its answer, whatever the status.
///
/// The seam for effects: `LiveTransport` talks to the network, the others in `Transports/` wrap a transport and add one
/// behaviour each, and tests pass a closure. What they throw means that there was no answer.
package protocol HTTPTransport: Sendable {
    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse
}

/// A request as a value.
package struct TransportRequest: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Who is asked; only the API is shown the token.
    package enum Audience: Hashable, Sendable {
        case api
        case login
    }

    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var audience: Audience
    package var method: Method
    package var endpoint: Endpoint
    /// With the query, percent-encoded, beginning with `/`.
    package var path: String
    package var headers: [Header]
    package var body: [UInt8]?
    /// Shorter than the usual time-out where this is set.
    package var timeout: Duration?
    /// It is not sent any more after this, whatever it waited for: a token, the end of a rate limit.
    package var deadline: ContinuousClock.Instant?
    /// Sending it twice leaves what sending it once leaves.
    package var isRepeatable: Bool
    /// A time-out, 502, 504 or an answer that breaks off is not worth another try: who sent it will ask for less.
    package var givesUpWhenSlow = false

    package init(
        _ method: Method,
        _ path: String,
        of endpoint: Endpoint,
        audience: Audience = .api
    ) {
        self.audience = audience
        self.method = method
        self.endpoint = endpoint
        self.path = path
        headers = [Header("Accept", "application/json")]
        // A DELETE of an instance takes another one away each time.
        isRepeatable = method == .get || method == .patch
    }

    /// As people are shown it: the path alone on the API's host, as it is sent, else the whole URL.
    package var shownPath: String {
        switch audience {
        case .api: endpoint.prefix + path
        case .login: endpoint.url + path
        }
    }
}

/// An answer, of any status.
package struct TransportResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [TransportRequest.Header]
    package var body: [UInt8]
    /// How often the request was sent until this came.
    package var attempts: Int

    package init(status: Int, headers: [TransportRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
        attempts = 1
    }

    /// The first header of that name; names are compared without regard to case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    package var requestID: String? { header("X-VCAP-Request-ID") }

    /// Seconds; nil when the header is missing or a date, which the Cloud Controller never sends.
    package var retryAfter: Int? { header("Retry-After").flatMap { Int($0) } }
}
