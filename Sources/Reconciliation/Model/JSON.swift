package import Diagnostics

/// A JSON value with members in a fixed order, so that equal plans print as equal bytes.
package indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int)
    case text(Text)
    /// Stands for a value that only the platform knows, such as `process.guid`; printed as `"{process.guid}"`.
    ///
    /// It is no text, so that a command that reads `{run}` stays a command.
    case symbol(String)
    /// A text of ours with symbols such as `{process.guid}` inside.
    case template(String)
    /// A value that a secret went into; only `wire` shows it.
    case masked(JSON, shown: Text)
    case list([JSON])
    case object([Member])

    package struct Member: Hashable, Sendable, Codable {
        package let name: Text
        package let value: JSON

        package init(_ name: Text, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    package subscript(name: Text) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(Text($0.0), $0.1) })
    }

    package init(arrayLiteral elements: JSON...) {
        self = .list(elements)
    }

    package init(stringLiteral value: String) {
        self = .text(Text(value))
    }
}

extension JSON {
    /// Without blanks, members in their order.
    ///
    /// Only `"`, `\` and U+0000 to U+001F are escaped, the latter as `\u00xx` with lower-case digits; everything else
    /// is raw UTF-8. Fingerprints are computed over these bytes, so this form never changes.
    package var compact: String {
        var result = ""
        write(to: &result, indentation: nil)
        return result
    }

    /// As `compact`, with secrets: for sending and hashing, never for showing.
    package var wire: String {
        var result = ""
        write(to: &result, indentation: nil, isRevealing: true)
        return result
    }

    /// Two blanks a level, for people: what would disturb a terminal is escaped, too.
    package var pretty: String {
        var result = ""
        write(to: &result, indentation: 0)
        return result
    }

    private func write(to result: inout String, indentation: Int?, isRevealing: Bool = false) {
        let inner = indentation.map { $0 + 1 }
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .number(let value): result += String(value)
        case .text(let value): JSON.writeQuoted(value, to: &result, isShown: indentation != nil)
        case .symbol(let name): JSON.writeQuoted(Text("{\(name)}"), to: &result, isShown: indentation != nil)
        case .template(let text): JSON.writeQuoted(Text(text), to: &result, isShown: indentation != nil)
        case .masked(let value, let shown):
            if isRevealing {
                value.write(to: &result, indentation: indentation, isRevealing: true)
            } else {
                JSON.writeQuoted(shown, to: &result, isShown: indentation != nil)
            }
        case .list(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                JSON.writeSeparator(before: index, to: &result, indentation: inner)
                element.write(to: &result, indentation: inner, isRevealing: isRevealing)
            }
            JSON.writeEnd("]", isEmpty: elements.isEmpty, to: &result, indentation: indentation)
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                JSON.writeSeparator(before: index, to: &result, indentation: inner)
                JSON.writeQuoted(member.name, to: &result, isShown: indentation != nil)
                result += inner == nil ? ":" : ": "
                member.value.write(to: &result, indentation: inner, isRevealing: isRevealing)
            }
            JSON.writeEnd("}", isEmpty: members.isEmpty, to: &result, indentation: indentation)
        }
    }

    private static func writeSeparator(before index: Int, to result: inout String, indentation: Int?) {
        if index > 0 { result += "," }
        if let indentation { result += "\n" + String(repeating: "  ", count: indentation) }
    }

    private static func writeEnd(_ bracket: String, isEmpty: Bool, to result: inout String, indentation: Int?) {
        if let indentation, !isEmpty { result += "\n" + String(repeating: "  ", count: indentation) }
        result += bracket
    }

    private static func writeQuoted(_ text: Text, to result: inout String, isShown: Bool) {
        result += "\""
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar < " " || (isShown && scalar.isUnseen):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}

extension JSON {
    /// The value with every symbol replaced by `values[name]`; unknown symbols stay.
    package func filled(with values: [String: String]) -> JSON {
        switch self {
        case .null, .bool, .number, .text, .masked: self
        case .symbol(let name): values[name].map { .text(Text($0)) } ?? self
        case .template(let text): .text(Text(JSON.filled(text, with: values)))
        case .list(let elements): .list(elements.map { $0.filled(with: values) })
        case .object(let members): .object(members.map { Member($0.name, $0.value.filled(with: values)) })
        }
    }

    /// The text with every `{name}` replaced by `values[name]`; unknown ones stay.
    static func filled(_ text: String, with values: [String: String]) -> String {
        values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}
