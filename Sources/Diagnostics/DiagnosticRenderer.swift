/// Makes text of diagnostics: with excerpts for people, or one line each for editors.
///
/// Plain ASCII but for what is quoted, so that it can be pasted and searched; colour adds nothing that is not there
/// without it. Characters of more than one column make carets short.
package struct DiagnosticRenderer: Sendable {
    package enum Style: String, Sendable, CaseIterable {
        case full, short
    }

    package var sources: SourceFiles
    package var style: Style
    package var usesColor: Bool

    package init(sources: SourceFiles, style: Style = .full, usesColor: Bool = false) {
        self.sources = sources
        self.style = style
        self.usesColor = usesColor
    }

    /// All of them in order, without duplicates, each ending in a line end; empty for none.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        let blocks = diagnostics.inOrder.map(render)
        return blocks.joined(separator: style == .full ? "\n" : "")
    }

    /// One diagnostic, ending in a line end.
    package func render(_ diagnostic: Diagnostic) -> String {
        switch style {
        case .full: full(diagnostic)
        case .short: short(diagnostic)
        }
    }

    private func short(_ diagnostic: Diagnostic) -> String {
        let place = diagnostic.primary.map { paint(cleaned($0.range.description), .cyan) + ": " } ?? ""
        return place + headline(diagnostic) + "\n"
    }

    private func headline(_ diagnostic: Diagnostic) -> String {
        let color: Color = diagnostic.severity == .error ? .red : .yellow
        let level = paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", color)
        return "\(level): \(cleaned(diagnostic.message))"
    }

    private func full(_ diagnostic: Diagnostic) -> String {
        let annotations = [diagnostic.primary].compactMap(\.self) + diagnostic.secondary
        let width = max(2, annotations.map { String($0.range.start.line).count }.max() ?? 0)
        let gutter = String(repeating: " ", count: width)

        var lines = [headline(diagnostic)]
        for group in grouped(diagnostic) {
            let arrow = lines.count == 1 ? "-->" : ":::"
            lines.append("\(gutter)\(arrow) \(paint(cleaned(group[0].annotation.range.description), .cyan))")
            lines += excerpt(of: group, width: width)
        }
        if !annotations.isEmpty, !diagnostic.details.isEmpty { lines.append("\(gutter) |") }
        lines += diagnostic.details.flatMap { rendered($0, gutter: gutter) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// An annotation with the sign that draws it.
    private typealias Mark = (annotation: Diagnostic.Annotation, sign: Character)

    /// The primary place first, every other place on its own unless it is on a line that is shown already.
    private func grouped(_ diagnostic: Diagnostic) -> [[Mark]] {
        var groups: [[Mark]] = []
        var marks: [Mark] = []
        if let primary = diagnostic.primary { marks.append((primary, "^")) }
        for annotation in diagnostic.secondary { marks.append((annotation, "-")) }
        for mark in marks {
            let index = groups.firstIndex {
                let range = $0[0].annotation.range
                return Text(range.file) == Text(mark.annotation.range.file)
                    && range.start.line == mark.annotation.range.start.line
            }
            if let index { groups[index].append(mark) } else { groups.append([mark]) }
        }
        return groups
    }

    private func excerpt(of group: [Mark], width: Int) -> [String] {
        let gutter = String(repeating: " ", count: width)
        let range = group[0].annotation.range
        guard let text = sources.text(of: range.file), let line = text.line(range.start.line) else {
            return group.compactMap { $0.annotation.label }.map { "\(gutter) | \(cleaned($0))" }
        }
        let isSecret = sources.isSecret(range.file)
        let excerpt =
            isSecret
            ? Excerpt(of: "<redacted>", around: 1, at: nil)
            : Excerpt(
                of: line,
                around: range.start.column,
                at: text.index(ofColumn: range.start.column, inLine: range.start.line)
            )
        let number = String(range.start.line)
        let padding = String(repeating: " ", count: width - number.count)

        var lines = ["\(gutter) |", "\(padding)\(number) | \(excerpt.line)".withoutTrailingBlanks]
        for (annotation, sign) in group {
            let underline = isSecret ? String(sign) : excerpt.underline(annotation.range, with: sign)
            let label = annotation.label.map { " " + cleaned($0) } ?? ""
            let color: Color = sign == "^" ? .red : .cyan
            let blanks = underline.prefix { $0 != sign }
            lines.append("\(gutter) | \(blanks)" + paint(underline.dropFirst(blanks.count) + label, color))
        }
        return lines
    }

    private func rendered(_ detail: Diagnostic.Detail, gutter: String) -> [String] {
        let (kind, text) =
            switch detail {
            case .note(let text): ("note", text)
            case .api(let text): ("api", text)
            case .help(let text): ("help", text)
            }
        let lead = "\(gutter) = "
        let indentation = String(repeating: " ", count: lead.count + kind.count + 2)
        let lines = SourceText(text).lines.map { cleaned($0) }
        let title = kind == "help" ? paint(kind, .cyan) : kind
        return lines.enumerated().map { $0.offset == 0 ? "\(lead)\(title): \($0.element)" : indentation + $0.element }
    }
}

extension DiagnosticRenderer {
    private enum Color: String {
        case red = "31"
        case yellow = "33"
        case cyan = "36"
    }

    private func paint(_ text: some StringProtocol, _ color: Color) -> String {
        usesColor && !text.isEmpty ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : String(text)
    }
}

extension String {
    fileprivate var withoutTrailingBlanks: String {
        var scalars = unicodeScalars
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
