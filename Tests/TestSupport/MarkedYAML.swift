package import Diagnostics

/// A text with marks in it, such as `1️⃣`, that name places without line numbers.
package struct MarkedYAML {
    /// The text without the marks.
    package let text: String
    /// The place of the character behind each mark.
    package let places: [String: SourcePosition]

    package init(_ marked: String) {
        var text = String.UnicodeScalarView()
        var places: [String: SourcePosition] = [:]
        var position = (line: 1, column: 1)
        let scalars = Array(marked.unicodeScalars)
        var index = 0
        while index < scalars.count {
            // A digit, the variation selector and the enclosing keycap.
            if index + 2 < scalars.count, scalars[index + 1] == "\u{fe0f}", scalars[index + 2] == "\u{20e3}" {
                let mark = String(String.UnicodeScalarView(scalars[index...index + 2]))
                places[mark] = SourcePosition(line: position.line, column: position.column)
                index += 3
                continue
            }
            text.append(scalars[index])
            position = scalars[index] == "\n" ? (position.line + 1, 1) : (position.line, position.column + 1)
            index += 1
        }
        self.text = String(text)
        self.places = places
    }

    /// What was found, each with the mark of its place, or the place itself where no mark stands.
    package func found(_ diagnostics: [Diagnostic]) -> [String] {
        diagnostics.map { diagnostic in
            guard let start = diagnostic.primary?.range.start else { return "nowhere \(diagnostic.code.rawValue)" }
            let mark = places.first { $0.value == start }?.key ?? "\(start.line):\(start.column)"
            return "\(mark) \(diagnostic.code.rawValue)"
        }
    }
}
