/// Every way in which secrets may be written: the one list for what is observed, what is refused, and what went wrong.
///
/// A text is searched as it stands and as it reads without its escapes (`EscapedText`), so that it does not matter which characters
/// a program escapes. Base64 reads differently at every offset, and is listed.
package struct SecretSpellings: Hashable, Sendable {
    /// Scalars; a shorter text is in many a word, and nobody would understand what is left.
    package static let shortest = 4

    private var known: Set<[UInt8]> = []
    /// The same by their first byte.
    private var byFirstByte: [UInt8: [[UInt8]]] = [:]

    package init() {}

    package var isEmpty: Bool { known.isEmpty }

    /// - Parameters:
    ///   - user: Whose secret it is, where it is sent as `user:secret`.
    ///   - names: What is shown though it is a line of the secret.
    package mutating func add(_ secret: String, of user: String? = nil, sparing names: Set<String> = []) {
        let scalars = Array(secret.unicodeScalars)
        // With `\r\n`, which is one character.
        let lines = scalars.split { $0 == "\n" || $0 == "\r" }.map(SecretSpellings.trimmed)
        var texts = [secret, SecretSpellings.trimmed(scalars[...])]
        if lines.count > 1 {
            // One of several lines is often quoted on one, or line by line.
            texts +=
                [" ", "", "\r\n", "\n"].map { lines.joined(separator: $0) } + lines.filter(SecretSpellings.isTelling)
        }
        for text in Set(texts) where text.unicodeScalars.count >= SecretSpellings.shortest && !names.contains(text) {
            insert(Array(text.utf8))
            // `echo` ends it with a line break.
            for ending in ["", "\n"] { for code in Base64.spellings(of: Array((text + ending).utf8)) { insert(code) } }
            if let user { for code in Base64.spellings(of: Array("\(user):\(text)".utf8)) { insert(code) } }
        }
    }

    /// Whether the text would give one away.
    package func areTold(by text: String) -> Bool {
        !known.isEmpty && EscapedText.readings(of: Array(text.utf8)).contains { !ranges(in: $0).isEmpty }
    }

    /// The text without any of them.
    package func hiding(_ text: String) -> String {
        guard !known.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var found = EscapedText.readings(of: bytes).flatMap(ranges)
        guard !found.isEmpty else { return text }
        found.sort { $0.lowerBound < $1.lowerBound }
        var result: [UInt8] = []
        var end = 0
        for range in found {
            if range.lowerBound >= end {
                result += bytes[end..<range.lowerBound]
                result += Array("(hidden)".utf8)
            }
            end = max(end, range.upperBound)
        }
        return String(decoding: result + bytes[end...], as: UTF8.self)
    }

    private mutating func insert(_ spelling: [UInt8]) {
        guard let first = spelling.first, known.insert(spelling).inserted else { return }
        byFirstByte[first, default: []].append(spelling)
    }

    /// Where they stand in the text that was read, in its bytes.
    private func ranges(in reading: EscapedText) -> [Range<Int>] {
        let bytes = reading.bytes
        var ranges: [Range<Int>] = []
        for start in bytes.indices {
            guard let spellings = byFirstByte[bytes[start]] else { continue }
            let rest = bytes[start...]
            let longest = spellings.lazy.filter { rest.starts(with: $0) }.map(\.count).max()
            if let longest { ranges.append(reading.source(of: start..<start + longest)) }
        }
        return ranges
    }

    private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    /// Brackets and rulers are lines of many a secret, and of many a text.
    private static func isTelling(_ line: String) -> Bool {
        line.unicodeScalars.count { $0.properties.isAlphabetic || $0.properties.numericType != nil } >= shortest
    }
}
