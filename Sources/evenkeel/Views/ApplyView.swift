import Diagnostics
import Reconciliation

/// Shows an apply as it goes on: a line for each operation that ends, and the closing line.
struct ApplyView: Sendable {
    private let console: Console
    private let isText: Bool
    private let isDryRun: Bool
    private let style: TextStyle

    init(desk: Desk, isDryRun: Bool) {
        console = desk.console
        isText = desk.work.format == .text
        self.isDryRun = isDryRun
        style = desk.work.output.style(of: .output, on: desk.console)
        if isText { console.print("") }
    }

    func show(_ event: Applier.Event) {
        switch event {
        case .ended(let operation, let outcome, let duration): show(operation, outcome, duration)
        case .waiting(let address, let what):
            console.talk("  ...    \(FieldText.value(Text("\(address)"))): \(what)")
        }
    }

    private func show(_ operation: Plan.Operation, _ outcome: Outcome, _ duration: Duration) {
        guard isText else { return }
        let address = FieldText.value(Text("\(operation.address)"))
        let subject = "\(operation.action.rawValue) \(address)\(fields(of: operation))"
        let time = "(\(tenths(duration)) s)"
        switch outcome {
        case .applied(let note): line(style.paint("done", .green), "   ", subject, time, note)
        case .inPlace(let note): line(style.paint("done", .green), "   ", subject, time, note ?? "found in place")
        case .failed(let diagnostic): line(style.paint("failed", .red), " ", subject, time, diagnostic.code.rawValue)
        case .wouldSend(let requests):
            for request in requests {
                console.print("  \(request.method.rawValue) \(request.path)")
                if let body = request.body { console.print("      \(body.compact)") }
            }
        case .notAttempted: break
        }
    }

    /// Always the same closing lines, then the commands that make what was applied live.
    func close(_ report: ApplyReport) {
        guard isText else { return }
        if !report.entries.isEmpty { console.print("") }
        if isDryRun {
            let count = report.entries.reduce(0) { sum, entry in
                if case .wouldSend(let requests) = entry.outcome { sum + requests.count } else { sum }
            }
            console.print("Dry run: \(count) \(count == 1 ? "request" : "requests") would be sent; nothing was sent.")
        } else {
            let advice = RestartAdvice(report.applied)
            for line in advice.lines { console.print(line) }
            if !advice.isEmpty { console.print("") }
            console.print(report.line)
        }
    }

    private func line(_ word: String, _ gap: String, _ subject: String, _ time: String, _ note: String?) {
        console.print("  \(word)\(gap)\(subject) \(time)\(note.map { " \($0)" } ?? "")")
    }

    /// Which fields an update is about: a resource can have several.
    private func fields(of operation: Plan.Operation) -> String {
        guard operation.action == .update else { return "" }
        if operation.changes.isEmpty { return ": restart owed" }
        let names = operation.changes.map { FieldText.value(Text($0.field.definition.name)) }
        let shown = names.prefix(3).joined(separator: ", ")
        return ": \(shown)\(names.count > 3 ? " and \(names.count - 3) more" : "")"
    }

    /// Seconds with one decimal, rounded down.
    private func tenths(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(seconds).\(attoseconds / 100_000_000_000_000_000)"
    }
}
