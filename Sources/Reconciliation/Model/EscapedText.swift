/// A text as it reads without escapes, and where each byte of it comes from.
struct EscapedText {
    /// How texts are escaped: in URLs, in forms, in JSON and program texts, in HTML.
    private enum Escape: CaseIterable {
        case percent, form, backslash, markup
    }

    private(set) var bytes: [UInt8]
    /// Where each byte begins in the text that was read first, and where that ends.
    private var starts: [Int]

    private init(plain bytes: [UInt8]) {
        self.bytes = bytes
        starts = Array(0...bytes.count)
    }

    func source(of range: Range<Int>) -> Range<Int> { starts[range.lowerBound]..<starts[range.upperBound] }

    /// The text itself, and every other that it may stand for; JSON in JSON is escaped twice.
    static func readings(of bytes: [UInt8]) -> [EscapedText] {
        let plain = EscapedText(plain: bytes)
        let once = Escape.allCases.compactMap(plain.reading)
        return [plain] + once + once.flatMap { reading in Escape.allCases.compactMap(reading.reading) }
    }

    /// Nil where nothing is escaped that way.
    private func reading(without escape: Escape) -> EscapedText? {
        let marks: [UInt8] =
            switch escape {
            case .percent: [0x25]
            case .form: [0x2b]
            case .backslash: [0x5c]
            case .markup: [0x26]
            }
        guard bytes.contains(where: marks.contains) else { return nil }
        var result = EscapedText(plain: [])
        result.starts = []
        var index = 0
        while index < bytes.count {
            let (plain, length) = unescaped(at: index, escape) ?? ([bytes[index]], 1)
            result.bytes += plain
            result.starts += Array(repeating: starts[index], count: plain.count)
            index += length
        }
        result.starts.append(starts[bytes.count])
        return result
    }

    /// What stands for the bytes from there on, and how many these are.
    private func unescaped(at index: Int, _ escape: Escape) -> (plain: [UInt8], length: Int)? {
        switch (escape, bytes[index]) {
        case (.form, 0x2b): ([0x20], 1)
        case (.percent, 0x25), (.form, 0x25):
            number(at: index + 1, digits: 2).map { ([UInt8(truncatingIfNeeded: $0)], 3) }
        case (.backslash, 0x5c): afterBackslash(at: index + 1)
        case (.markup, 0x26): entity(at: index + 1)
        default: nil
        }
    }

    private func afterBackslash(at index: Int) -> (plain: [UInt8], length: Int)? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "n"): return ([0x0a], 2)
        case UInt8(ascii: "r"): return ([0x0d], 2)
        case UInt8(ascii: "t"): return ([0x09], 2)
        case UInt8(ascii: "b"): return ([0x08], 2)
        case UInt8(ascii: "f"): return ([0x0c], 2)
        case UInt8(ascii: "x"): return number(at: index + 1, digits: 2).map { ([UInt8(truncatingIfNeeded: $0)], 4) }
        case UInt8(ascii: "u"):
            guard let high = number(at: index + 1, digits: 4) else { return nil }
            if (0xd800..<0xdc00).contains(high), bytes[index...].dropFirst(5).starts(with: [0x5c, 0x75]),
                let low = number(at: index + 7, digits: 4), (0xdc00..<0xe000).contains(low)
            {
                return EscapedText.utf8(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00)).map { ($0, 12) }
            }
            return EscapedText.utf8(high).map { ($0, 6) }
        default: return ([bytes[index]], 2)
        }
    }

    private func entity(at index: Int) -> (plain: [UInt8], length: Int)? {
        let name = bytes[index...].prefix(10).prefix { $0 != UInt8(ascii: ";") }
        guard index + name.count < bytes.count, bytes[index + name.count] == UInt8(ascii: ";") else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        let plain: [UInt8]?
        switch text {
        case "amp": plain = [0x26]
        case "lt": plain = [0x3c]
        case "gt": plain = [0x3e]
        case "quot": plain = [0x22]
        case "apos": plain = [0x27]
        case _ where text.hasPrefix("#x") || text.hasPrefix("#X"):
            plain = UInt32(text.dropFirst(2), radix: 16).flatMap(EscapedText.utf8)
        case _ where text.hasPrefix("#"): plain = UInt32(text.dropFirst()).flatMap(EscapedText.utf8)
        default: plain = nil
        }
        return plain.map { ($0, name.count + 2) }
    }

    private func number(at index: Int, digits: Int) -> UInt32? {
        guard index + digits <= bytes.count else { return nil }
        var number: UInt32 = 0
        for byte in bytes[index..<index + digits] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            number = number << 4 + UInt32(digit)
        }
        return number
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8]? {
        Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) }
    }
}
