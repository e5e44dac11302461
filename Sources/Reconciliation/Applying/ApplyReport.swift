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

    /// One report after the other.
    func followed(by other: ApplyReport) -> ApplyReport {
        var report = ApplyReport(entries: entries + other.entries)
        report.problems = problems + other.problems
        report.laterPlans = laterPlans + other.laterPlans
        return report
    }

    /// What was done, and the operations that wait for a deployment which began after the plan was made.
    ///
    /// Those and all later ones of their apps are planned again, so that the report forgets them.
    func separatingPostponed() -> (done: ApplyReport, waits: [Plan.Wait], operations: [Plan.Operation]) {
        var waits: [Address: Plan.Wait] = [:]
        var kept: [Entry] = []
        var operations: [Plan.Operation] = []
        for entry in entries {
            let app = entry.operation.address.appending(.app)
            if case .postponed(let deployment) = entry.outcome {
                waits[app] = Plan.Wait(address: app, origin: entry.operation.origin, deployment: deployment)
            }
            if waits[app] == nil { kept.append(entry) } else { operations.append(entry.operation) }
        }
        var done = ApplyReport(entries: kept)
        done.problems = problems
        done.laterPlans = laterPlans
        return (done, waits.values.sorted { $0.address < $1.address }, operations)
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
