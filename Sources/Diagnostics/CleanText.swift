/// A text from a file or a server on one line and without characters that move the cursor, hide what follows or
/// reorder it.
///
/// Every such character becomes U+FFFD, a line end or tab a blank, so that columns stay where they are.
package func cleaned(_ text: some StringProtocol, keepingTabs: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\t" where keepingTabs: result.append(scalar)
        case "\t", "\n", "\r": result.append(" ")
        case _ where scalar.disturbsTerminals: result.append("\u{fffd}")
        default: result.append(scalar)
        }
    }
    return String(result)
}

extension Unicode.Scalar {
    /// It moves the cursor, hides what follows or reorders it.
    package var disturbsTerminals: Bool {
        switch value {
        case 0x00...0x1f, 0x7f...0x9f, 0x2028, 0x2029: true
        // Marks that override the direction of text.
        case 0x200e, 0x200f, 0x061c, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
