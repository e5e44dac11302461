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

    /// - Parameter isASCII: The line has no other characters, so that a column far along it is found at once.
    init(of line: Substring, around column: Int, isASCII: Bool = false) {
        func index(_ start: Substring.Index, _ offset: Int) -> Substring.Index? {
            let limit = offset < 0 ? line.startIndex : line.endIndex
            return isASCII
                ? line.utf8.index(start, offsetBy: offset, limitedBy: limit)
                : line.unicodeScalars.index(start, offsetBy: offset, limitedBy: limit)
        }
        guard index(line.startIndex, Excerpt.longestLine + 1) != nil else {
            self.init(scalars: Array(line.unicodeScalars), firstColumn: 1, isCutBefore: false, isCutAfter: false)
            return
        }
        let marked = index(line.startIndex, column - 1)
        let before = marked == nil ? line.unicodeScalars.count : column - 1
        let start = index(marked ?? line.endIndex, -Excerpt.lead) ?? line.startIndex
        let end = index(start, Excerpt.longestLine) ?? line.endIndex
        self.init(
            scalars: Array(line.unicodeScalars[start..<end]),
            firstColumn: max(0, before - Excerpt.lead) + 1,
            isCutBefore: start > line.startIndex,
            isCutAfter: end < line.endIndex
        )
    }

    private init(scalars: [Unicode.Scalar], firstColumn: Int, isCutBefore: Bool, isCutAfter: Bool) {
        let before = isCutBefore ? Excerpt.ellipsis : ""
        let shown = Array(
            (before + cleaned(String(String.UnicodeScalarView(scalars)), keepingTabs: true)).unicodeScalars
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
