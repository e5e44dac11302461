import Diagnostics

/// The parameters of a query, read as Rack reads them: the last of equal names wins, `a[b]=` makes a hash, `a[]=` a list.
struct Query: Sendable {
    enum Value: Sendable {
        case text(String)
        case list([String])
        case hash([(name: String, value: String)])
    }

    private(set) var parameters: [(name: String, value: Value)] = []

    /// Returns nil when the percent-encoding is broken.
    init?(_ query: String) {
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard
                let name = PercentEncoding.decodeForm(pieces[0]),
                let value = pieces.count > 1 ? PercentEncoding.decodeForm(pieces[1]) : ""
            else { return nil }
            add(name, value)
        }
    }

    subscript(name: String) -> Value? { parameters.first { $0.name == name }?.value }

    /// The value as the server sees it where it expects a text.
    func text(_ name: String) -> String? {
        switch self[name] {
        case .text(let text): text
        case .list(let elements): "[" + elements.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        case .hash, nil: nil
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        guard let bracket = name.firstIndex(of: "["), name.hasSuffix("]"), bracket > name.startIndex else {
            return set(name, .text(value))
        }
        let outer = String(name[..<bracket])
        let inner = String(name[name.index(after: bracket)...].dropLast())
        switch (self[outer], inner.isEmpty) {
        case (.list(let elements), true): set(outer, .list(elements + [value]))
        case (_, true): set(outer, .list([value]))
        case (.hash(let members), false): set(outer, .hash(members.filter { $0.name != inner } + [(inner, value)]))
        case (_, false): set(outer, .hash([(inner, value)]))
        }
    }

    private mutating func set(_ name: String, _ value: Value) {
        if let position = parameters.firstIndex(where: { $0.name == name }) {
            parameters[position].value = value
        } else {
            parameters.append((name, value))
        }
    }
}

/// Percent-encoding as in forms and in paths.
enum PercentEncoding {
    /// Returns nil for a `%` without two digits, and for bytes that are not UTF-8.
    static func decodeForm(_ bytes: some Sequence<UInt8>) -> String? {
        decode(bytes, plusIsBlank: true)
    }

    static func decode(_ bytes: some Sequence<UInt8>, plusIsBlank: Bool = false) -> String? {
        var result: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+") where plusIsBlank: result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    /// Encodes as Ruby's `CGI.escape` does, which the server's links go through.
    static func encodeForm(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result.append(contentsOf: (byte < 16 ? "%0" : "%").utf8)
                result.append(contentsOf: digits.utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}
