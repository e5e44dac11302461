import CloudController
import Diagnostics
import Reconciliation

/// Where `plan` and `apply` lay out what they found: the plan on stdout, diagnostics and costs on stderr.
struct Desk {
    let console: Console
    let output: OutputOptions
    let format: PlanFormat

    /// Nothing could be asked of the platform.
    func refuse(_ refusal: Preparation.Refusal) -> ExitStatus {
        close(AnswerDocument(diagnostics: refusal.diagnostics), sources: refusal.sources)
        return refusal.status
    }

    /// The platform did not answer well enough for a plan.
    func fail(_ error: PlatformError, _ preparation: Preparation) -> ExitStatus {
        close(
            AnswerDocument(diagnostics: preparation.diagnostics + [preparation.diagnostic(about: error)]),
            sources: preparation.sources
        )
        return error.code == .cancelled ? .interrupted : .failure
    }

    /// The plan for people; programs get it with everything else at the end.
    func print(_ plan: Plan, _ diagnostics: [Diagnostic] = []) {
        switch format {
        case .text:
            let style = output.style(of: .output, on: console)
            for line in PlanTextView(plan: plan, style: style).lines { console.print(line) }
        case .markdown: console.writeOutput(PlanMarkdownView(plan: plan, diagnostics: diagnostics).text)
        case .html: console.writeOutput(PlanHTMLView(plan: plan, diagnostics: diagnostics).text)
        case .json: break
        }
    }

    /// What it has cost and will cost.
    func talk(_ costs: RequestCosts, _ plan: Plan) {
        guard format != .json else { return }
        var line = "\(costs.requests) \(costs.requests == 1 ? "request" : "requests") made, "
        line += "\(plan.writes) \(plan.writes == 1 ? "write" : "writes") to do"
        if let limit = costs.rateLimit { line += ", about \(limit.remaining) of \(limit.limit) requests left" }
        console.talk(line)
    }

    /// Shows diagnostics ahead of the end, where somebody has to decide with them in sight.
    func report(_ diagnostics: [Diagnostic], sources: SourceFiles) {
        Reporter(console: console, options: output, sources: sources).report(diagnostics)
    }

    /// Ends the answer: diagnostics that were not shown yet, and for programs the document.
    func close(_ document: AnswerDocument, sources: SourceFiles, shown: [Diagnostic] = []) {
        let reporter = Reporter(console: console, options: output, sources: sources)
        if format == .json { console.writeOutput(document.text) }
        let known = Set(shown)
        reporter.report(document.diagnostics.filter { !known.contains($0) })
        reporter.close(document.diagnostics)
    }
}
