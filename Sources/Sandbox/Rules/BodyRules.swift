import Diagnostics

/// Checks of the members of a body, in the server's words (Rails' validators, `cloud_controller_ng app/messages/validators.rb`).
struct BodyRules {
    let body: JSONObject
    var messages: [String] = []

    init(_ body: JSONObject) {
        self.body = body
    }

    mutating func allowOnly(_ names: [String]) {
        let unknown = body.names.filter { !names.contains($0) }
        guard !unknown.isEmpty else { return }
        messages.append("Unknown field(s): " + unknown.map { "'\($0)'" }.joined(separator: ", "))
    }

    /// A text of some length; null passes.
    mutating func text(_ name: String, _ value: JSONValue?, lengths: ClosedRange<Int>) {
        guard let value, !value.isNull else { return }
        let label = RubyText.humanized(name)
        if value.text == nil { messages.append("\(label) must be a string") }
        let length = value.text.map { Text($0).count } ?? RubyText.inspect(value).unicodeScalars.count
        if !lengths.contains(length) {
            messages.append("\(label) must be between \(lengths.lowerBound) and \(lengths.upperBound) characters")
        }
    }

    /// A guid: a text of 1 to 200 characters; null does not pass.
    mutating func guid(_ label: String, _ value: JSONValue?) {
        if value?.text == nil { messages.append("\(label) must be a string") }
        if !(1...200).contains(value?.text.map { Text($0).count } ?? 0) {
            messages.append("\(label) must be between 1 and 200 characters")
        }
    }

    /// A bound of a number and how a number beyond it is refused.
    enum Bound {
        case atLeast(Int)
        case above(Int)
        case atMost(Int)

        func refusal(of number: Int) -> String? {
            switch self {
            case .atLeast(let bound): number < bound ? "must be greater than or equal to \(bound)" : nil
            case .above(let bound): number <= bound ? "must be greater than \(bound)" : nil
            case .atMost(let bound): number > bound ? "must be less than or equal to \(bound)" : nil
            }
        }
    }

    static let largestColumn = Bound.atMost(2_147_483_647)

    /// A whole number, also written as a text; null passes.
    @discardableResult
    mutating func number(_ name: String, _ value: JSONValue?, _ bounds: Bound...) -> Int? {
        guard let value, !value.isNull else { return nil }
        let label = RubyText.humanized(name)
        let literal: String
        switch value {
        case .number(let text), .text(let text): literal = text
        default:
            messages.append("\(label) is not a number")
            return nil
        }
        guard BodyRules.isNumber(literal) else {
            messages.append("\(label) is not a number")
            return nil
        }
        guard BodyRules.isInteger(literal) else {
            messages.append("\(label) must be an integer")
            return nil
        }
        let number = Int(literal) ?? (literal.hasPrefix("-") ? .min : .max)
        let refusals = bounds.compactMap { $0.refusal(of: number) }
        messages += refusals.map { "\(label) \($0)" }
        return refusals.isEmpty ? number : nil
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : Substring(text)
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }) else {
            return false
        }
        // Double also reads hexadecimal, "inf" and "nan"
        guard (0x30...0x39).contains(first) || first == UInt8(ascii: "."), !text.lowercased().contains("x") else {
            return false
        }
        return Double(text) != nil
    }

    func requireNone() throws(Refusal) {
        guard messages.isEmpty else { throw .unprocessable(messages) }
    }
}
