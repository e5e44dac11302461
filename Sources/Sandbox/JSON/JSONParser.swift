import Diagnostics

/// Reads one JSON text as the server's parser does: comments are blanks, the last of equal names wins.
package struct JSONParser {
    package struct Failure: Error {
        package let offset: Int
        /// Whether the text is JSON whose characters are none.
        package let isOfEncoding: Bool
    }

    private static let maximumDepth = 500

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Failure(offset: 0, isOfEncoding: true) }
        var parser = JSONParser(bytes)
        try parser.skipBlanks()
        let value = try parser.value()
        try parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.failure }
        return value
    }

    private var failure: Failure { Failure(offset: position, isOfEncoding: false) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() throws(Failure) {
        while let byte = next {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "/"): try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(Failure) {
        position += 1
        if take(UInt8(ascii: "/")) {
            while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
            return
        }
        guard take(UInt8(ascii: "*")) else { throw failure }
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "*"), take(UInt8(ascii: "/")) { return }
        }
        throw failure
    }

    private mutating func value() throws(Failure) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Failure) -> JSONValue {
        for byte in word.utf8 { guard take(byte) else { throw failure } }
        return value
    }

    private mutating func object() throws(Failure) -> JSONValue {
        try enter()
        var object = JSONObject()
        var positions: [Text: Int] = [:]
        try skipBlanks()
        if take(UInt8(ascii: "}")) { return leave(.object(object)) }
        while true {
            try skipBlanks()
            let name = try text()
            try skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw failure }
            try skipBlanks()
            let member = try value()
            if let position = positions[Text(name)] {
                object.replace(at: position, with: member)
            } else {
                positions[Text(name)] = object.members.count
                object.append(name, member)
            }
            try skipBlanks()
            if take(UInt8(ascii: "}")) { return leave(.object(object)) }
            guard take(UInt8(ascii: ",")) else { throw failure }
        }
    }

    private mutating func list() throws(Failure) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        try skipBlanks()
        if take(UInt8(ascii: "]")) { return leave(.list(elements)) }
        while true {
            try skipBlanks()
            elements.append(try value())
            try skipBlanks()
            if take(UInt8(ascii: "]")) { return leave(.list(elements)) }
            guard take(UInt8(ascii: ",")) else { throw failure }
        }
    }

    private mutating func enter() throws(Failure) {
        position += 1
        depth += 1
        guard depth <= JSONParser.maximumDepth else { throw failure }
    }

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        return value
    }
}

extension JSONParser {
    private mutating func digits() throws(Failure) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw failure }
    }

    private mutating func number() throws(Failure) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func text() throws(Failure) -> String {
        guard take(UInt8(ascii: "\"")) else { throw failure }
        var result: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &result)
            case 0..<0x20: throw failure
            default: result.append(byte)
            }
        }
        throw failure
    }

    private mutating func escape(into result: inout [UInt8]) throws(Failure) {
        guard let byte = next else { throw failure }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0c)
        case UInt8(ascii: "n"): result.append(0x0a)
        case UInt8(ascii: "r"): result.append(0x0d)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"): result.append(contentsOf: String(try escapedScalar()).utf8)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        default: throw failure
        }
    }

    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xd800..<0xdc00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw Failure(offset: position, isOfEncoding: true)
        }
        let second = try hexadecimal()
        guard (0xdc00..<0xe000).contains(second) else { throw Failure(offset: position, isOfEncoding: true) }
        guard let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) else { throw failure }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard !digits.hasPrefix("+"), !digits.hasPrefix("-"), let value = UInt32(digits, radix: 16) else {
            throw failure
        }
        position += 4
        return value
    }
}
