import Diagnostics

/// Pairs of escapes such as `\ud83d\ude80`, with which JSON writes a character beyond U+FFFF in double quotes.
///
/// YAML 1.2 holds all of JSON but for these: libyaml refuses each half. A pair is handed to it as the one escape that YAML
/// has for the character and a NUL, `\U0001f680\0`, which together are as long, so that every place stays right. The NUL is
/// taken out of the text that comes back; where the pair stood in no double quotes, the text gets its own characters back.
struct SurrogatePairs {
    private struct Pair {
        /// Of Unicode scalars.
        let place: Int
        let written: String
        let replacement: String
        let scalar: Unicode.Scalar
    }

    /// As long as the text.
    let bytes: [UInt8]
    private let pairs: [Pair]

    init(in bytes: [UInt8]) {
        var result = bytes
        var pairs: [Pair] = []
        var scalars = 0
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                if bytes[index] & 0xc0 != 0x80 { scalars += 1 }
                index += 1
                continue
            }
            if let scalar = SurrogatePairs.scalar(in: bytes, at: index) {
                let digits = String(scalar.value, radix: 16)
                let replacement = "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits + "\\0"
                let written = String(decoding: bytes[index..<index + 12], as: UTF8.self)
                pairs.append(Pair(place: scalars, written: written, replacement: replacement, scalar: scalar))
                result.replaceSubrange(index..<index + 12, with: replacement.utf8)
                index += 12
                scalars += 12
            } else {
                // What follows is escaped, also where it is a backslash.
                index += 1
                scalars += 1
                if index < bytes.count, bytes[index] == UInt8(ascii: "\\") {
                    index += 1
                    scalars += 1
                }
            }
        }
        self.bytes = result
        self.pairs = pairs
    }

    private static func scalar(in bytes: [UInt8], at index: Int) -> Unicode.Scalar? {
        guard let high = unit(in: bytes, at: index), (0xd800...0xdbff).contains(high),
            let low = unit(in: bytes, at: index + 6), (0xdc00...0xdfff).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
    }

    /// The number of `\u` and four digits.
    private static func unit(in bytes: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = bytes[index + 2..<index + 6]
        let areDigits = digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
        return areDigits ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }

    /// The event with its text as it was meant.
    func restoring(_ event: Event) -> Event {
        guard !pairs.isEmpty, case .scalar(let text, let style, let properties) = event.kind else { return event }
        let inside = pairs[first(from: event.start)..<first(from: event.end)]
        guard !inside.isEmpty else { return event }
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars[...]
        for pair in inside {
            let read = String(pair.scalar) + "\0"
            for (form, meant) in [(read, String(pair.scalar)), (pair.replacement, pair.written)] {
                guard let found = rest.firstRange(of: form.unicodeScalars) else { continue }
                result.append(contentsOf: rest[..<found.lowerBound])
                result.append(contentsOf: meant.unicodeScalars)
                rest = rest[found.upperBound...]
                break
            }
        }
        result.append(contentsOf: rest)
        return Event(
            kind: .scalar(text: String(result), style: style, properties),
            start: event.start,
            end: event.end,
            isFlow: event.isFlow
        )
    }

    /// The first pair that does not stand before a place.
    private func first(from place: Int) -> Int {
        var (low, high) = (0, pairs.count)
        while low < high {
            let middle = (low + high) / 2
            if pairs[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
