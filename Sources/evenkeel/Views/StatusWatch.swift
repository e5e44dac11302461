import Diagnostics
import Reconciliation

/// `status --watch`: the status drawn over itself until somebody presses Ctrl-C.
struct StatusWatch: Sendable {
    let desk: StatusDesk
    let survey: Survey
    /// Seconds.
    let interval: Int

    /// Draws what was seen first, then looks again; what was seen last stays on the terminal.
    func run(from first: Survey.View, _ interruption: Interruption) async -> ExitStatus {
        let screen = LiveScreen(console: desk.console)
        interruption.onSignal(forcedEnd: { screen.close() })
        screen.open()
        let last = await watch(from: first, on: screen)
        screen.close()
        interruption.onSignal()
        _ = desk.show(last, survey.preparation)
        return .interrupted
    }

    /// The view that was seen last when the task was cancelled.
    private func watch(from first: Survey.View, on screen: LiveScreen) async -> Survey.View {
        var view = first
        var trouble: Diagnostic?
        while true {
            screen.draw(frame(of: view, trouble))
            guard (try? await desk.console.clock.sleep(for: .seconds(interval))) != nil else { return view }
            do {
                view = try await survey.look()
                trouble = nil
            } catch {
                if Task.isCancelled { return view }
                trouble = survey.preparation.diagnostic(about: error)
            }
        }
    }

    /// The status, what could not be shown, and why it is an old one if it is.
    private func frame(of view: Survey.View, _ trouble: Diagnostic?) -> [String] {
        let preparation = survey.preparation
        let diagnostics = preparation.diagnostics + view.diagnostics
        var lines = desk.lines(of: view)
        let said = desk.lines(of: diagnostics, sources: preparation.sources)
        if !said.isEmpty { lines += [""] + said }
        if let trouble {
            lines += ["", "This is what was seen last; looking again failed:"]
            lines += desk.lines(of: [trouble], sources: preparation.sources)
        }
        return lines + ["", "Looks again every \(FieldText.duration(interval)); Ctrl-C ends it."]
    }
}
