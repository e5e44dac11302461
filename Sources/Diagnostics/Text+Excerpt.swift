extension Text {
    /// The text as it is quoted in a message: on one line, and cut where it would fill the screen.
    package var excerpt: String {
        var result = String.UnicodeScalarView()
        for (index, scalar) in string.unicodeScalars.enumerated() {
            guard index < 60 else {
                result.append(contentsOf: "...".unicodeScalars)
                break
            }
            result.append(scalar == "\n" || scalar == "\r" || scalar == "\t" ? " " : scalar)
        }
        return String(result)
    }
}
