/// A text as Cloud Foundry sees it: a sequence of Unicode scalars.
///
/// Swift's `String` compares canonically equivalent texts as equal and counts grapheme clusters; the Cloud Controller
/// does neither. Every text that is compared, hashed, sorted or measured goes through this type.
package struct Text: Hashable, Comparable, Sendable {
    package let string: String

    package init(_ string: String) {
        self.string = string
    }

    /// The number of Unicode scalars, which is what the server's length limits count.
    package var count: Int { string.unicodeScalars.count }

    package var isEmpty: Bool { string.utf8.isEmpty }

    /// The text with case differences removed, for names that the server compares without regard to case.
    package var caseFolded: Text { Text(string.lowercased()) }

    package static func == (left: Text, right: Text) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// Orders by Unicode scalars, which is the order of the UTF-8 bytes.
    package static func < (left: Text, right: Text) -> Bool {
        left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xff))
    }
}

extension Text: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Text: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}

extension Text: CustomStringConvertible {
    package var description: String { string }
}
