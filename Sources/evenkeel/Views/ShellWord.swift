import Diagnostics

/// A text as one word of a shell, for commands that can be pasted.
enum ShellWord {
    static func quoted(_ text: Text) -> String {
        let isPlain = text.string.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0))
        }
        if isPlain, !text.isEmpty { return text.string }
        return "'" + FieldText.quoted(text).dropFirst().dropLast().replacing("'", with: "'\\''") + "'"
    }
}
