import Diagnostics

/// The URL of an API as a pin names it: scheme, host and port, without a path.
struct APIURL {
    /// Without a slash at the end.
    let text: Text

    /// Nil for anything else, such as a URL with credentials, a path or a query.
    init?(_ text: Text) {
        var rest = Substring(text.string)
        guard let scheme = ["https://", "http://"].first(where: { rest.lowercased().hasPrefix($0) }) else { return nil }
        while rest.utf8.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        self.text = Text(String(rest))
        guard rest.utf8.count > scheme.utf8.count else { return nil }

        rest = rest.dropFirst(scheme.count)
        var port: Substring?
        if let end = rest.lastIndex(of: "]") {
            guard rest.hasPrefix("["), rest[..<end].utf8.dropFirst().allSatisfy(APIURL.isPartOfIPv6) else { return nil }
            let tail = rest[rest.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            if let colon = rest.firstIndex(of: ":") {
                port = rest[rest.index(after: colon)...]
                rest = rest[..<colon]
            }
            guard !rest.isEmpty, rest.utf8.allSatisfy(APIURL.isPartOfHost) else { return nil }
        }
        if let port {
            let isNumber = !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let number = Int(port), (1...65535).contains(number) else { return nil }
        }
    }

    private static func isPartOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isPartOfIPv6(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
    }
}
