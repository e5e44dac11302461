import Diagnostics
import Reconciliation

/// A plan for people.
struct PlanTextView {
    let plan: Plan
    let style: TextStyle

    /// Every line of it; the last one is the closing line.
    var lines: [String] {
        var lines = [heading, ""]
        let rows = rows
        let widths = Widths(
            address: rows.map(\.address.unicodeScalars.count).max() ?? 0,
            origin: rows.map(\.origin.unicodeScalars.count).max() ?? 0
        )
        for row in rows { lines += text(of: row, widths) }
        if !rows.isEmpty { lines.append("") }
        lines += notes
        lines.append("Checksum: \(plan.checksum)")
        lines.append(PlanSummary(plan).line)
        return lines
    }

    private var heading: String {
        let spaces =
            plan.spaces.isEmpty ? "no spaces" : plan.spaces.map { FieldText.value(Text($0)) }.joined(separator: ", ")
        return "Plan for \(plan.api) as \(FieldText.value(Text(plan.user))) (\(spaces))"
    }

    /// One entry of the list, whatever it is about.
    private struct Row {
        let sign: String
        let word: String
        let address: String
        let origin: String
        let remarks: [String]
        let fields: [(name: String, text: String)]
        let notes: [String]
    }

    /// How wide columns are, in characters.
    private struct Widths {
        let address: Int
        let origin: Int
    }

    private var rows: [Row] {
        plan.waits.map(row) + plan.operations.map(row) + plan.unknowns.map(row) + plan.failedRuns.map(row)
    }

    private func row(_ operation: Plan.Operation) -> Row {
        let sign =
            switch operation.action {
            case .update: "~"
            case .run: "+"
            case .cancel: "-"
            case .adopt: "="
            case .release: "<"
            case .wait: "."
            case .restart: "!"
            }
        let effect: String? =
            switch (operation.action, operation.effect) {
            case (.update, .atOnce): "live at once"
            case (.update, .afterRestart): "live after a restart"
            case (.update, .afterRollout): "live after the rollout"
            case (.update, .atStart): "live when the app is started"
            case (.run, _), (.cancel, _), (.wait, _), (.restart, _), (.adopt, _), (.release, _): nil
            }
        return Row(
            sign: style.paint(sign, operation.action == .cancel ? .red : operation.action == .run ? .green : .yellow),
            word: operation.action.rawValue,
            address: text(of: operation.address),
            origin: place(operation.origin),
            remarks: [
                effect, operation.run?.wait.map { "waited for up to \(FieldText.duration($0))" },
                operation.needs.map { "needs \($0)" },
                operation.blocked.map { "not attempted: \($0)" },
            ].compactMap(\.self),
            fields: operation.changes.map {
                (FieldText.value(Text($0.field.definition.name)), fieldText($0, operation))
            },
            notes: operation.notes
        )
    }

    private func fieldText(_ change: FieldChange, _ operation: Plan.Operation) -> String {
        let text = FieldText.change(change)
        return operation.action == .run && text.hasPrefix("+ ") ? String(text.dropFirst(2)) : text
    }

    private func row(_ wait: Plan.Wait) -> Row {
        Row(
            sign: style.paint(".", .yellow),
            word: "wait",
            address: text(of: wait.address),
            origin: place(wait.origin),
            remarks: [],
            fields: [],
            notes: [
                "waits for deployment \(wait.deployment.guid) (\(wait.deployment.reason) since \(wait.deployment.createdAt)), "
                    + "then the app is planned again"
            ]
        )
    }

    private func row(_ unknown: Plan.Unknown) -> Row {
        Row(
            sign: style.paint("?", .yellow),
            word: "unknown",
            address: text(of: unknown.address),
            origin: place(unknown.origin),
            remarks: [],
            fields: [
                (
                    unknown.field.definition.name,
                    "unknown to \(FieldText.value(Text(plan.user))) (needs space developer); never sent"
                )
            ],
            notes: []
        )
    }

    private func row(_ run: Plan.FailedRun) -> Row {
        Row(
            sign: style.paint("x", .red),
            word: "failed",
            address: text(of: run.address),
            origin: place(run.origin),
            remarks: [],
            fields: [],
            notes: ["it \(run.outcome.words): \(FieldText.value(Text(run.reason ?? "no reason given")))"]
        )
    }

    private func text(of row: Row, _ widths: Widths) -> [String] {
        var line = "  \(row.sign) \(padded(row.word, 7)) \(padded(row.address, widths.address))  "
        line += row.remarks.isEmpty ? row.origin : padded(row.origin, widths.origin)
        if !row.remarks.isEmpty { line += "  (\(row.remarks.joined(separator: "; ")))" }
        let nameWidth = row.fields.map(\.name.unicodeScalars.count).max() ?? 0
        let fields = row.fields.map { "      \(padded($0.name, nameWidth))  \($0.text)" }
        return [line] + fields + row.notes.map { "      \($0)" }
    }

    private func text(of address: Address) -> String { FieldText.value(Text("\(address)")) }

    private func place(_ origin: SourceRange) -> String { FieldText.place(origin) }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
    }

    /// What to know before agreeing.
    private var notes: [String] {
        var notes: [String] = []
        let advice = RestartAdvice(plan.operations, owed: plan.owed)
        if !advice.isEmpty { notes += advice.lines + [""] }
        if !plan.noLongerManaged.isEmpty {
            notes.append("No longer managed, the values stay:")
            notes += plan.noLongerManaged.map { "    \(text(of: $0.address)): \($0.fields.joined(separator: ", "))" }
            notes.append("")
        }
        if !plan.unseenRuns.isEmpty { notes += unseen + [""] }
        return notes
    }

    /// Runs that count as run though nobody knows how they ended; it may be many, and there is nothing to do about them.
    private var unseen: [String] {
        let names = plan.unseenRuns.prefix(3).map { "\(text(of: $0.address)) (run \($0.sequenceID))" }
        let more = plan.unseenRuns.count - names.count
        return [
            "Note: recorded as run, with an outcome that nobody saw, and deleted by Cloud Foundry since:",
            "    \(names.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")",
        ]
    }
}
