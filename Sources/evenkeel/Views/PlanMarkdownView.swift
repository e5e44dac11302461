import Diagnostics
import Reconciliation

/// A plan as Markdown, for the comment of a pull request: the summary, a table, and the fields behind a click.
///
/// Names and values come from users and servers: whatever could mean something to Markdown or HTML is written as an
/// entity and broken up, so that no name becomes a link, a mention or markup (`Markup`).
struct PlanMarkdownView {
    let plan: Plan
    let diagnostics: [Diagnostic]
    /// Comments of pull requests are limited to 65 536 characters; the rest is counted.
    var longest = 60_000

    var text: String {
        var head = "### \(PlanSummary(plan).line)\n\n"
        head += "Plan for \(code(cleaned(plan.api))) as \(code(FieldText.value(Text(plan.user)))), "
        head +=
            plan.spaces.isEmpty
            ? "no spaces" : plan.spaces.map { code(FieldText.value(Text($0))) }.joined(separator: ", ")
        head += "\n"
        for diagnostic in diagnostics.inOrder { head += "\n> " + markdown(headline(diagnostic)) + "\n" }
        let checksum =
            plan.approvableChecksum.map { "<code>\($0)</code>" } ?? markdown(FieldText.checksum(of: plan))
        let tail = advice + "\nChecksum: \(checksum)\n"
        return head + body(within: longest - head.unicodeScalars.count - tail.unicodeScalars.count) + tail
    }

    /// The table and the details of as many rows as there is room for.
    private func body(within room: Int) -> String {
        let rows = plan.rows
        guard !rows.isEmpty else { return "" }
        var table = "\n| | | resource | remarks |\n|---|---|---|---|\n"
        var details = "\n<details><summary>Every field, and where it is declared</summary>\n<pre>\n"
        let end = "</pre>\n</details>\n"
        var shown = 0
        var left = room - table.unicodeScalars.count - details.unicodeScalars.count - end.unicodeScalars.count - 100
        for row in rows {
            let (line, block) = (tableLine(row), detail(row))
            left -= line.unicodeScalars.count + block.unicodeScalars.count
            guard left > 0 else { break }
            table += line
            details += block
            shown += 1
        }
        let hidden = rows.count - shown
        let more = hidden == 0 ? "" : "\nNot shown here: \(hidden) more. `evenkeel show` prints all of a saved plan.\n"
        return table + more + details + end
    }

    private func tableLine(_ row: PlanRow) -> String {
        let remarks = row.remarks.map(markdown).joined(separator: "; ")
        return "| \(code(row.sign)) | \(row.word) | \(code(row.address)) | \(remarks) |\n"
    }

    private func detail(_ row: PlanRow) -> String {
        let width = row.fields.map(\.name.unicodeScalars.count).max() ?? 0
        let fields = row.fields.map { field in
            field.name + String(repeating: " ", count: width - field.name.unicodeScalars.count) + "  " + field.text
        }
        let lines = ["\(row.sign) \(row.word) \(row.address)  \(row.origin)"] + (fields + row.notes).map { "    " + $0 }
        return lines.map { Markup.escaped($0) + "\n" }.joined()
    }

    private var advice: String {
        let lines = RestartAdvice(plan.operations, owed: plan.owed).lines
        guard let first = lines.first else { return "" }
        let commands = lines.dropFirst().map { Markup.escaped($0.trimmed) + "\n" }.joined()
        return "\n\(first)\n\n<pre>\n\(commands)</pre>\n"
    }

    private func headline(_ diagnostic: Diagnostic) -> String {
        "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]: \(cleaned(diagnostic.message))"
    }

    private func code(_ text: String) -> String { "<code>\(markdown(text))</code>" }

    private func markdown(_ text: String) -> String { Markup.escaped(text, isMarkdown: true) }
}

extension String {
    /// Without blanks at the beginning.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
