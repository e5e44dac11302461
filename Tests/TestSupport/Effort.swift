import Foundation

/// How much a run of the tests takes upon itself.
///
/// `scripts/test` guards a commit and answers while one waits; `scripts/test --all` has the counts that docs/guarantees.md
/// names, by `EVENKEEL_TESTS=all`.
package enum Effort {
    package static let isFull = ProcessInfo.processInfo.environment["EVENKEEL_TESTS"] == "all"

    /// How many of something.
    package static func count<Number: BinaryInteger>(_ usual: Number, full: Number) -> Number {
        isFull ? full : usual
    }

    /// All of them, or so many that lie evenly among them.
    package static func some<Element>(_ usual: Int, of all: [Element]) -> [Element] {
        isFull ? all : spread(usual, of: all)
    }

    /// So many that lie evenly among all.
    package static func spread<Element>(_ count: Int, of all: [Element]) -> [Element] {
        guard count < all.count else { return all }
        return (0..<count).map { all[($0 * all.count + all.count / 2) / count] }
    }
}
