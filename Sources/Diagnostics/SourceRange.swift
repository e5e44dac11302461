/// A place in a file: 1-based, columns count Unicode scalars.
package struct SourcePosition: Hashable, Comparable, Sendable, Codable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A stretch of a file, from `start` up to but not including `end`.
///
/// `file` is the path as the user gave it; `-` is standard input. An empty range stands for an empty value.
package struct SourceRange: Hashable, Sendable, Codable {
    package let file: String
    package let start: SourcePosition
    package let end: SourcePosition

    package init(file: String, start: SourcePosition, end: SourcePosition) {
        self.file = file
        self.start = start
        self.end = max(start, end)
    }
}

extension SourceRange: Comparable {
    package static func < (left: SourceRange, right: SourceRange) -> Bool {
        if left.file != right.file { return Text(left.file) < Text(right.file) }
        return (left.start, left.end) < (right.start, right.end)
    }
}

extension SourceRange: CustomStringConvertible {
    /// `file:line:column`, the form that editors make clickable.
    package var description: String { "\(file):\(start.line):\(start.column)" }
}
