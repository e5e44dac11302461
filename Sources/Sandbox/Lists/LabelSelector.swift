import Diagnostics

/// A `label_selector` (`cloud_controller_ng app/models/helpers/metadata_helpers.rb`): requirements that all must hold.
struct LabelSelector: Sendable {
    enum Operator: Sendable {
        case `in`, notIn, exists, notExists
    }

    struct Requirement: Sendable {
        let key: String
        let `operator`: Operator
        let values: [String]
    }

    private static let maximumRequirements = 50

    let requirements: [Requirement]

    /// Reads a selector; the messages are those of the server.
    static func parse(_ text: String) -> (selector: LabelSelector, messages: [String]) {
        let parts = split(text)
        guard !parts.isEmpty else { return (LabelSelector(requirements: []), ["Missing label_selector value"]) }
        var requirements: [Requirement] = []
        var messages: [String] = []
        if parts.count > maximumRequirements {
            messages.append("Too many label_selector requirements (maximum is \(maximumRequirements))")
        }
        for part in parts {
            guard let requirement = requirement(part) else {
                messages.append("Invalid label_selector value")
                continue
            }
            requirements.append(requirement)
            let errors = [MetadataRules.keyError(requirement.key)] + requirement.values.map(MetadataRules.valueError)
            if let first = errors.compactMap({ $0 }).first { messages.append(first) }
        }
        return (LabelSelector(requirements: requirements), messages)
    }

    func matches(_ labels: Metadata.Entries) -> Bool {
        requirements.allSatisfy { requirement in
            let value = labels[Text(requirement.key)]
            switch requirement.operator {
            case .exists: return value != nil
            case .notExists: return value == nil
            case .in: return value.map { found in requirement.values.contains { Text($0) == found } } ?? false
            case .notIn: return value.map { found in !requirement.values.contains { Text($0) == found } } ?? true
            }
        }
    }

    /// Splits at commas outside of parentheses; empty parts do not count.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var isInside = false
        for scalar in text.unicodeScalars {
            if scalar == "," && !isInside {
                parts.append(part)
                part = ""
                continue
            }
            if scalar == "(" { isInside = true }
            if scalar == ")" { isInside = false }
            part.unicodeScalars.append(scalar)
        }
        return (parts + [part]).filter { !$0.isEmpty }
    }

    private static func requirement(_ text: String) -> Requirement? {
        if let (key, values) = set(text, after: " in (") { return Requirement(key: key, operator: .in, values: values) }
        if let (key, values) = set(text, after: " notin (") {
            return Requirement(key: key, operator: .notIn, values: values)
        }
        let key = String(text.prefix { isKeyCharacter($0) })
        let rest = text.dropFirst(key.count)
        if key.isEmpty {
            let negated = String(rest.dropFirst())
            guard rest.first == "!", !negated.isEmpty, negated.allSatisfy(isKeyCharacter) else { return nil }
            return Requirement(key: negated, operator: .notExists, values: [])
        }
        if rest.isEmpty { return Requirement(key: key, operator: .exists, values: []) }
        if rest.hasPrefix("!=") { return Requirement(key: key, operator: .notIn, values: list(rest.dropFirst(2))) }
        if rest.hasPrefix("==") { return Requirement(key: key, operator: .in, values: list(rest.dropFirst(2))) }
        if rest.hasPrefix("=") { return Requirement(key: key, operator: .in, values: list(rest.dropFirst())) }
        return nil
    }

    private static func set(_ text: String, after separator: String) -> (key: String, values: [String])? {
        guard text.hasSuffix(")") else { return nil }
        let bytes = Array(text.utf8)
        let pattern = Array(separator.utf8)
        guard bytes.count > pattern.count else { return nil }
        for start in 0...(bytes.count - pattern.count) where bytes[start...].starts(with: pattern) {
            let values = String(decoding: bytes[(start + pattern.count)..<(bytes.count - 1)], as: UTF8.self)
            return (String(decoding: bytes[..<start], as: UTF8.self), list(values))
        }
        return nil
    }

    private static func list(_ text: some StringProtocol) -> [String] {
        let parts = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        var values = parts.map { String(decoding: $0, as: UTF8.self) }
        while values.last?.isEmpty == true { values.removeLast() }
        return values
    }

    private static func isKeyCharacter(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return MetadataRules.isNameCharacter(byte) || byte == UInt8(ascii: "/")
    }
}
