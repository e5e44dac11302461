import Foundation
package import Testing

/// Whole outputs kept in files.
///
/// With `UPDATE_GOLDEN=1` they are rewritten, and the test fails all the same, so that nothing passes unread.
package enum Golden {
    /// Expects that a text is the content of a file.
    package static func expect(
        _ text: String,
        matches path: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let expected = try? String(contentsOfFile: path, encoding: .utf8)
        if let expected, expected.utf8.elementsEqual(text.utf8) { return }
        let name = path.split(separator: "/").suffix(2).joined(separator: "/")
        guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" else {
            let difference = expected.map { firstDifference($0, text) } ?? "the file does not exist"
            Issue.record(
                "\(name) is not what came out (UPDATE_GOLDEN=1 rewrites it)\n\(difference)\n--- came out:\n\(text)",
                sourceLocation: sourceLocation
            )
            return
        }
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record(
                "\(name) was rewritten: read it, then run without UPDATE_GOLDEN",
                sourceLocation: sourceLocation
            )
        } catch {
            Issue.record("\(name) cannot be rewritten: \(error)", sourceLocation: sourceLocation)
        }
    }

    /// The folder `Golden` beside a test's file.
    package static func folder(beside file: String) -> String {
        file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Golden"
    }

    private static func firstDifference(_ expected: String, _ text: String) -> String {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let right = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(left, right).enumerated().first { !$0.element.0.utf8.elementsEqual($0.element.1.utf8) }
        let number = line?.offset ?? min(left.count, right.count)
        let shown = { (lines: [Substring]) in lines.indices.contains(number) ? String(lines[number]) : "(end)" }
        return "line \(number + 1)\n  expected: \(shown(left))\n  came out: \(shown(right))"
    }
}
