/// Where the sandbox's guids and other random texts come from.
package enum GUIDSource: Sendable {
    case random
    /// The same sequence for the same number, for tests.
    case seeded(UInt64)

    /// A sequence beside this one, which it leaves as it is.
    var besides: GUIDSource {
        switch self {
        case .random: .random
        case .seeded(let state): .seeded(~state)
        }
    }

    /// A guid in the form of a version 4 UUID.
    mutating func guid() -> String {
        let high = next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        GUIDSource.append(high, to: &bytes, groupEnds: [8, 12])
        bytes.append(UInt8(ascii: "-"))
        GUIDSource.append(low, to: &bytes, groupEnds: [4])
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Eight hexadecimal digits, the server's name for a task without one.
    mutating func shortName() -> String {
        let digits = String(UInt32(truncatingIfNeeded: next()), radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    private mutating func next() -> UInt64 {
        switch self {
        case .random:
            return UInt64.random(in: .min ... .max)
        case .seeded(let state):
            // SplitMix64, https://prng.di.unimi.it/splitmix64.c
            let advanced = state &+ 0x9e37_79b9_7f4a_7c15
            self = .seeded(advanced)
            var mixed = (advanced ^ (advanced >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8], groupEnds: [Int]) {
        for digit in 0..<16 {
            if groupEnds.contains(digit) { bytes.append(UInt8(ascii: "-")) }
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - digit * 4)) & 0xf
            bytes.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }
}
