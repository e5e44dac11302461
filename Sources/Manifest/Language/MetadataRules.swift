import Diagnostics

/// The rules for labels and annotations.
///
/// `cloud_controller_ng app/messages/metadata_validator_helper.rb`, `app/messages/validators/metadata_validator.rb`,
/// `lib/cloud_controller/domain_decorator.rb`.
enum MetadataRules {
    /// Cloud Foundry keeps the first for itself, Evenkeel the second.
    static let reservedPrefixes = ["cloudfoundry.org", "evenkeel.dev"]

    static func keyFault(_ key: Text) -> TextRule.Fault? {
        if key.isEmpty { return TextRule.Fault("must not be empty") }
        let parts = key.string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return TextRule.Fault("must not have more than one `/`") }
        if parts.count == 2, let fault = prefixFault(String(decoding: parts[0], as: UTF8.self)) { return fault }
        let name = Text(String(decoding: parts[parts.count - 1], as: UTF8.self))
        return name.isEmpty ? TextRule.Fault("must have a name after the `/`") : wordFault(name, " in its name")
    }

    static func labelValueFault(_ value: Text) -> TextRule.Fault? {
        value.isEmpty ? nil : wordFault(value, "")
    }

    private static func prefixFault(_ prefix: String) -> TextRule.Fault? {
        if reservedPrefixes.contains(prefix.lowercased()) {
            let owner = prefix.lowercased() == "evenkeel.dev" ? "Evenkeel" : "Cloud Foundry"
            return TextRule.Fault(
                "must not begin with `\(prefix)/`, which \(owner) keeps for itself",
                code: .reservedKey
            )
        }
        guard prefix.utf8.count <= 253 else { return TextRule.Fault("must have a prefix of at most 253 characters") }
        let parts = prefix.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDomain =
            parts.count > 1
            && parts.allSatisfy { part in
                (1...63).contains(part.count) && part.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                    && part.first != UInt8(ascii: "-") && part.last != UInt8(ascii: "-")
            }
        if isDomain { return nil }
        return TextRule.Fault("must have a prefix that is a domain with a dot, such as `example.org/name`")
    }

    /// At most 63 of letters, digits, `_`, `-` and `.`, with a letter or digit at both ends.
    private static func wordFault(_ word: Text, _ place: String) -> TextRule.Fault? {
        let bytes = word.string.utf8
        let isAllowed = { (byte: UInt8) in isAlphanumeric(byte) || [0x5f, 0x2d, 0x2e].contains(byte) }
        guard bytes.allSatisfy(isAllowed) else {
            return TextRule.Fault("must have only letters, digits, `_`, `-` and `.`\(place)")
        }
        guard bytes.count <= 63 else {
            return TextRule.Fault("must have at most 63 characters\(place), not \(bytes.count)")
        }
        let isRounded = bytes.first.map(isAlphanumeric) == true && bytes.last.map(isAlphanumeric) == true
        return isRounded
            ? nil : TextRule.Fault("must have a letter or digit at both ends\(place.isEmpty ? "" : " of its name")")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }
}
