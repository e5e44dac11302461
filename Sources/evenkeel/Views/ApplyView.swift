import Diagnostics
import Reconciliation
import Synchronization

/// Shows an apply as it goes on: a line for each operation that ends, and the closing line.
///
/// Where stderr is a terminal, what is in work stands there as lines that are drawn over themselves.
struct ApplyView: Sendable {
    private let console: Console
    private let isText: Bool
    private let isDryRun: Bool
    private let style: TextStyle
    /// Nil where stderr is no terminal.
    private let progress: ApplyProgress?
    private let inFlight = OperationsInFlight()

    init(desk: Desk, isDryRun: Bool, plan: Plan) {
        console = desk.console
        isText = desk.format == .text
        self.isDryRun = isDryRun
        style = desk.output.style(of: .output, on: desk.console)
        let isLive =
            desk.console.errorIsTerminal && !isDryRun && !(plan.operations.isEmpty && plan.waits.isEmpty)
        let errorStyle = desk.output.style(of: .error, on: desk.console)
        progress = isLive ? ApplyProgress(console: desk.console, style: errorStyle, total: plan.operations.count) : nil
    }

    /// Sets it apart from the plan above.
    func begin() {
        if isText { console.print("") }
    }

    func show(_ event: Applier.Event) {
        if !isDryRun { inFlight.take(event) }
        if let progress {
            progress.show(event) {
                if case .ended(let operation, let outcome, let duration) = event { show(operation, outcome, duration) }
            }
            return
        }
        switch event {
        case .began: break
        case .ended(let operation, let outcome, let duration): show(operation, outcome, duration)
        case .waiting(let address, let what), .held(let address, let what):
            console.talk("  ...    \(FieldText.value(Text("\(address)"))): \(cleaned(what))")
        }
    }

    /// Somebody has pressed Ctrl-C: it takes as long as the requests in flight.
    func interrupt() {
        if let progress {
            progress.interrupt()
        } else {
            console.talk("Interrupted: what is in flight is ended and reported; a second Ctrl-C ends at once.")
        }
    }

    /// Leaves the terminal as it should be, and says what nobody waits for any more.
    func abandon() {
        progress?.close()
        let (asked, held) = (inFlight.operations, inFlight.held)
        guard !asked.isEmpty || !held.isEmpty else { return }
        var lead = "Ended at once. "
        if !asked.isEmpty {
            console.talk(lead + "What was in flight may have happened:")
            for operation in asked { console.talk("  \(words(for: operation))") }
            lead = ""
        }
        if !held.isEmpty {
            console.talk(lead + "What had to wait was not asked of the server:")
            for operation in held { console.talk("  \(words(for: operation))") }
        }
        console.talk("`evenkeel plan` shows what is left to do.")
    }

    private func show(_ operation: Plan.Operation, _ outcome: Outcome, _ duration: Duration) {
        guard isText else { return }
        let subject = words(for: operation)
        let time = "(\(tenths(duration)) s)"
        switch outcome {
        case .applied(let note): line(style.paint("done", .green), "   ", subject, time, note)
        case .inPlace(let note): line(style.paint("done", .green), "   ", subject, time, note ?? "found in place")
        case .failed(let diagnostic): line(style.paint("failed", .red), " ", subject, time, diagnostic.code.rawValue)
        case .wouldSend(let requests):
            for request in requests {
                console.print("  \(request.method.rawValue) \(cleaned(request.path))")
                if let body = request.body { console.print("      \(cleaned(body.compact))") }
            }
        case .postponed, .notAttempted: break
        }
    }

    private func words(for operation: Plan.Operation) -> String {
        let address = FieldText.value(Text("\(operation.address)"))
        return "\(operation.action.rawValue) \(address)\(fields(of: operation))"
    }

    /// Always the same closing lines, then the commands that make what was applied live.
    func close(_ report: ApplyReport) {
        progress?.close()
        guard isText else { return }
        if report.entries.contains(where: { $0.outcome != .notAttempted }) { console.print("") }
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
        console.print("  \(word)\(gap)\(subject) \(time)\(note.map { " \(cleaned($0))" } ?? "")")
    }

    /// Which fields an update is about: a resource can have several.
    private func fields(of operation: Plan.Operation) -> String {
        guard operation.action == .update else { return "" }
        if operation.request.kind == .assignDroplet { return ": assigned" }
        if operation.changes.isEmpty { return operation.marksRestart ? ": restart owed" : ": record" }
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

/// The operations that have begun and not ended.
private final class OperationsInFlight: Sendable {
    private let state = Mutex<[Plan.Operation]>([])
    private let waiting = Mutex<[Plan.Operation]>([])

    var operations: [Plan.Operation] { state.withLock { $0 } }

    /// Those of which nothing was asked yet.
    var held: [Plan.Operation] { waiting.withLock { $0 } }

    func take(_ event: Applier.Event) {
        switch event {
        case .began(let operation):
            forget(operation.address)
            state.withLock { $0.append(operation) }
        case .ended(let operation, _, _): forget(operation.address)
        // The app is waited for, so nothing of it is under way.
        case .waiting(let address, _) where address.part == .app: forget(address)
        case .waiting: break
        case .held(let address, _):
            let held = operations.filter { $0.address == address }
            forget(address)
            waiting.withLock { $0 += held }
        }
    }

    /// The operations of an app run one after the other.
    private func forget(_ address: Address) {
        let app = address.appending(.app)
        state.withLock { $0.removeAll { $0.address.appending(.app) == app } }
        waiting.withLock { $0.removeAll { $0.address.appending(.app) == app } }
    }
}
