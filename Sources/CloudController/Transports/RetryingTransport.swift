package import Reconciliation

/// Sends again what may be sent again, as `RetryRules` decide.
package struct RetryingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let rules: RetryRules
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    /// `random` gives numbers of 0 or more and less than 1.
    package init(
        _ next: any HTTPTransport,
        rules: RetryRules = RetryRules(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.next = next
        self.rules = rules
        self.clock = clock
        self.random = random
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        var attempt = 1
        var waited = Duration.zero
        while true {
            let bounded = request.bounded(by: TimeLeft.current?.duration)
            let result = await attempted { () async throws(PlatformError) in try await next.send(bounded) }
            let outcome = RetryingTransport.outcome(of: result)
            if request.givesUpWhenSlow, outcome.isSlow {
                return try RetryingTransport.counted(result, attempts: attempt).get()
            }
            let decision = rules.decision(
                after: outcome,
                isRepeatable: request.isRepeatable,
                attempt: attempt,
                waited: waited,
                random: random()
            )
            guard case .repeatAfter(let delay) = decision, request.maySend(after: delay) else {
                return try RetryingTransport.counted(result, attempts: attempt).get()
            }
            if case .status(429, _) = outcome { waited += delay }
            do {
                try await clock.sleep(for: delay)
            } catch {
                var error = PlatformError(.cancelled).about(request)
                error.attempts = attempt
                throw error
            }
            attempt += 1
        }
    }

    private static func outcome(of result: Result<TransportResponse, PlatformError>) -> RetryRules.Outcome {
        switch result {
        case .success(let response): .status(response.status, retryAfter: response.retryAfter)
        // A refused connection or an unknown host is most often a wrong address: said at once.
        case .failure(let error) where !error.wasSent && error.code == .unreachable: .noAnswer(.invalidEndpoint)
        case .failure(let error): .noAnswer(error.code)
        }
    }

    private static func counted(
        _ result: Result<TransportResponse, PlatformError>,
        attempts: Int
    ) -> Result<TransportResponse, PlatformError> {
        switch result {
        case .success(var response):
            response.attempts = attempts
            return .success(response)
        case .failure(var error):
            error.attempts = attempts
            return .failure(error)
        }
    }
}

extension TransportRequest {
    fileprivate func maySend(after delay: Duration) -> Bool {
        if let left = TimeLeft.current?.duration, delay >= left { return false }
        return deadline.map { ContinuousClock.now + delay < $0 } ?? true
    }

    /// Takes no longer than somebody waits for its answer.
    fileprivate func bounded(by left: Duration?) -> TransportRequest {
        guard let left else { return self }
        var request = self
        let limit = max(left, TimeLeft.shortest)
        request.timeout = timeout.map { min($0, limit) } ?? limit
        return request
    }
}

extension RetryRules.Outcome {
    fileprivate var isSlow: Bool {
        switch self {
        case .status(502, _), .status(504, _), .noAnswer(.timedOut), .noAnswer(.incompleteAnswer): true
        case .status, .noAnswer: false
        }
    }
}

/// The outcome of `body` as a value.
func attempted<Value: Sendable>(
    _ body: () async throws(PlatformError) -> Value
) async -> Result<Value, PlatformError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}
