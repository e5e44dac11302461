package import Diagnostics

/// Where a resource is, by names and roles: `ORG/SPACE/APP`, then `/droplet`, `/processes/TYPE` or `/tasks/NAME`.
///
/// Never a guid: a rolling deployment replaces the web process and a push the droplet, and both keep their address.
package struct Address: Hashable, Sendable {
    /// Which resource of the app is meant.
    ///
    /// A droplet is always the app's current one.
    package enum Part: Hashable, Sendable {
        case app
        case droplet
        case process(Text)
        case task(Text)
    }

    package let organization: Text
    package let space: Text
    package let app: Text
    package let part: Part

    package init(organization: Text, space: Text, app: Text, part: Part = .app) {
        self.organization = organization
        self.space = space
        self.app = app
        self.part = part
    }

    /// The same app, another part of it.
    package func appending(_ part: Part) -> Address {
        Address(organization: organization, space: space, app: app, part: part)
    }

    /// The printed segments, each with `/`, `%` and control characters percent-encoded.
    package var segments: [String] {
        let names = [organization, space, app].map(Address.encoded)
        switch part {
        case .app: return names
        case .droplet: return names + ["droplet"]
        case .process(let type): return names + ["processes", Address.encoded(type)]
        case .task(let name): return names + ["tasks", Address.encoded(name)]
        }
    }

    /// Reads the printed form; nil when it is none.
    package init?(printed text: String) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false).map { Address.decoded($0) }
        let names = segments.compactMap(\.self)
        guard names.count == segments.count, names.count >= 3, !names.contains(where: \.isEmpty) else { return nil }
        let part: Part
        switch (names.count, names.count > 3 ? names[3] : "") {
        case (3, _): part = .app
        case (4, "droplet"): part = .droplet
        case (5, "processes"): part = .process(names[4])
        case (5, "tasks"): part = .task(names[4])
        default: return nil
        }
        self.init(organization: names[0], space: names[1], app: names[2], part: part)
    }

    private static func decoded(_ segment: Substring) -> Text? {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self).map { Text($0) }
    }

    private static func encoded(_ name: Text) -> String {
        var result = ""
        for scalar in name.string.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            guard isControl || scalar == "/" || scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for byte in String(scalar).utf8 {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}

extension Address: CustomStringConvertible {
    package var description: String { segments.joined(separator: "/") }
}

extension Address: Comparable {
    package static func < (left: Address, right: Address) -> Bool {
        let names = { (address: Address) in [address.organization, address.space, address.app] }
        if names(left) != names(right) { return names(left).lexicographicallyPrecedes(names(right)) }
        return left.part < right.part
    }
}

extension Address.Part: Comparable {
    package static func < (left: Address.Part, right: Address.Part) -> Bool {
        switch (left, right) {
        case (.process(let one), .process(let other)), (.task(let one), .task(let other)): one < other
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .app: 0
        case .droplet: 1
        case .process: 2
        case .task: 3
        }
    }
}
