import Diagnostics
import Reconciliation

/// A status for people.
struct StatusTextView {
    let report: StatusReport
    let style: TextStyle

    /// Every line of it; the last one is the closing line.
    var lines: [String] {
        let processRows = report.apps.map { $0.processes.map(ProcessRow.init) }
        let processWidths = TextTable.Widths(of: [ProcessRow.heading] + processRows.joined().map(\.cells))
        let taskRows = report.apps.map { $0.tasks.map(row) }
        let taskWidths = TextTable.Widths(of: [StatusTextView.taskHeading] + taskRows.joined())
        let addressWidth = TextTable.width(of: report.apps.map { text(of: $0.address) })
        let table = TextTable(style: style, indentation: "  ")

        var lines = [heading, ""]
        for (app, (processes, tasks)) in zip(report.apps, zip(processRows, taskRows)) {
            lines.append(headline(of: app, addressWidth))
            if !processes.isEmpty { lines.append(table.line(ProcessRow.heading, processWidths)) }
            for process in processes {
                lines.append(table.line(process.cells, processWidths))
                lines += process.remarks.map { "      \($0)" }
            }
            if !tasks.isEmpty { lines.append(table.line(StatusTextView.taskHeading, taskWidths)) }
            lines += tasks.map { table.line($0, taskWidths) }
            lines += remarks(about: app).map { "  \($0)" }
            lines.append("")
        }
        lines.append(StatusSummary(report).line)
        return lines
    }

    private var heading: String {
        let spaces = report.spaces.map { FieldText.value(Text($0)) }
        return "Status of \(report.api) as \(FieldText.value(Text(report.user))) "
            + "(\(spaces.isEmpty ? "no spaces" : spaces.joined(separator: ", ")))"
    }

    private func headline(of app: AppStatus, _ width: Int) -> String {
        let address = text(of: app.address)
        let gap = String(repeating: " ", count: max(0, width - address.unicodeScalars.count))
        let state = app.isStarted ? style.paint("STARTED", .green) : style.paint("STOPPED", .yellow)
        return "\(style.paint(address, .cyan))\(gap)  \(state)  \(FieldText.place(app.origin))"
    }

    private func text(of address: Address) -> String { FieldText.value(Text("\(address)")) }

    // MARK: - Tasks

    private static let taskHeading = ["task", "run", "state", "created"].map { TextTable.Cell($0) }

    private func row(_ task: TaskStatus) -> [TextTable.Cell] {
        var remarks: [String] = []
        if task.isToBeCanceled { remarks.append("declared as canceled") }
        if !task.others.isEmpty {
            let others = task.others.map { "run \($0.sequenceID) is \($0.state.rawValue)" }
            remarks.append((task.isDeclaredRun ? "" : "also ") + others.joined(separator: ", "))
        }
        guard case .task(let name) = task.address.part else { return [] }
        let label = TextTable.Cell(FieldText.value(name))
        if let reason = task.unreadableRecord { remarks.append("the record of its runs \(reason)") }
        if !task.isDeclaredRun, !task.isToBeCanceled, task.run != nil || task.recorded != nil {
            remarks.append("of another specification than the declared one")
        }
        if let entry = task.recorded { return [label] + cells(of: entry) + cell(of: [words(for: entry)] + remarks) }
        guard let run = task.run else {
            // Rows are gone 31 days after the end of their runs, so that nobody can say that it never ran.
            return [label, TextTable.Cell("-"), TextTable.Cell("none known"), TextTable.Cell("-")] + cell(of: remarks)
        }
        if run.state == .failed {
            remarks.insert(FieldText.value(Text(run.failureReason ?? "no reason given")), at: 0)
        }
        return [
            label, TextTable.Cell("\(run.sequenceID)"), TextTable.Cell(run.state.rawValue, run.state.color),
            TextTable.Cell(FieldText.value(Text(run.createdAt))),
        ] + cell(of: remarks)
    }

    /// What the app remembers of a run; one whose end nobody saw has run.
    private func cells(of entry: RunRecord.Entry) -> [TextTable.Cell] {
        let state = entry.state == .running ? "has run" : entry.state.rawValue
        return [
            TextTable.Cell(entry.sequenceID == 0 ? "-" : "\(entry.sequenceID)"),
            TextTable.Cell(state, entry.state.color), TextTable.Cell("-"),
        ]
    }

    private func words(for entry: RunRecord.Entry) -> String {
        let when = entry.recordedAt.map { " on \($0)" } ?? ""
        return switch entry.state {
        case .running: "recorded as RUNNING\(when), its end was not seen; its row is deleted"
        case .succeeded, .failed, .canceled: "recorded as \(entry.state.rawValue)\(when); its row is deleted"
        case .refused: "refused by the platform\(when): it counts as not run"
        case .unknown: "claimed and never recorded, as found\(when)"
        }
    }

    private func cell(of remarks: [String]) -> [TextTable.Cell] {
        remarks.isEmpty ? [] : [TextTable.Cell(remarks.joined(separator: "; "))]
    }

    // MARK: - What is still to come

    private func remarks(about app: AppStatus) -> [String] {
        app.deployments.flatMap { remarks(about: $0, of: app) } + owed(by: app)
    }

    private func remarks(about deployment: ObservedDeployment, of app: AppStatus) -> [String] {
        let guid = FieldText.value(Text(deployment.guid))
        let state = style.paint(FieldText.value(Text(deployment.reason)), .yellow)
        var lines = ["deployment \(guid) is \(state) since \(FieldText.value(Text(deployment.createdAt)))"]
        if let error = deployment.error { lines.append("    it does not get on: \(FieldText.value(Text(error)))") }
        if deployment.reason == "PAUSED" {
            let commands = ["continue-deployment", "cancel-deployment"].map { "`\(ShellWord.cf($0, app.address.app))`" }
            lines.append("    the canary waits for \(commands[0]) or \(commands[1])")
        }
        return lines
    }

    private func owed(by app: AppStatus) -> [String] {
        guard !app.restartOwed.isEmpty else { return [] }
        let fields = app.restartOwed.map { FieldText.value(Text($0)) }.joined(separator: ", ")
        let remedy =
            switch app.rollout {
            case .none: "`\(ShellWord.cf("restart", app.address.app, "--strategy rolling"))` makes it so"
            case .restart, .rolling:
                app.failedTask.map { "no apply makes it so before `\(FieldText.value(Text("\($0)")))` has succeeded" }
                    ?? "the next apply makes it so"
            }
        return ["\(style.paint("restart owed", .yellow)) for \(fields); \(remedy)"]
    }
}

extension ObservedTask.State {
    fileprivate var color: TextStyle.Color {
        switch self {
        case .pending, .running, .canceling: .yellow
        case .succeeded: .green
        case .failed: .red
        }
    }
}

extension RunRecord.State {
    fileprivate var color: TextStyle.Color {
        switch self {
        case .running, .unknown, .refused: .yellow
        case .succeeded: .green
        case .failed, .canceled: .red
        }
    }
}
