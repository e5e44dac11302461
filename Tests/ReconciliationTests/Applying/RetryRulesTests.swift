import Reconciliation
import Testing

/// The table of what is sent again.
struct RetryRulesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let outcome: RetryRules.Outcome
        var isRepeatable = true
        var attempt = 1
        var waited = Duration.zero
        let decision: RetryRules.Decision

        var testDescription: String { "\(outcome), repeatable: \(isRepeatable), try \(attempt), waited \(waited)" }
    }

    private static let half = Duration.milliseconds(375)

    /// With a random number of 0.5, a delay is three quarters of its longest.
    static let cases: [Case] = [
        Case(outcome: .status(200, retryAfter: nil), decision: .accept),
        Case(outcome: .status(400, retryAfter: nil), decision: .accept),
        Case(outcome: .status(401, retryAfter: nil), decision: .accept),
        Case(outcome: .status(403, retryAfter: nil), decision: .accept),
        Case(outcome: .status(404, retryAfter: nil), decision: .accept),
        Case(outcome: .status(422, retryAfter: nil), decision: .accept),
        Case(outcome: .status(501, retryAfter: nil), decision: .accept),
        Case(outcome: .status(500, retryAfter: nil), decision: .repeatAfter(half)),
        Case(outcome: .status(502, retryAfter: nil), attempt: 2, decision: .repeatAfter(half * 2)),
        Case(outcome: .status(503, retryAfter: 30), attempt: 3, decision: .repeatAfter(half * 4)),
        Case(outcome: .status(504, retryAfter: nil), attempt: 4, decision: .accept),
        Case(outcome: .status(500, retryAfter: nil), isRepeatable: false, decision: .accept),
        Case(outcome: .status(503, retryAfter: nil), isRepeatable: false, decision: .accept),
        Case(outcome: .noAnswer(.unreachable), decision: .repeatAfter(half)),
        Case(outcome: .noAnswer(.incompleteAnswer), decision: .repeatAfter(half)),
        Case(outcome: .noAnswer(.incompleteAnswer), isRepeatable: false, decision: .accept),
        Case(outcome: .noAnswer(.unreachable), isRepeatable: false, decision: .accept),
        Case(outcome: .noAnswer(.timedOut), decision: .repeatAfter(half)),
        Case(outcome: .noAnswer(.timedOut), attempt: 2, decision: .accept),
        Case(outcome: .noAnswer(.timedOut), isRepeatable: false, decision: .accept),
        Case(outcome: .noAnswer(.untrustedCertificate), decision: .accept),
        Case(outcome: .noAnswer(.cancelled), decision: .accept),
        Case(outcome: .noAnswer(.unexpectedAnswer), decision: .accept),
        Case(outcome: .status(429, retryAfter: 5), isRepeatable: false, decision: .repeatAfter(.seconds(5) + half)),
        Case(outcome: .status(429, retryAfter: 0), attempt: 9, decision: .repeatAfter(half)),
        Case(outcome: .status(429, retryAfter: -3), decision: .repeatAfter(half)),
        Case(outcome: .status(429, retryAfter: 5), waited: .seconds(55), decision: .accept),
        Case(outcome: .status(429, retryAfter: 3600), decision: .accept),
        Case(outcome: .status(429, retryAfter: nil), isRepeatable: false, decision: .repeatAfter(half)),
        Case(outcome: .status(429, retryAfter: nil), attempt: 60, decision: .repeatAfter(.seconds(6))),
    ]

    @Test(arguments: cases)
    func `what happened decides whether the request is sent again`(example: Case) {
        let decision = RetryRules().decision(
            after: example.outcome,
            isRepeatable: example.isRepeatable,
            attempt: example.attempt,
            waited: example.waited,
            random: 0.5
        )

        #expect(decision == example.decision)
    }

    @Test func `waits differ by chance between half of the delay and all of it`() {
        let rules = RetryRules()
        let delays = [0, 0.25, 0.999].map {
            rules.decision(
                after: .status(503, retryAfter: nil),
                isRepeatable: true,
                attempt: 1,
                waited: .zero,
                random: $0
            )
        }

        #expect(delays.count == Set(delays).count)
        #expect(delays.first == .repeatAfter(rules.firstDelay / 2))
    }
}
