/// When a request is sent again, and after how long.
///
/// A pure decision; the transport of `CloudController` does the sending and the waiting.
package struct RetryRules: Hashable, Sendable {
    /// What came of one try.
    package enum Outcome: Hashable, Sendable {
        /// Any answer, with the seconds of its `Retry-After`.
        case status(Int, retryAfter: Int?)
        /// No answer: the connection was reset or closed, or the time-out ran out.
        case noAnswer(PlatformError.Code)
    }

    package enum Decision: Hashable, Sendable {
        /// The outcome stands.
        case accept
        case repeatAfter(Duration)
    }

    /// Tries of a request that may be repeated, the first one included.
    package var attempts: Int
    /// Tries of a request that ran into its time-out: each costs as long as the time-out.
    package var attemptsAfterTimeOut: Int
    /// The longest wait before the second try; it doubles from try to try.
    package var firstDelay: Duration
    /// No single wait but that of a `Retry-After` is longer.
    package var longestDelay: Duration
    /// What all waits of one request for the end of a rate limit may add up to.
    package var maxWait: Duration

    package init(
        attempts: Int = 4,
        attemptsAfterTimeOut: Int = 2,
        firstDelay: Duration = .milliseconds(500),
        longestDelay: Duration = .seconds(8),
        maxWait: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.attemptsAfterTimeOut = attemptsAfterTimeOut
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.maxWait = maxWait
    }

    /// Whether to send again after try number `attempt`, counted from 1.
    ///
    /// `isRepeatable` is true for reads and PATCH: sending them twice leaves what sending them once leaves.
    /// `waited` is how long this request has waited for rate limits already; `random` is 0 or more and less than 1.
    package func decision(
        after outcome: Outcome,
        isRepeatable: Bool,
        attempt: Int,
        waited: Duration,
        random: Double
    ) -> Decision {
        switch outcome {
        case .status(429, let retryAfter):
            // Nothing was executed, so every method may be repeated.
            let delay =
                retryAfter.map { Duration.seconds(max(0, $0)) + jittered(firstDelay, random) }
                ?? backOff(attempt, random)
            return waited + delay <= maxWait ? .repeatAfter(delay) : .accept
        case .status(500, _), .status(502, _), .status(503, _), .status(504, _), .noAnswer(.unreachable),
            .noAnswer(.incompleteAnswer):
            guard isRepeatable, attempt < attempts else { return .accept }
        case .noAnswer(.timedOut):
            guard isRepeatable, attempt < attemptsAfterTimeOut else { return .accept }
        case .status, .noAnswer:
            return .accept
        }
        return .repeatAfter(backOff(attempt, random))
    }

    private func backOff(_ attempt: Int, _ random: Double) -> Duration {
        let doublings = min(attempt - 1, 20)
        return jittered(min(longestDelay, firstDelay * (1 << doublings)), random)
    }

    /// Between half of the delay and all of it, so that many clients do not come back at once.
    private func jittered(_ delay: Duration, _ random: Double) -> Duration {
        delay / 2 + delay / 2 * random
    }
}
