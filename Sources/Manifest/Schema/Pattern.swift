import Diagnostics
import Reconciliation

/// Regular expressions of the schema, in the part of their language that JavaScript and Python share.
enum Pattern {
    /// A variable, anywhere in a text; behind `$` it is arithmetic of the shell.
    static let variable = #"(?:^|[^$])\(\([-A-Za-z0-9_./]+\)\)"#

    static func orVariable(_ pattern: String) -> String {
        pattern + "|" + variable
    }

    /// Whole numbers within the lower bound; of upper ones only those that people reach.
    static func digits(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (1, 1): "^0*1$"
        case (0, 10): "^(?:0*(?:[0-9]|10)|-0+)$"
        case (1, _): "^0*[1-9][0-9]*$"
        case (0, _): "^(?:[0-9]+|-0+)$"
        default: "^(?:[0-9]+|-0*[01])$"
        }
    }

    static func bounds(_ range: ClosedRange<Int>) -> [JSON.Member] {
        var members = [JSON.Member("type", "integer"), JSON.Member("minimum", .number(range.lowerBound))]
        if range.upperBound < .max || range.lowerBound < 0 {
            members.append(JSON.Member("maximum", .number(range.upperBound)))
        }
        return members
    }
}

extension TextRule {
    /// The schema of a value.
    ///
    /// Plain numbers and booleans of YAML are texts too, unless no number or boolean can keep the rule.
    func schema(isNullable: Bool) -> [JSON.Member] {
        let types: [JSON] =
            switch self {
            case .url, .endpoint: ["string"]
            case .manager: ["string", "integer", "boolean"]
            default: ["string", "number", "boolean"]
            }
        var members = [JSON.Member("type", .list(types + (isNullable ? ["null"] : [])))]
        if let pattern { members.append(JSON.Member("pattern", .text(Text(Pattern.orVariable(pattern))))) }
        members += lengths
        switch self {
        case .labelValue, .image, .manager: members.append(JSON.Member("minimum", .number(0)))
        default: break
        }
        return members
    }

    /// The schema of a name.
    func nameSchema(takesVariables: Bool) -> [JSON.Member] {
        var pattern = pattern ?? "^"
        if takesVariables {
            pattern = Pattern.orVariable(pattern)
        } else if self != .metadataKey {
            // A metadata key has no parentheses anyway.
            pattern = "^(?!(?:[\\s\\S]*[^$])?\\(\\([-A-Za-z0-9_./]+\\)\\))" + pattern.dropFirst()
        }
        return [JSON.Member("pattern", .text(Text(pattern)))] + lengths
    }

    private var lengths: [JSON.Member] {
        let range: ClosedRange<Int>
        switch self {
        case .length(let length): range = length
        case .command, .taskCommand: range = 1...4096
        case .endpoint, .printableName: range = 1...255
        case .annotationValue: range = 0...5000
        case .name, .manager, .url, .image, .metadataKey, .labelValue: return []
        }
        let minimum = range.lowerBound > 0 ? [JSON.Member("minLength", .number(range.lowerBound))] : []
        return minimum + [JSON.Member("maxLength", .number(range.upperBound))]
    }

    /// What the whole text must match.
    private var pattern: String? {
        let word = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
        let domainLabel = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        switch self {
        case .name: return #"^[^\u0000]+$"#
        case .manager: return "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
        case .url:
            return #"^[hH][tT][tT][pP][sS]?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::0*[1-9][0-9]{0,4})?/*$"#
        case .length, .annotationValue: return #"^[^\u0000]*$"#
        case .command: return #"^(?!(?:null|default)$)(?=[^\u0000]*\S)[^\u0000]*$"#
        case .taskCommand: return #"^(?=[^\u0000]*\S)[^\u0000]*$"#
        case .endpoint: return #"^/(?!/)[^\s\u0000]*$"#
        case .image:
            let host = "[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?/"
            let component = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*"
            return "^(?:\(host))?\(component)(?:/\(component))*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                + "(?:@sha256:[0-9a-f]{64})?$"
        case .printableName: return #"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$"#
        case .metadataKey:
            let reserved = MetadataRules.reservedPrefixes.map { $0.split(separator: "").map(Self.anyCase).joined() }
            let prefix = "(?=.{1,253}/)\(domainLabel)(?:\\.\(domainLabel))+/"
            return "^(?!(?:\(reserved.joined(separator: "|")))/)(?:\(prefix))?\(word)$"
        case .labelValue: return "^(?:\(word))?$"
        }
    }

    private static func anyCase(_ character: Substring) -> String {
        character == "." ? "\\." : "[\(character)\(character.uppercased())]"
    }
}
