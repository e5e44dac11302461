package import Diagnostics

/// What became of one operation.
package enum Outcome: Hashable, Sendable {
    /// Sent and confirmed by the server's answer; the note says what was unusual about it.
    case applied(note: String?)
    /// Nothing was sent, or what was sent was found to have happened already.
    case inPlace(note: String?)
    /// The platform cannot write; this is what it would have been sent.
    case wouldSend([Request])
    /// A deployment that somebody else started keeps the app from being changed; no report holds it in the end.
    case postponed(ObservedDeployment)
    case failed(Diagnostic)
    case notAttempted
}

/// What became of every operation of a plan, in the plan's order.
package struct ApplyReport: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let operation: Plan.Operation
        package let outcome: Outcome

        package init(_ operation: Plan.Operation, _ outcome: Outcome) {
            self.operation = operation
            self.outcome = outcome
        }
    }

    package let entries: [Entry]
    /// What went wrong beside the operations.
    package var problems: [Diagnostic] = []
    /// What was planned again on the way, after a wait for a deployment.
    package var laterPlans: [Plan] = []

    package init(entries: [Entry]) {
        self.entries = entries
    }

    /// The report of operations that something kept from being attempted.
    package init(notAttempting operations: [Plan.Operation], because problems: [Diagnostic] = []) {
        entries = operations.map { Entry($0, .notAttempted) }
        self.problems = problems
    }

    package var diagnostics: [Diagnostic] { failures + problems }

    private var failures: [Diagnostic] {
        entries.compactMap { if case .failed(let diagnostic) = $0.outcome { diagnostic } else { nil } }
    }

    /// The operations that hold now: sent, or found in place.
    package var applied: [Plan.Operation] {
        entries.compactMap { entry in
            switch entry.outcome {
            case .applied, .inPlace: entry.operation
            case .wouldSend, .failed, .postponed, .notAttempted: nil
            }
        }
    }

    package var notAttempted: Int { entries.count { $0.outcome == .notAttempted } }

    /// Scripts rely on this line.
    package var line: String {
        let failed = failures.count
        var line = "Applied \(applied.count) of \(entries.count) \(entries.count == 1 ? "operation" : "operations")"
        if failed + notAttempted > 0 { line += "; \(failed) failed, \(notAttempted) not attempted" }
        return line + "."
    }
}
