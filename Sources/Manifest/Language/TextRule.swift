package import Diagnostics

/// What a text of a manifest must be.
package enum TextRule: Hashable, Sendable {
    /// The name of an organization, a space or an app.
    case name
    /// The name of a manager, which becomes part of an annotation's key.
    case manager
    /// The URL of an API.
    case url
    /// Any text whose length is in the range.
    case length(ClosedRange<Int>)
    /// A process's command: `cloud_controller_ng app/messages/process_update_message.rb`.
    case command
    /// A task's command: `cloud_controller_ng app/models/runtime/task_model.rb`.
    case taskCommand
    /// A path for a check over HTTP: `cloud_controller_ng lib/utils/uri_utils.rb`.
    case endpoint
    /// The reference of a docker image.
    case image
    /// A task's name: `cloud_controller_ng app/models/runtime/task_model.rb`.
    case printableName
    /// The key of a label or annotation: `cloud_controller_ng app/messages/metadata_validator_helper.rb`.
    case metadataKey
    /// The value of a label; the same file.
    case labelValue
    /// The value of an annotation; the same file.
    case annotationValue

    /// What is wrong with a text.
    package struct Fault: Hashable, Sendable {
        /// Follows the name of what is wrong: `must not be empty`.
        package let predicate: String
        package let code: DiagnosticCode
        package let help: String?

        init(_ predicate: String, code: DiagnosticCode = .invalidValue, help: String? = nil) {
            self.predicate = predicate
            self.code = code
            self.help = help
        }

        /// With another help, where there is one.
        func with(help: String?) -> Fault { help.map { Fault(predicate, code: code, help: $0) } ?? self }
    }

    /// Nil for a text that keeps the rule.
    ///
    /// `shown` is how a message quotes the text: one with a secret in it must not appear.
    package func fault(in text: Text, shown: String) -> Fault? {
        if text.string.utf8.contains(0) { return Fault("must not hold a NUL character") }
        switch self {
        case .name: return text.isEmpty ? Fault("must not be empty") : nil
        case .manager: return TextRule.managerFault(text, shown)
        case .url: return TextRule.urlFault(text, shown)
        case .length(let range): return TextRule.lengthFault(text, range)
        case .command: return TextRule.commandFault(text, shown)
        case .taskCommand: return TextRule.lengthFault(text, 1...4096) ?? TextRule.blankFault(text)
        case .endpoint: return TextRule.endpointFault(text, shown)
        case .image: return ImageReference.fault(in: text, shown: shown)
        case .printableName: return TextRule.lengthFault(text, 1...255) ?? TextRule.unprintableFault(text)
        case .metadataKey: return MetadataRules.keyFault(text)
        case .labelValue: return MetadataRules.labelValueFault(text)
        case .annotationValue: return TextRule.lengthFault(text, 0...5000)
        }
    }

    private static func lengthFault(_ text: Text, _ range: ClosedRange<Int>) -> Fault? {
        // Bytes are never fewer than scalars, so that most texts need not be counted.
        if text.string.utf8.count <= range.upperBound, range.lowerBound == 0 || !text.isEmpty { return nil }
        let count = text.count
        if range.contains(count) { return nil }
        if count == 0 { return Fault("must not be empty") }
        return Fault("must have at most \(range.upperBound) characters, not \(count)")
    }

    private static func blankFault(_ text: Text) -> Fault? {
        text.string.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? Fault("must not be only blanks") : nil
    }

    private static func commandFault(_ text: Text, _ shown: String) -> Fault? {
        if let fault = lengthFault(text, 1...4096) ?? blankFault(text) {
            return Fault(fault.predicate, help: "write `null` to go back to the command that staging found")
        }
        guard text == "null" || text == "default" else { return nil }
        return Fault(
            "must not be the text `\(shown)`, which would be run as a program",
            help: "write `null` without quotes to go back to the command that staging found"
        )
    }

    private static func endpointFault(_ text: Text, _ shown: String) -> Fault? {
        if let fault = lengthFault(text, 1...255) { return fault }
        let scalars = text.string.unicodeScalars
        let isPath =
            scalars.first == "/" && scalars.dropFirst().first != "/"
            && !scalars.contains(where: \.properties.isWhitespace)
        return isPath ? nil : Fault("must be a path that begins with one `/` and has no blanks, not `\(shown)`")
    }

    private static func urlFault(_ text: Text, _ shown: String) -> Fault? {
        guard APIURL(text) == nil else { return nil }
        let expected = "must be a URL such as `https://api.example.org`"
        // What stands before an `@` may be a password.
        return text.string.utf8.contains(UInt8(ascii: "@"))
            ? Fault("\(expected), without credentials") : Fault("\(expected), not `\(shown)`")
    }

    private static func unprintableFault(_ text: Text) -> Fault? {
        let isPrintable = text.string.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .surrogate, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        return isPrintable ? nil : Fault("must have printable characters only")
    }

    private static func managerFault(_ text: Text, _ shown: String) -> Fault? {
        let bytes = text.string.utf8
        let isAlphanumeric = { (byte: UInt8) in (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
        let isName =
            (1...40).contains(bytes.count) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2d }
            && bytes.first.map(isAlphanumeric) == true && bytes.last.map(isAlphanumeric) == true
        let expected = "1 to 40 of `a-z`, `0-9` and `-`, with a letter or digit at both ends"
        return isName ? nil : Fault("must be \(expected), not `\(shown)`")
    }
}
