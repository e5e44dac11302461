import Diagnostics

extension Address {
    /// Why a text is no address, in words that follow it.
    package struct ParsingError: Error, Hashable, Sendable {
        package let reason: String
    }

    /// Reads what `description` prints: `ORG/SPACE/APP`, then `/droplet`, `/processes/TYPE` or `/tasks/NAME`.
    ///
    /// Percent-encoded bytes stand for themselves in any segment, not only where they have to.
    package init(parsing text: String) throws(ParsingError) {
        let names = try text.unicodeScalars
            .split(separator: "/", omittingEmptySubsequences: false)
            .map { (segment) throws(ParsingError) in try Address.decoded(String(segment)) }
        guard !names.contains(where: \.isEmpty) else { throw ParsingError(reason: "a segment is empty") }
        guard names.count >= 3 else {
            let count = names.count == 1 ? "1 segment" : "\(names.count) segments"
            throw ParsingError(reason: "it has \(count), and an app is ORG/SPACE/APP")
        }
        self.init(organization: names[0], space: names[1], app: names[2], part: try Address.part(Array(names[3...])))
    }

    private static func part(_ names: [Text]) throws(ParsingError) -> Part {
        guard let kind = names.first else { return .app }
        switch (kind, names.count) {
        case ("droplet", 1): return .droplet
        case ("processes", 2): return .process(names[1])
        case ("tasks", 2): return .task(names[1])
        case ("processes", 1): throw ParsingError(reason: "the type of the process is missing: processes/TYPE")
        case ("tasks", 1): throw ParsingError(reason: "the name of the task is missing: tasks/NAME")
        case ("droplet", _), ("processes", _), ("tasks", _):
            throw ParsingError(reason: "it has more segments than a resource (a `/` in a name is written %2F)")
        default:
            throw ParsingError(reason: "an app has /droplet, /processes/TYPE and /tasks/NAME, and no `/\(kind)`")
        }
    }

    private static func decoded(_ segment: String) throws(ParsingError) -> Text {
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = hexadecimal(rest.prefix(2)) else {
                throw ParsingError(
                    reason: "`%` in a name is written %25, and two hexadecimal digits follow every other"
                )
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw ParsingError(reason: "`\(segment)` is not UTF-8 when it is decoded")
        }
        return Text(name)
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        digits.reduce(into: UInt8?.some(0)) { value, digit in
            guard let before = value else { return }
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = before &* 16 &+ (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = before &* 16 &+ (digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = before &* 16 &+ (digit - UInt8(ascii: "A") + 10)
            default: value = nil
            }
        }
    }
}
