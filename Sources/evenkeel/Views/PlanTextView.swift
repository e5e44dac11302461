import Diagnostics
import Reconciliation

/// A plan for people.
struct PlanTextView {
    let plan: Plan
    let style: TextStyle

    /// Every line of it; the last one is the closing line.
    var lines: [String] {
        var lines = [heading, ""]
        let rows = plan.rows
        let widths = Widths(
            address: TextTable.width(of: rows.map(\.address)),
            origin: TextTable.width(of: rows.map(\.origin))
        )
        for row in rows { lines += text(of: row, widths) }
        if !rows.isEmpty { lines.append("") }
        lines += notes
        lines.append("Checksum: \(FieldText.checksum(of: plan))")
        lines.append(PlanSummary(plan).line)
        return lines
    }

    private var heading: String {
        let spaces =
            plan.spaces.isEmpty ? "no spaces" : plan.spaces.map { FieldText.value(Text($0)) }.joined(separator: ", ")
        return "Plan for \(cleaned(plan.api)) as \(FieldText.value(Text(plan.user))) (\(spaces))"
    }

    /// How wide columns are, in characters.
    private struct Widths {
        let address: Int
        let origin: Int
    }

    private func text(of row: PlanRow, _ widths: Widths) -> [String] {
        var line =
            "  \(style.paint(row.sign, row.color)) \(padded(row.word, 7)) \(padded(row.address, widths.address))  "
        line += row.remarks.isEmpty ? row.origin : padded(row.origin, widths.origin)
        if !row.remarks.isEmpty { line += "  (\(row.remarks.joined(separator: "; ")))" }
        let nameWidth = TextTable.width(of: row.fields.map(\.name))
        let fields = row.fields.map { "      \(padded($0.name, nameWidth))  \($0.text)" }
        return [line] + fields + row.notes.map { "      \($0)" }
    }

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
            notes += plan.noLongerManaged.map {
                "    \(FieldText.value(Text("\($0.address)"))): \($0.fields.joined(separator: ", "))"
            }
            notes.append("")
        }
        if !plan.unseenRuns.isEmpty { notes += unseen + [""] }
        return notes
    }

    /// Runs that count as run though nobody knows how they ended; it may be many, and there is nothing to do about them.
    private var unseen: [String] {
        let names = plan.unseenRuns.prefix(3).map { "\(FieldText.value(Text("\($0.address)"))) (run \($0.sequenceID))" }
        let more = plan.unseenRuns.count - names.count
        return [
            "Note: recorded as run, with an outcome that nobody saw, and deleted by Cloud Foundry since:",
            "    \(names.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")",
        ]
    }
}
