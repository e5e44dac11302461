import Diagnostics

/// The reference of a docker image: `[host[:port]/]path[:tag][@sha256:digest]`.
///
/// The grammar is that of <https://pkg.go.dev/github.com/distribution/reference>. The Cloud Controller takes any text
/// and fails at the next start (`cloud_controller_ng lib/cloud_controller/diego/docker/docker_uri_converter.rb`), so it
/// is held to it here.
enum ImageReference {
    private static let form = "`[host[:port]/]path[:tag][@sha256:digest]`"

    static func fault(in text: Text, shown: String) -> TextRule.Fault? {
        if text.isEmpty { return TextRule.Fault("must not be empty") }
        let whole = text.string
        if let scheme = whole.firstRange(of: "://") {
            return TextRule.Fault(
                "must be an image reference, not a URL",
                help: "remove `\(whole[..<scheme.upperBound])`"
            )
        }
        var rest = Substring(whole)
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
            let digest = rest[rest.utf8.index(after: at)...]
            guard !digest.utf8.contains(UInt8(ascii: "/")) else {
                return TextRule.Fault(
                    "must not carry credentials",
                    help: "give the registry's credentials to Cloud Foundry with the package"
                )
            }
            guard isDigest(digest) else { return TextRule.Fault("must have `sha256:` and 64 hex digits after the `@`") }
            rest = rest[..<at]
        }
        if rest.utf8.contains(UInt8(ascii: "@")) { return TextRule.Fault("must have one `@` at most") }
        return nameFault(rest, hasDigest: rest.utf8.count < whole.utf8.count, shown)
    }

    private static func nameFault(_ name: Substring, hasDigest: Bool, _ shown: String) -> TextRule.Fault? {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if let last = parts.last, let colon = last.firstIndex(of: ":") {
            guard isTag(last[last.index(after: colon)...]) else {
                return TextRule.Fault("must have a tag of letters, digits, `_`, `-` and `.` after the `:`")
            }
            parts[parts.count - 1] = last[..<colon]
        }
        let total = parts.reduce(parts.count - 1) { $0 + $1.utf8.count }
        guard total <= 255 else {
            return TextRule.Fault("must have at most 255 characters before the tag, not \(total)")
        }
        // The Docker Hub's own images have `library/` before their names (`docker_uri_converter.rb`).
        var isOfHub = parts.count == 1
        if parts.count > 1, isHost(parts[0]) { isOfHub = parts.removeFirst() == "docker.io" }
        if parts.allSatisfy(isComponent) {
            // Staging takes a path of one character, and the server never runs it. A digest counts as a part of the path.
            let isTooShort = parts.count == 1 && parts[0].utf8.count < 2 && !isOfHub && !hasDigest
            return isTooShort
                ? TextRule.Fault("must have a path of at least 2 characters behind the host, not `\(shown)`") : nil
        }
        if parts.contains(where: { $0.utf8.contains { (0x41...0x5a).contains($0) } }) {
            return TextRule.Fault("must have a path in lower case, as in \(form), not `\(shown)`")
        }
        return TextRule.Fault("must be an image reference of the form \(form), not `\(shown)`")
    }

    /// What stands before the first `/` is a host when it has a dot or a port, or is `localhost`.
    private static func isHost(_ text: Substring) -> Bool {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        guard pieces.count <= 2, let host = pieces.first else { return false }
        if pieces.count == 2 {
            let isPort = (1...5).contains(pieces[1].utf8.count) && pieces[1].utf8.allSatisfy(isDigit)
            guard isPort else { return false }
        }
        guard host.contains(".") || pieces.count == 2 || host == "localhost" else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
                && !label.hasPrefix("-") && !label.hasSuffix("-")
        }
    }

    /// Lower-case letters and digits, with one `.`, one or two `_`, or any number of `-` between them.
    private static func isComponent(_ text: Substring) -> Bool {
        var separator: [UInt8] = []
        var isEmpty = true
        for byte in text.utf8 {
            if isDigit(byte) || (0x61...0x7a).contains(byte) {
                let isSeparated =
                    separator.isEmpty || [".", "_", "__"].contains(String(decoding: separator, as: UTF8.self))
                guard isSeparated || separator.allSatisfy({ $0 == UInt8(ascii: "-") }) else { return false }
                separator = []
                isEmpty = false
            } else {
                guard !isEmpty, [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte) else {
                    return false
                }
                separator.append(byte)
            }
        }
        return !isEmpty && separator.isEmpty
    }

    private static func isTag(_ text: Substring) -> Bool {
        let isWord = { (byte: UInt8) in isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") }
        return (1...128).contains(text.utf8.count) && text.utf8.first.map(isWord) == true
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isDigest(_ text: Substring) -> Bool {
        let prefix = "sha256:"
        let digits = text.utf8.dropFirst(prefix.utf8.count)
        return text.hasPrefix(prefix) && digits.count == 64
            && digits.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
}
