package import Diagnostics

extension JSON {
    /// Reads a whole JSON text; nil for anything else, and for numbers that are no 64-bit integers.
    ///
    /// For what Evenkeel itself has put into annotations, which somebody else may have changed: members keep their order, the
    /// last of two equal names wins, and nesting is bounded.
    package init?(parsing text: String) {
        var parser = JSONTextParser(text.unicodeScalars)
        guard let value = parser.document() else { return nil }
        self = value
    }

    /// The text; nil for other values.
    package var text: Text? { if case .text(let text) = self { text } else { nil } }

    /// The whole number; nil for other values.
    package var number: Int? { if case .number(let number) = self { number } else { nil } }

    /// The members of an object; nil for other values.
    package var members: [Member]? { if case .object(let members) = self { members } else { nil } }

    /// The elements of a list; nil for other values.
    package var elements: [JSON]? { if case .list(let elements) = self { elements } else { nil } }
}

/// A recursive descent over the scalars of a JSON text (RFC 8259).
private struct JSONTextParser {
    private static let deepest = 64

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ scalars: String.UnicodeScalarView) {
        self.scalars = Array(scalars)
    }

    mutating func document() -> JSON? {
        guard let value = value(depth: 0) else { return nil }
        skipBlanks()
        return position == scalars.count ? value : nil
    }

    private mutating func value(depth: Int) -> JSON? {
        guard depth < JSONTextParser.deepest else { return nil }
        skipBlanks()
        switch peek {
        case "{": return object(depth: depth)
        case "[": return list(depth: depth)
        case "\"": return string().map { .text(Text($0)) }
        case "t": return take("true") ? .bool(true) : nil
        case "f": return take("false") ? .bool(false) : nil
        case "n": return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> JSON? {
        position += 1
        var members: [JSON.Member] = []
        var places: [Text: Int] = [:]
        skipBlanks()
        if take("}") { return .object([]) }
        while true {
            skipBlanks()
            guard peek == "\"", let name = string() else { return nil }
            skipBlanks()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            let member = JSON.Member(Text(name), value)
            if let place = places[member.name] {
                members[place] = member
            } else {
                places[member.name] = members.count
                members.append(member)
            }
            skipBlanks()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    private mutating func list(depth: Int) -> JSON? {
        position += 1
        var elements: [JSON] = []
        skipBlanks()
        if take("]") { return .list([]) }
        while true {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
            skipBlanks()
            if take("]") { return .list(elements) }
            guard take(",") else { return nil }
        }
    }

    private mutating func number() -> JSON? {
        var digits = String.UnicodeScalarView()
        while let scalar = peek, scalar == "-" || ("0"..."9").contains(scalar) {
            digits.append(scalar)
            position += 1
        }
        guard let number = Int(String(digits)), String(number).unicodeScalars.elementsEqual(digits) else { return nil }
        return .number(number)
    }

    private mutating func string() -> String? {
        position += 1
        var result = String.UnicodeScalarView()
        while let scalar = peek {
            position += 1
            switch scalar {
            case "\"": return String(result)
            case "\\":
                guard let escaped = escape() else { return nil }
                result.append(escaped)
            case "\u{0}"..."\u{1f}": return nil
            default: result.append(scalar)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        switch scalar {
        case "\"", "\\", "/": return scalar
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return escapedUnit()
        default: return nil
        }
    }

    /// `\uXXXX`, or two of them for a scalar beyond the first plane.
    private mutating func escapedUnit() -> Unicode.Scalar? {
        guard let high = hexUnit() else { return nil }
        guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high) }
        guard take("\\u"), let low = hexUnit(), (0xdc00..<0xe000).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
    }

    private mutating func hexUnit() -> UInt32? {
        guard position + 4 <= scalars.count else { return nil }
        var unit: UInt32 = 0
        for scalar in scalars[position..<position + 4] {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            unit = unit << 4 + UInt32(digit)
        }
        position += 4
        return unit
    }

    // MARK: - Scalars

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func skipBlanks() {
        while let scalar = peek, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { position += 1 }
    }

    private mutating func take(_ word: String) -> Bool {
        let wanted = Array(word.unicodeScalars)
        guard position + wanted.count <= scalars.count,
            scalars[position..<position + wanted.count].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }
}
