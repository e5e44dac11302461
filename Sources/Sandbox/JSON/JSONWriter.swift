/// Writes JSON straight into bytes, without a tree in between.
///
/// Lists of thousands of resources are made by the sandbox; a tree of them would cost more than all else.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func null() { word("null") }
    package mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
    package mutating func number(_ value: Int) { word(String(value)) }

    package mutating func text(_ value: String) {
        separate()
        quote(value)
    }

    package mutating func object(_ content: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        content(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func list(_ content: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        content(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let literal): word(literal)
        case .text(let string): text(string)
        case .list(let elements): list { for element in elements { $0.value(element) } }
        case .object(let object):
            self.object { for member in object.members { $0.value(member.name, member.value) } }
        }
    }

    /// Begins a new line before the next element or the end, for lists that people look at.
    package mutating func newLine() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func word(_ word: String) {
        separate()
        bytes.append(contentsOf: word.utf8)
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
                bytes.append(contentsOf: digits.utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// Members: a name and a value in one call.
extension JSONWriter {
    package mutating func value(_ name: String, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    package mutating func text(_ name: String, _ value: String?) {
        self.name(name)
        if let value { text(value) } else { null() }
    }

    package mutating func number(_ name: String, _ value: Int?) {
        self.name(name)
        if let value { number(value) } else { null() }
    }

    package mutating func bool(_ name: String, _ value: Bool?) {
        self.name(name)
        if let value { bool(value) } else { null() }
    }

    package mutating func null(_ name: String) {
        self.name(name)
        null()
    }

    package mutating func object(_ name: String, _ content: (inout JSONWriter) -> Void) {
        self.name(name)
        object(content)
    }

    package mutating func list(_ name: String, _ content: (inout JSONWriter) -> Void) {
        self.name(name)
        list(content)
    }
}

extension JSONValue {
    /// The value as JSON text, without blanks.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}
