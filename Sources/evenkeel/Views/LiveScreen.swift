/// A view that is drawn over itself on a terminal, on a screen of its own.
///
/// The sequences are those of ECMA-48 and xterm that every terminal of today knows. What was on the terminal before is back
/// afterwards.
struct LiveScreen {
    /// The other screen, no cursor, and long lines are cut off.
    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"
    private static let leave = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"
    private static let home = "\u{1b}[H"
    private static let clearToEndOfLine = "\u{1b}[K"
    private static let clearToEnd = "\u{1b}[J"

    let console: Console

    func open() { console.writeOutput(LiveScreen.enter) }

    func close() { console.writeOutput(LiveScreen.leave) }

    /// Draws the lines; those that do not fit are counted on the last one.
    func draw(_ lines: [String]) {
        // Written in one go and without clearing first, so that it does not flicker.
        let drawn = fitting(lines).map { $0 + LiveScreen.clearToEndOfLine }.joined(separator: "\r\n")
        console.writeOutput(LiveScreen.home + drawn + LiveScreen.clearToEnd)
    }

    private func fitting(_ lines: [String]) -> [String] {
        guard let rows = console.terminalRows(), rows > 1, lines.count > rows else { return lines }
        let hidden = lines.count - rows + 1
        return lines.prefix(rows - 1) + ["(\(hidden) more lines do not fit on this terminal)"]
    }
}
