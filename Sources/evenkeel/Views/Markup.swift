/// Escapes for HTML, and for Markdown that lets HTML through.
enum Markup {
    static func escaped(_ text: String, isMarkdown: Bool = false) -> String {
        var result = String.UnicodeScalarView()
        var links = LinkScanner()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let needsEntity =
                switch scalar {
                case "&", "<", ">", "\"", "'": true
                // A blank line would end the block, and with it the escaping.
                case "\n", "\r": true
                case _ where isMarkdown: isMeaningful(scalar)
                default: false
                }
            if needsEntity {
                result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            } else {
                result.append(scalar)
            }
            if isMarkdown, links.mayEnd(after: scalar, before: rest) {
                result.append(contentsOf: LinkScanner.breaking.unicodeScalars)
            }
        }
        return String(result)
    }

    /// Everything that could begin markup.
    private static func isMeaningful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "`", "*", "_", "[", "]", "|", "\\", "~", "#", "@", "$", ":", "!", "{", "}": true
        default: false
        }
    }
}

/// Finds where to break up what renderers make a link, a mention or an emoji of, whether it was written as entities or not:
/// they look at the text that comes out.
///
/// `www.` and e-mail addresses (github.github.com/gfm, autolinks), URLs, `@name`, `#1`, `GH-1` and hashes of commits. A comment
/// in the middle parts the text for them, and is not shown, nor copied with it.
private struct LinkScanner {
    static let breaking = "<!-- -->"
    /// Fewer digits are no hash of a commit.
    private static let longestNumber = 6

    private var digits = 0

    mutating func mayEnd(after scalar: Unicode.Scalar, before rest: Substring.UnicodeScalarView) -> Bool {
        guard let next = rest.first, !next.properties.isWhitespace else {
            digits = 0
            return false
        }
        digits = scalar.properties.isASCIIHexDigit ? digits + 1 : 0
        if digits >= LinkScanner.longestNumber, next.properties.isASCIIHexDigit {
            digits = 0
            return true
        }
        switch scalar {
        case "@", "#", ":", "!", "~", "$", "%", "&", "^": return true
        case "w", "W": return begins("ww.", rest)
        case "h", "H": return begins("-", rest)
        default: return false
        }
    }

    private func begins(_ text: String, _ rest: Substring.UnicodeScalarView) -> Bool {
        String(rest.prefix(text.unicodeScalars.count)).lowercased() == text
    }
}
