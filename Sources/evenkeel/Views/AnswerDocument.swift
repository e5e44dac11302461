import CloudController
import Diagnostics
import Reconciliation

/// The one document that `--format json` writes to stdout.
struct AnswerDocument {
    var plan: Plan?
    var diagnostics: [Diagnostic] = []
    var report: ApplyReport?
    var costs: RequestCosts?
    /// Nil when nobody asked for them.
    var leftovers: [Leftover]?

    var text: String {
        var members = [
            JSON.Member("format_version", .number(Plan.formatVersion)),
            JSON.Member("plan", plan.map { PlanDocument(plan: $0).json } ?? .null),
            JSON.Member("diagnostics", .list(diagnostics.inOrder.map(DiagnosticDocument.json))),
            JSON.Member("summary", plan.map { PlanDocument(plan: $0).summary } ?? .null),
        ]
        if let report { members.append(JSON.Member("apply", applied(report))) }
        if let leftovers { members.append(JSON.Member("leftovers", LeftoversView(leftovers: leftovers).json)) }
        members.append(JSON.Member("run", run))
        return JSON.object(members).pretty + "\n"
    }

    private func applied(_ report: ApplyReport) -> JSON {
        [
            "text": .text(Text(report.line)),
            "applied": .number(report.applied.count),
            "failed": .number(report.diagnostics.count),
            "not_attempted": .number(report.notAttempted),
            "operations": .list(report.entries.map(entry)),
        ]
    }

    private func entry(_ entry: ApplyReport.Entry) -> JSON {
        var members = [
            JSON.Member("address", .text(Text("\(entry.operation.address)"))),
            JSON.Member("step", .text(Text(entry.operation.step.rawValue))),
        ]
        switch entry.outcome {
        case .applied(let note): members += outcome("applied", note)
        case .inPlace(let note): members += outcome("in_place", note)
        case .failed(let diagnostic): members += outcome("failed", diagnostic.message)
        case .postponed, .notAttempted: members += outcome("not_attempted", nil)
        case .wouldSend(let requests):
            members += outcome("would_send", nil)
            members.append(JSON.Member("requests", .list(requests.map(PlanDocument.request))))
        }
        return .object(members)
    }

    private func outcome(_ word: String, _ note: String?) -> [JSON.Member] {
        [JSON.Member("outcome", .text(Text(word))), JSON.Member("note", note.map { .text(Text($0)) } ?? .null)]
    }

    /// What it cost; outside `plan`, since it never repeats.
    private var run: JSON {
        guard let costs else { return .null }
        return [
            "requests": .number(costs.requests),
            "writes": .number(costs.writes),
            "writes_to_do": .number(plan?.writes ?? 0),
            "rate_limit_remaining": costs.rateLimit.map { .number($0.remaining) } ?? .null,
        ]
    }
}
