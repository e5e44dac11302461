import Diagnostics

/// What keys and values of labels and annotations may be (`cloud_controller_ng app/messages/metadata_validator_helper.rb`).
enum MetadataRules {
    static let maximumName = 63
    static let maximumPrefix = 253
    static let maximumAnnotation = 5000

    static func isNameCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// What is wrong with a key, in the server's words; nil when nothing is.
    static func keyError(_ key: String) -> String? {
        guard !Text(key).isBlank else { return "key cannot be empty string" }
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else { return "key has more than one '/'" }
        if parts.count == 2, let error = prefixError(parts[0]) { return error }
        let name = parts[parts.count - 1]
        guard !Text(name).isBlank else { return "key cannot be empty string" }
        return syntaxError(name)
    }

    /// What is wrong with the value of a label; empty is fine.
    static func valueError(_ value: String) -> String? {
        value.isEmpty ? nil : syntaxError(value)
    }

    static func shortened(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(8))) + "..."
    }

    private static func syntaxError(_ text: String) -> String? {
        guard text.utf8.allSatisfy(isNameCharacter) else { return "'\(text)' contains invalid characters" }
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return "'\(text)' starts or ends with invalid characters"
        }
        guard text.utf8.count <= maximumName else {
            return "'\(shortened(text))' is greater than \(maximumName) characters"
        }
        return nil
    }

    private static func prefixError(_ prefix: String) -> String? {
        guard isDomain(prefix) else { return "prefix '\(prefix)' must be in valid dns format" }
        guard Text(prefix).count <= maximumPrefix else {
            return "prefix '\(shortened(prefix))' is greater than \(maximumPrefix) characters"
        }
        guard prefix.lowercased() != "cloudfoundry.org" else { return "prefix 'cloudfoundry.org' is reserved" }
        return nil
    }

    /// A DNS name of at least two parts (`cloud_controller_ng lib/cloud_controller/domain_decorator.rb`).
    private static func isDomain(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 2
            && parts.allSatisfy { part in
                guard (1...63).contains(part.utf8.count), let first = part.utf8.first, let last = part.utf8.last else {
                    return false
                }
                return isAlphanumeric(first) && isAlphanumeric(last)
                    && part.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }
}
