import Diagnostics
import Reconciliation

/// How values are written in the text plan.
enum FieldText {
    /// As it is, or in quotes where it would be misread: empty, blanks around it, control characters, an arrow inside.
    static func value(_ text: Text) -> String {
        let scalars = text.string.unicodeScalars
        let isPlain = scalars.allSatisfy { !isUnsafe($0) }
        let hasBlanksAround =
            scalars.first?.properties.isWhitespace == true || scalars.last?.properties.isWhitespace == true
        let isMistakable =
            ["(", "\"", "+ ", "- "].contains { text.string.hasPrefix($0) } || text.string.contains(" -> ")
        if isPlain, !text.isEmpty, !hasBlanksAround, !isMistakable { return text.string }
        return quoted(text)
    }

    /// In quotes, with everything that could move the cursor or reorder the line escaped.
    static func quoted(_ text: Text) -> String {
        var result = "\""
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where isUnsafe(scalar): result += scalar.escape
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Characters that are not seen, and those that nobody knows the look of.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .surrogate, .privateUse, .unassigned: true
        default: scalar.isUnseen
        }
    }

    static func value(_ value: FieldValue) -> String? {
        switch value {
        case .null: nil
        case .text(let text): self.value(text)
        case .number(let number): "\(number)"
        }
    }

    static func value(_ value: DesiredValue) -> String? {
        switch value {
        case .null: nil
        case .text(let text): self.value(text)
        case .number(let number): "\(number)"
        case .band(let min, let max): "\(min) to \(max)"
        }
    }

    /// `acme.yml:12`.
    static func place(_ origin: SourceRange) -> String { "\(value(Text(origin.file))):\(origin.start.line)" }

    /// Seconds in the largest unit that they are whole in, as in manifests: `90s`, `10m`.
    static func duration(_ seconds: Int) -> String {
        if seconds > 0, seconds.isMultiple(of: 3600) { return "\(seconds / 3600)h" }
        if seconds > 0, seconds.isMultiple(of: 60) { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }

    /// The plan's checksum, or why it has none that could be approved.
    static func checksum(of plan: Plan) -> String {
        plan.approvableChecksum ?? "none (\(hidden(in: plan)); use --out)"
    }

    /// How much the user of a plan could not see.
    static func hidden(in plan: Plan) -> String {
        let count = plan.unknowns.count
        let values = count == 1 ? "1 value is" : "\(count) values are"
        return "\(values) hidden from \(value(Text(plan.user)))"
    }

    /// `port -> http`, `+ /health` or `- legacy`.
    static func change(_ change: FieldChange) -> String {
        if let masked = change.masked {
            return change.isBeforeHidden ? "(hidden) -> \(masked)" : "+ \(masked)"
        }
        switch (change.isBeforeHidden ? "(hidden)" : value(change.before), value(change.after)) {
        case (nil, let after?): return "+ \(after)"
        case (let before?, nil):
            if change.isRemoval { return "- \(before)    (no longer declared)" }
            if change.isUnseen { return "\(before) -> (cleared)" }
            return change.isImplied ? "\(before) -> (cleared by the server)" : "- \(before)"
        case (let before?, let after?): return "\(before) -> \(after)"
        case (nil, nil): return "(cleared)"
        }
    }
}
