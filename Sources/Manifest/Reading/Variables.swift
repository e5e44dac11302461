package import Diagnostics

/// The values of variables, which stand as `((name))` in manifests.
package struct Variables: Sendable {
    package struct Value: Hashable, Sendable {
        package let text: Text
        /// It came from a secrets file and is masked in every output.
        package let isSecret: Bool

        package init(_ text: Text, isSecret: Bool = false) {
            self.text = text
            self.isSecret = isSecret
        }
    }

    package var values: [Text: Value]
    /// Variables of files whose values cannot stand in a text, with what is wrong with each; it matters where one is used.
    var unusable: [Text: Diagnostic] = [:]

    package init(_ values: [Text: Value] = [:]) {
        self.values = values
    }

    /// Letters, digits, `_`, `-`, `.` and `/`.
    package static func isName(_ name: Text) -> Bool {
        !name.isEmpty && name.string.unicodeScalars.allSatisfy(isPartOfName)
    }

    private static func isPartOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/": true
        default: false
        }
    }

    /// The text with the values in it, and the names that have none with their places in it.
    struct Substitution {
        var text: Text
        /// The text with all values but secrets in it, if a secret went into it.
        var masked: Text?
        var unresolved: [(name: Text, offset: Int)] = []
        /// All names, also those without a value.
        var used: Set<Text> = []
    }

    /// Puts values in once: what they bring is not searched again.
    ///
    /// `$((` is arithmetic of the shell and stays.
    func substitute(in text: Text) -> Substitution {
        guard Variables.mayHoldVariables(text) else { return Substitution(text: text) }
        let scalars = Array(text.string.unicodeScalars)
        var result = Substitution(text: text)
        var output = String.UnicodeScalarView()
        var masked = String.UnicodeScalarView()
        var holdsSecret = false
        var index = 0
        while index < scalars.count {
            guard let end = Variables.endOfVariable(in: scalars, at: index) else {
                output.append(scalars[index])
                masked.append(scalars[index])
                index += 1
                continue
            }
            let name = Text(String(String.UnicodeScalarView(scalars[index + 2..<end - 2])))
            result.used.insert(name)
            if let value = values[name] {
                output.append(contentsOf: value.text.string.unicodeScalars)
                masked.append(
                    contentsOf: value.isSecret ? Array(scalars[index..<end]) : Array(value.text.string.unicodeScalars)
                )
                holdsSecret = holdsSecret || value.isSecret
            } else {
                result.unresolved.append((name, index))
            }
            index = end
        }
        result.text = Text(String(output))
        if holdsSecret { result.masked = Text(String(masked)) }
        return result
    }

    /// Whether a variable stands anywhere in the text.
    static func hold(_ text: Text) -> Bool {
        guard mayHoldVariables(text) else { return false }
        let scalars = Array(text.string.unicodeScalars)
        return scalars.indices.contains { endOfVariable(in: scalars, at: $0) != nil }
    }

    private static func mayHoldVariables(_ text: Text) -> Bool {
        var previous: UInt8 = 0
        for byte in text.string.utf8 {
            if byte == UInt8(ascii: "("), previous == byte { return true }
            previous = byte
        }
        return false
    }

    /// Behind the variable that begins here; nil when none does.
    private static func endOfVariable(in scalars: [Unicode.Scalar], at start: Int) -> Int? {
        guard start + 4 < scalars.count, scalars[start] == "(", scalars[start + 1] == "(" else { return nil }
        if start > 0, scalars[start - 1] == "$" { return nil }
        var end = start + 2
        while end < scalars.count, isPartOfName(scalars[end]) { end += 1 }
        guard end > start + 2, end + 1 < scalars.count, scalars[end] == ")", scalars[end + 1] == ")" else { return nil }
        return end + 2
    }
}
