import Diagnostics

/// A pattern of paths: `*` and `?` stay within a name, `**` crosses folders.
///
/// A pattern without `/` is compared with every name of a path, one with `/` with the path and with its ends, so that
/// `drafts`, `*.draft.yml` and `teams/*/old` do what they say.
struct Glob {
    private let pattern: [Unicode.Scalar]
    private let hasFolders: Bool

    init(_ pattern: String) {
        var text = Substring(pattern)
        if text.hasPrefix("./") { text = text.dropFirst(2) }
        while text.hasSuffix("/") { text = text.dropLast() }
        self.pattern = Array(text.unicodeScalars)
        hasFolders = text.utf8.contains(UInt8(ascii: "/"))
    }

    func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/")
        guard hasFolders else { return names.last.map { matches(Array($0.unicodeScalars)[...]) } ?? false }
        return names.indices.contains { start in
            matches(Array(names[start...].joined(separator: "/").unicodeScalars)[...])
        }
    }

    /// Remembers the last star, so that no pattern takes more than the product of both lengths.
    private func matches(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var states: Set<Int> = [0]
        for scalar in text {
            var next: Set<Int> = []
            for state in closure(states) {
                guard state < pattern.count else { continue }
                switch pattern[state] {
                case "*":
                    let isDouble = state + 1 < pattern.count && pattern[state + 1] == "*"
                    if isDouble || scalar != "/" { next.insert(state) }
                case "?": if scalar != "/" { next.insert(state + 1) }
                case scalar: next.insert(state + 1)
                default: break
                }
            }
            states = next
        }
        return closure(states).contains(pattern.count)
    }

    /// What is reached without a character: a star may stand for nothing, and `**/` for no folder.
    private func closure(_ states: Set<Int>) -> Set<Int> {
        var result = states
        var pending = Array(states)
        while let state = pending.popLast() {
            guard state < pattern.count, pattern[state] == "*" else { continue }
            var next = state + 1
            if next < pattern.count, pattern[next] == "*" {
                next += 1
                let isAtStart = state == 0 || pattern[state - 1] == "/"
                if isAtStart, next < pattern.count, pattern[next] == "/", result.insert(next + 1).inserted {
                    pending.append(next + 1)
                }
            }
            if result.insert(next).inserted { pending.append(next) }
        }
        return result
    }
}
