/// A text as one word of a shell, for commands that can be pasted into bash, dash and zsh.
///
/// The word is itself on one line and shows all that is in it: what a terminal would not show is written in octal, and
/// `printf` of the shell makes it again. Nothing else is the same in all three; `$'...'` is unknown to dash.
package enum ShellWord {
    package static func quoted(_ text: Text) -> String {
        let scalars = text.string.unicodeScalars
        if !text.isEmpty, scalars.allSatisfy(isPlain) { return text.string }
        guard scalars.contains(where: \.isUnseen) else {
            return "'" + text.string.replacing("'", with: "'\\''") + "'"
        }
        // The shell takes line ends away from the end of what a command prints.
        let lineEnds = scalars.reversed().prefix { $0 == "\n" }.count
        let format = scalars.dropLast(lineEnds).map(printed).joined()
        return "\"$(printf '\(format)')" + String(repeating: "${IFS#??}", count: lineEnds) + "\""
    }

    /// A command of the cf CLI on an app; a name that begins like an option comes behind `--`.
    package static func cf(_ command: String, _ app: Text, _ options: String...) -> String {
        let isLikeOption = app.string.unicodeScalars.first == "-"
        let words = isLikeOption ? options + ["--", quoted(app)] : [quoted(app)] + options
        return (["cf", command] + words).joined(separator: " ")
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/": true
        default: false
        }
    }

    /// As `printf` takes it, between single quotes within double ones.
    private static func printed(_ scalar: Unicode.Scalar) -> String {
        let isVerbatim = isPlain(scalar) && scalar != "-" || scalar == " " || (!scalar.isASCII && !scalar.isUnseen)
        if isVerbatim { return String(scalar) }
        return String(scalar).utf8.map { byte in
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
        }.joined()
    }
}
