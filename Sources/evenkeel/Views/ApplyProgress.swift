import Diagnostics
import Reconciliation
import Synchronization

/// A few lines at the end of a terminal about an apply as it goes on, drawn over themselves: what is done, which apps are in
/// work, and what they wait for.
///
/// Whatever else is printed meanwhile stands above them; afterwards they are gone.
final class ApplyProgress: Sendable {
    private static let mostApps = 5

    private struct State {
        var done = 0
        var failed = 0
        /// What goes on in the apps that are in work.
        var work: [Address: String] = [:]
        var isInterrupted = false
        var isOver = false
        /// Lines that stand on the terminal.
        var drawn = 0
    }

    private let state = Mutex(State())
    private let console: Console
    private let style: TextStyle
    private let total: Int

    /// - Parameter total: how many operations there are.
    init(console: Console, style: TextStyle, total: Int) {
        self.console = console
        self.style = style
        self.total = total
    }

    /// Takes the event in, and prints what else there is to say about it above the lines.
    func show(_ event: Applier.Event, printing print: () -> Void) {
        state.withLock { state in
            erase(&state)
            print()
            take(event, &state)
            draw(&state)
        }
    }

    /// Says that the end is near.
    func interrupt() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isInterrupted = true
            erase(&state)
            draw(&state)
        }
    }

    /// Takes the lines away for good.
    func close() {
        state.withLock { state in
            erase(&state)
            state.isOver = true
        }
    }

    private func take(_ event: Applier.Event, _ state: inout State) {
        switch event {
        case .began(let operation):
            state.work[operation.address.appending(.app)] =
                "\(operation.action.rawValue) \(part(of: operation.address))"
        case .waiting(let address, let what), .held(let address, let what):
            let subject = address.part == .app ? "" : "\(part(of: address)): "
            state.work[address.appending(.app)] = "waiting, \(subject)\(cleaned(what))"
        case .ended(let operation, let outcome, _):
            state.work[operation.address.appending(.app)] = nil
            switch outcome {
            case .applied, .inPlace: state.done += 1
            case .failed: state.failed += 1
            case .wouldSend, .postponed, .notAttempted: break
            }
        }
    }

    /// The segments below the app, else its name.
    private func part(of address: Address) -> String {
        let segments = address.segments
        let shown = segments.count > 3 ? segments.dropFirst(3) : segments.dropFirst(2)
        return FieldText.value(Text(shown.joined(separator: "/")))
    }

    private func lines(_ state: State) -> [String] {
        // What is planned again after a wait can be more than was planned at first.
        let total = max(total, state.done + state.failed)
        var head = "  \(state.done) of \(total) \(total == 1 ? "operation" : "operations") done"
        if state.failed > 0 { head += ", " + style.paint("\(state.failed) failed", .red) }
        if state.isInterrupted {
            head += "; " + style.paint("interrupted, ending what is in flight (Ctrl-C again ends at once)", .yellow)
        }
        let apps = state.work.sorted { $0.key < $1.key }
        let shown = apps.prefix(ApplyProgress.mostApps).map { app, what in
            "    \(style.paint(FieldText.value(Text("\(app)")), .cyan)): \(what)"
        }
        let rest = apps.count - shown.count
        return [head] + shown + (rest > 0 ? ["    and \(rest) more \(rest == 1 ? "app" : "apps")"] : [])
    }

    private func draw(_ state: inout State) {
        guard !state.isOver else { return }
        let lines = lines(state)
        // A line that wraps would make two of one.
        console.writeError("\u{1b}[?7l" + lines.joined(separator: "\n") + "\u{1b}[?7h")
        state.drawn = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.drawn > 0 else { return }
        let up = state.drawn > 1 ? "\u{1b}[\(state.drawn - 1)A" : ""
        console.writeError("\r\(up)\u{1b}[J")
        state.drawn = 0
    }
}
