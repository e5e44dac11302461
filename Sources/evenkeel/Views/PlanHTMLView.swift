import Diagnostics
import Reconciliation

/// A plan as a page of its own: nothing is loaded, nothing is run, everything from users and servers is escaped.
struct PlanHTMLView {
    let plan: Plan
    let diagnostics: [Diagnostic]

    var text: String {
        let summary = Markup.escaped(PlanSummary(plan).line)
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<title>\(summary)</title>", "<style>", PlanHTMLView.style, "</style>", "</head>", "<body>",
            "<h1>\(summary)</h1>", "<p>\(heading)</p>",
        ]
        lines += diagnostics.inOrder.map(notice)
        if !plan.rows.isEmpty {
            lines += ["<table>", "<tr><th></th><th></th><th>resource</th><th>declared</th><th>remarks</th></tr>"]
            lines += plan.rows.flatMap(rows)
            lines.append("</table>")
        }
        lines += advice
        let checksum =
            plan.approvableChecksum.map { "<code>\($0)</code>" } ?? Markup.escaped(FieldText.checksum(of: plan))
        lines += ["<p>Checksum: \(checksum)</p>", "</body>", "</html>", ""]
        return lines.joined(separator: "\n")
    }

    private static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
        h1 { font-size: 1.3rem; }
        code, td, pre { font-family: ui-monospace, monospace; font-size: 13px; }
        table { border-collapse: collapse; width: 100%; }
        th { text-align: left; }
        th, td { padding: .25rem .6rem; vertical-align: top; }
        tr.entry { border-top: 1px solid #8884; }
        td.fields { white-space: pre-wrap; overflow-wrap: anywhere; }
        p.error, p.warning { border-left: 4px solid #c60; padding-left: .6rem; }
        p.error, .red { color: #b00; }
        .green { color: #080; }
        .yellow { color: #860; }
        """

    private var heading: String {
        let spaces =
            plan.spaces.isEmpty
            ? "no spaces" : plan.spaces.map { code(FieldText.value(Text($0))) }.joined(separator: ", ")
        return "Plan for \(code(cleaned(plan.api))) as \(code(FieldText.value(Text(plan.user)))), \(spaces)"
    }

    private func notice(_ diagnostic: Diagnostic) -> String {
        let severity = diagnostic.severity.rawValue
        let words = "\(severity)[\(diagnostic.code.rawValue)]: \(cleaned(diagnostic.message))"
        return "<p class=\"\(severity)\">\(Markup.escaped(words))</p>"
    }

    private func rows(_ row: PlanRow) -> [String] {
        let remarks = row.remarks.map { Markup.escaped($0) }.joined(separator: "; ")
        let first =
            "<tr class=\"entry\"><td class=\"\(color(row.color))\">\(Markup.escaped(row.sign))</td><td>\(row.word)</td>"
            + "<td>\(Markup.escaped(row.address))</td><td>\(Markup.escaped(row.origin))</td><td>\(remarks)</td></tr>"
        let fields = row.fields.map { field in
            "<tr><td></td><td></td><td>\(Markup.escaped(field.name))</td>"
                + "<td class=\"fields\" colspan=\"2\">\(Markup.escaped(field.text))</td></tr>"
        }
        let notes = row.notes.map { note in
            "<tr><td></td><td></td><td class=\"fields\" colspan=\"3\">\(Markup.escaped(note))</td></tr>"
        }
        return [first] + fields + notes
    }

    private var advice: [String] {
        let lines = RestartAdvice(plan.operations, owed: plan.owed).lines
        guard let first = lines.first else { return [] }
        return ["<p>\(Markup.escaped(first))</p>", "<pre>"] + lines.dropFirst().map { Markup.escaped($0) } + ["</pre>"]
    }

    private func code(_ text: String) -> String { "<code>\(Markup.escaped(text))</code>" }

    private func color(_ color: TextStyle.Color) -> String {
        switch color {
        case .red: "red"
        case .green: "green"
        case .yellow: "yellow"
        case .cyan: "cyan"
        }
    }
}
