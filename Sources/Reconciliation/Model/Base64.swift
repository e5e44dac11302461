/// Base64 (RFC 4648, 4 and 5), as far as secrets are looked for in it.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// Characters of a part that is still told from others.
    private static let shortestPart = 10

    /// The whole, its lines where it is wrapped, and what is sure of it within something longer; in both alphabets.
    static func spellings(of bytes: [UInt8]) -> Set<[UInt8]> {
        let whole = encoded(bytes)
        var result: Set = [whole]
        for width in [64, 76] where whole.count > width {
            for start in stride(from: 0, to: whole.count, by: width) {
                result.insert(Array(whole[start..<min(start + width, whole.count)]))
            }
        }
        // Three bytes are four characters; what stands before and after mixes into the characters at the ends.
        for offset in 0..<3 {
            let shifted = encoded(Array(repeating: 0, count: offset) + bytes)
            let first = (offset * 8 + 5) / 6
            result.insert(Array(shifted[first..<(offset + bytes.count) * 8 / 6]))
        }
        result = result.filter { $0.count >= shortestPart || $0 == whole }
        return result.union(result.map { $0.map(urlSafe) })
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
    }

    private static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 3).flatMap { start in
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            return (0...3).map { $0 > part.count ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * $0)) & 63] }
        }
    }
}
