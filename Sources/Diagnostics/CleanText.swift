/// A text from a file or a server on one line and without characters that move the cursor, hide what follows, reorder it
/// or are not seen.
///
/// Every such character is written as its escape, `\u200b`, a line end or tab as a blank. With `keepingColumns` it becomes
/// U+FFFD, so that columns stay where they are, and tabs stay tabs.
package func cleaned(_ text: some StringProtocol, keepingColumns: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\t" where keepingColumns: result.append(scalar)
        case "\t", "\n", "\r": result.append(" ")
        case _ where !scalar.isUnseen || scalar.belongsToEmoji(after: previous): result.append(scalar)
        case _ where keepingColumns: result.append("\u{fffd}")
        default: result.append(contentsOf: scalar.escape.unicodeScalars)
        }
        previous = scalar
    }
    return String(result)
}

extension Unicode.Scalar {
    /// It moves the cursor, hides what follows, reorders it, or cannot be told from nothing or from a blank.
    package var isUnseen: Bool {
        if self == " " { return false }
        if isASCII { return value < 0x20 || value == 0x7f }
        // Looks like a blank, and is a symbol.
        if value == 0x2800 || properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: return true
        default: return false
        }
    }

    /// As JSON and YAML write it in double quotes: `\u200b`, or `\U000e0001` where four digits are too few.
    package var escape: String {
        let digits = String(value, radix: 16)
        let isLong = value > 0xffff
        return (isLong ? "\\U" : "\\u") + String(repeating: "0", count: (isLong ? 8 : 4) - digits.utf8.count) + digits
    }

    /// It chooses the form of the emoji before it, or joins it with the next one.
    package func belongsToEmoji(after previous: Unicode.Scalar?) -> Bool {
        guard let previous, value == 0xfe0f || value == 0x200d else { return false }
        return !previous.isASCII && (previous.properties.isEmoji || (value == 0x200d && previous.value == 0xfe0f))
    }
}
