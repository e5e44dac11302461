/// The Cloud Controller's own rate limiter (`cloud_controller_ng middleware/rate_limiter.rb`), off unless given.
package struct RateLimit: Sendable {
    /// Requests of a user in a window.
    package var general: Int
    /// Requests without a valid token from an address in a window.
    package var unauthenticated: Int
    package var intervalInSeconds: Int

    package init(general: Int = 2000, unauthenticated: Int = 100, intervalInSeconds: Int = 3600) {
        self.general = general
        self.unauthenticated = unauthenticated
        self.intervalInSeconds = intervalInSeconds
    }

    /// Whole windows begin at another second for everyone.
    func window(of key: String, at now: Timestamp) -> (start: Int, end: Int) {
        let hash = key.utf8.reduce(5381) { ($0 &* 33 &+ Int($1)) & 0xffff_ffff }
        let offset = hash % max(1, intervalInSeconds)
        let index = (now.seconds - offset) / max(1, intervalInSeconds)
        let start = index * intervalInSeconds + offset
        return (start, start + intervalInSeconds)
    }

    /// The server's estimate of what is left, in steps of a tenth.
    static func shownRemaining(_ remaining: Int, of limit: Int) -> Int {
        guard limit > 0 else { return 0 }
        return max(0, remaining) * 10 / limit * limit / 10
    }
}

struct RequestCount {
    var windowStart: Int
    var count: Int
}

extension Store {
    /// What the limiter adds to an answer, or the answer in its place.
    enum RateVerdict {
        case unlimited
        case limited(headers: [(name: String, value: String)])
        case refused(Answer)
    }

    func limitRate(_ request: IncomingRequest, _ sender: Identity?, hasInvalidToken: Bool) -> RateVerdict {
        guard let limit = rateLimit else { return .unlimited }
        guard request.path.hasPrefix("/v3"), request.path != "/v3" else { return .unlimited }
        if request.header("authorization")?.lowercased().hasPrefix("basic") == true { return .unlimited }
        if let sender, sender.readsSecretsEverywhere { return .unlimited }
        let key = sender?.userGUID ?? "address"
        let maximum = sender == nil ? limit.unauthenticated : limit.general
        let now = now
        let window = limit.window(of: key, at: now)
        var count = requestCounts[key].flatMap { $0.windowStart == window.start ? $0.count : nil } ?? 0
        count += 1
        requestCounts[key] = RequestCount(windowStart: window.start, count: count)
        var headers = [
            (name: "X-RateLimit-Limit", value: String(maximum)),
            (name: "X-RateLimit-Reset", value: String(window.end)),
            (
                name: "X-RateLimit-Remaining",
                value: String(RateLimit.shownRemaining(maximum - count, of: maximum))
            ),
        ]
        guard count > maximum else { return .limited(headers: headers) }
        headers.append((name: "Retry-After", value: String(window.end - now.seconds)))
        if hasInvalidToken {
            var answer = Refusal.invalidToken.answer
            answer.headers = [("Content-Type", "application/json")]
            return .refused(answer.adding(headers))
        }
        var answer = (sender == nil ? Refusal.addressLimit : Refusal.userLimit).answer
        // the limiter does not say that it sends JSON
        answer.headers = [("Content-Type", "text/plain; charset=utf-8")]
        return .refused(answer.adding(headers))
    }
}

extension Refusal {
    static let userLimit = Refusal(
        status: 429,
        title: "CF-RateLimitExceeded",
        code: 10013,
        detail: "Rate Limit Exceeded"
    )
    static let addressLimit = Refusal(
        status: 429,
        title: "CF-IPBasedRateLimitExceeded",
        code: 10014,
        detail:
            "Rate Limit Exceeded: Unauthenticated requests from this IP address have exceeded the limit. Please log in."
    )
}
