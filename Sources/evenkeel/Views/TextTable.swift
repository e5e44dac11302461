/// Rows whose columns stand below each other; several tables can share their widths.
struct TextTable {
    /// A text and its color; the width counts the text alone.
    struct Cell {
        let text: String
        var color: TextStyle.Color?

        init(_ text: String, _ color: TextStyle.Color? = nil) {
            self.text = text
            self.color = color
        }

        fileprivate var width: Int { text.unicodeScalars.count }
    }

    /// Longer texts stand out of their columns, so that one of them does not move every other line to the right.
    private static let widest = 80

    /// The width of a column, in characters.
    static func width(of texts: [String]) -> Int {
        texts.map(\.unicodeScalars.count).filter { $0 <= widest }.max() ?? 0
    }

    /// The widths of columns, in characters.
    struct Widths {
        private var columns: [Int] = []

        init(of rows: [[Cell]]) {
            for row in rows {
                for (index, cell) in row.enumerated() {
                    if index == columns.count { columns.append(0) }
                    if cell.width <= TextTable.widest { columns[index] = max(columns[index], cell.width) }
                }
            }
        }

        fileprivate subscript(index: Int) -> Int { columns.indices.contains(index) ? columns[index] : 0 }
    }

    let style: TextStyle
    let indentation: String

    /// The row as a line; two blanks between columns, none at the end.
    func line(_ row: [Cell], _ widths: Widths) -> String {
        let last = row.lastIndex { !$0.text.isEmpty } ?? 0
        let columns = row.prefix(last + 1).enumerated().map { index, cell in
            let painted = cell.color.map { style.paint(cell.text, $0) } ?? cell.text
            let gap = index == last ? 0 : widths[index] - cell.width
            return painted + String(repeating: " ", count: max(0, gap))
        }
        return indentation + columns.joined(separator: "  ")
    }
}
