/// Changes bytes at random: bits, pieces, lines, and parts of other inputs.
package struct ByteMutator: Sendable {
    /// What has a meaning where it is put.
    private let pieces: [[UInt8]]
    /// Whole inputs, to take parts from.
    private let others: [[UInt8]]
    /// Bytes; longer ones are cut, so that repeated pieces do not grow without end.
    private let longest = 64 * 1024

    package init(pieces: [[UInt8]], others: [[UInt8]]) {
        self.pieces = pieces + ByteMutator.anywhere
        self.others = others
    }

    /// One change, and at times up to seven more.
    package func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0..<(1 << max(0, Int.random(in: -3...3, using: &random))) { change(&bytes, &random) }
        if bytes.count > longest { bytes.removeSubrange(longest...) }
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + (1 << Int.random(in: 0...8, using: &random)))
        switch Int.random(in: 0..<12, using: &random) {
        case 0: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &random) }
        case 1: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        case 2: bytes.removeSubrange(place..<end)
        case 3, 4: bytes.insert(contentsOf: random.pick(pieces), at: place)
        case 5: bytes.replaceSubrange(place..<end, with: random.pick(pieces))
        case 6: bytes.insert(contentsOf: bytes[place..<end], at: .random(in: 0...bytes.count, using: &random))
        case 7: insertPartOfAnother(into: &bytes, at: place, &random)
        case 8: swapLines(&bytes, &random)
        case 9: indent(&bytes, &random)
        case 10: if random.chance(20) { bytes.removeSubrange(place...) }
        default: repeatPiece(in: &bytes, at: place, &random)
        }
    }

    private func insertPartOfAnother(into bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let other = random.pick(others)
        let start = Int.random(in: 0...other.count, using: &random)
        let end = Int.random(in: start...other.count, using: &random)
        bytes.insert(contentsOf: other[start..<end], at: place)
    }

    private func repeatPiece(in bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let piece = random.pick(pieces)
        let times = 1 << Int.random(in: 1...(random.chance(1) ? 13 : 7), using: &random)
        bytes.insert(contentsOf: repeatElement(piece, count: times).joined(), at: place)
    }

    private func swapLines(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count > 1 else { return }
        lines.swapAt(.random(in: lines.indices, using: &random), .random(in: lines.indices, using: &random))
        bytes = Array(lines.joined(separator: [0x0a]))
    }

    private func indent(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        let index = Int.random(in: lines.indices, using: &random)
        lines[index] = random.chance(50) ? [0x20, 0x20] + lines[index] : lines[index].dropFirst(2)
        bytes = Array(lines.joined(separator: [0x0a]))
    }

    /// Trouble for everybody who reads text.
    private static let anywhere: [[UInt8]] =
        [
            "\0", "\r", "\r\n", "\t", "\u{7f}", "\u{1b}[31m", "\u{1b}]0;x\u{7}", "\u{9b}2J", "\u{85}", "\u{2028}",
            "\u{202e}",
            "\u{feff}", "\u{ffff}", "\u{fffd}", "\u{10ffff}", "é", "e\u{301}", "\u{200d}", "👩‍👩‍👧‍👧", "٣", "９",
            "0", "-0", "-1", "00", "1e9", "0x10", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
            "2147483648", "99999999999999999999999999", "1.5", "true", "null", "\\u0000", "\\ud800", "\\x1b", "%00",
            "%", "/",
        ].map { Array($0.utf8) } + [
            [0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
        ]
}
