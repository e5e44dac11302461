/// The habits of Ruby that show in the server's answers.
enum RubyText {
    /// `String#to_i`: the digits at the start, 0 without any.
    static func leadingInteger(_ text: String) -> Int {
        let trimmed = text.drop { $0 == " " }
        let sign = trimmed.hasPrefix("-") ? -1 : 1
        let digits = trimmed.drop { $0 == "-" || $0 == "+" }.prefix { ("0"..."9").contains($0) }
        return sign * (Int(digits) ?? (digits.isEmpty ? 0 : .max / 2))
    }

    /// `health_check_timeout` as it stands in messages: `Health check timeout`.
    static func humanized(_ name: String) -> String {
        let words = name.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// `Object#inspect`, for values that should have been texts.
    static func inspect(_ value: JSONValue) -> String {
        switch value {
        case .null: "nil"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let literal): literal
        case .text(let text): "\"\(text)\""
        case .list(let elements): "[" + elements.map(inspect).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { ":\($0.name)=>" + inspect($0.value) }.joined(separator: ", ") + "}"
        }
    }
}
