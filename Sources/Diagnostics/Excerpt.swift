/// A line of a file with the row of carets below it.
struct Excerpt {
    /// Longer lines are cut around what is marked.
    private static let longestLine = 200
    /// What stays of a long line before the mark.
    private static let lead = 40
    private static let ellipsis = "..."

    /// As printed.
    let line: String
    private let scalars: [Unicode.Scalar]
    private let firstColumn: Int

    /// - Parameter marked: Where the column is; nil for one past the end.
    init(of line: Substring, around column: Int, at marked: String.Index?) {
        let all = line.unicodeScalars
        guard all.index(line.startIndex, offsetBy: Excerpt.longestLine + 1, limitedBy: line.endIndex) != nil else {
            self.init(scalars: Array(all), firstColumn: 1, isCutBefore: false, isCutAfter: false)
            return
        }
        let before = marked == nil ? all.count : column - 1
        let mark = marked ?? line.endIndex
        let start = all.index(mark, offsetBy: -Excerpt.lead, limitedBy: line.startIndex) ?? line.startIndex
        let end = all.index(start, offsetBy: Excerpt.longestLine, limitedBy: line.endIndex) ?? line.endIndex
        self.init(
            scalars: Array(all[start..<end]),
            firstColumn: max(0, before - Excerpt.lead) + 1,
            isCutBefore: start > line.startIndex,
            isCutAfter: end < line.endIndex
        )
    }

    private init(scalars: [Unicode.Scalar], firstColumn: Int, isCutBefore: Bool, isCutAfter: Bool) {
        let before = isCutBefore ? Excerpt.ellipsis : ""
        let shown = Array(
            (before + cleaned(String(String.UnicodeScalarView(scalars)), keepingColumns: true)).unicodeScalars
        )
        self.scalars = shown
        self.firstColumn = firstColumn - before.unicodeScalars.count
        line = String(String.UnicodeScalarView(shown)) + (isCutAfter ? Excerpt.ellipsis : "")
    }

    /// Blanks up to a range, then `sign` below it, at least once.
    ///
    /// Tabs are repeated, so that the signs stand below what they mark however wide a tab is. A range that goes on in
    /// other lines is drawn to the end of this one.
    func underline(_ range: SourceRange, with sign: Character) -> String {
        let start = min(max(0, range.start.column - firstColumn), scalars.count)
        let isMultiline = range.end.line > range.start.line
        let end = isMultiline ? scalars.count : min(max(0, range.end.column - firstColumn), scalars.count)
        let blanks = scalars[..<start].map { $0 == "\t" ? "\t" : " " }.joined()
        return blanks + String(repeating: sign, count: max(1, end - start))
    }
}
