package import Reconciliation

/// What talking to the platform has cost so far.
package struct RequestCosts: Hashable, Sendable {
    /// What the server's rate limiter last said (`cloud_controller_ng middleware/base_rate_limiter.rb`).
    package struct RateLimit: Hashable, Sendable {
        package var limit: Int
        /// An estimate in steps of a tenth of the limit.
        package var remaining: Int
        /// Seconds since 1970.
        package var reset: Int?
    }

    /// Requests sent, each try counted, those for tokens included.
    package var requests = 0
    /// Requests sent that were neither GET nor for a token.
    package var writes = 0
    /// Nil where the server has no rate limit.
    package var rateLimit: RateLimit?
}

/// Keeps count of the requests of one platform, and of what the server remarked on the way.
package actor RequestCount {
    package private(set) var costs = RequestCosts()
    private var warnings = ServerWarnings()

    package init() {}

    func sending(_ request: TransportRequest) {
        costs.requests += 1
        if request.audience == .api, request.method != .get { costs.writes += 1 }
    }

    /// The warnings since this was asked for last, each once, cleaned.
    package func takeWarnings() -> [String] { warnings.take() }

    func received(_ response: TransportResponse) {
        warnings.add(response)
        guard let limit = response.header("X-RateLimit-Limit").flatMap({ Int($0) }),
            let remaining = response.header("X-RateLimit-Remaining").flatMap({ Int($0) })
        else { return }
        let reset = response.header("X-RateLimit-Reset").flatMap { Int($0) }
        costs.rateLimit = RequestCosts.RateLimit(limit: limit, remaining: remaining, reset: reset)
    }
}

/// Tells a `RequestCount` of every request that is really sent.
package struct CountingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let count: RequestCount

    package init(_ next: any HTTPTransport, count: RequestCount) {
        self.next = next
        self.count = count
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        await count.sending(request)
        let response = try await next.send(request)
        await count.received(response)
        return response
    }
}
