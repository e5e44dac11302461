import Diagnostics

/// The bytes of a file, known to be characters that YAML allows, with the beginnings of its lines.
///
/// libyaml ends lines at U+0085, U+2028 and U+2029 too, which no editor does; so its indices are used and its lines
/// are not.
struct Source {
    let file: String
    /// Without a byte order mark.
    let bytes: [UInt8]
    /// Where each line begins, as an index of bytes and of Unicode scalars.
    private let lineStarts: [Place]
    /// The bytes at which every so many Unicode scalars begin, so that none is far from one of them, however long its line.
    private let landmarks: [Int]
    private static let landmarkDistance = 256

    /// A place as an index of bytes and of Unicode scalars.
    struct Place {
        var byte: Int
        var scalar: Int
    }

    /// The place of a Unicode scalar.
    func position(_ index: Int) -> SourcePosition {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle].scalar <= index { low = middle } else { high = middle }
        }
        return SourcePosition(line: low + 1, column: index - lineStarts[low].scalar + 1)
    }

    func range(_ start: Int, _ end: Int) -> SourceRange {
        SourceRange(file: file, start: position(start), end: position(end))
    }

    /// The rest of a line from a Unicode scalar on.
    func rest(from index: Int) -> [Unicode.Scalar] {
        let start = place(of: index)
        let line = position(index).line
        let end = line < lineStarts.count ? lineStarts[line].byte : bytes.count
        return Array(String(decoding: bytes[start.byte..<max(start.byte, end)], as: UTF8.self).unicodeScalars)
    }

    /// Where a Unicode scalar begins; the end for one past it.
    func place(of index: Int) -> Place {
        let landmark = min(index / Source.landmarkDistance, landmarks.count - 1)
        var place = Place(byte: landmarks[landmark], scalar: landmark * Source.landmarkDistance)
        while place.scalar < index, place.byte < bytes.count { step(&place) }
        return place
    }

    /// Nil at the end.
    func byte(at place: Place) -> UInt8? {
        place.byte < bytes.count ? bytes[place.byte] : nil
    }

    /// Goes on over characters whose first byte is wanted, at most to this one.
    func move(_ place: inout Place, to end: Int, while isWanted: (UInt8) -> Bool) {
        while place.scalar < end, let byte = byte(at: place), isWanted(byte) { step(&place) }
    }

    func text(_ start: Place, _ end: Place) -> String {
        String(decoding: bytes[start.byte..<end.byte], as: UTF8.self)
    }

    private func step(_ place: inout Place) {
        place.scalar += 1
        place.byte += 1
        while place.byte < bytes.count, bytes[place.byte] & 0xc0 == 0x80 { place.byte += 1 }
    }
}

extension Source {
    /// Why a file is no text that YAML can be.
    struct Refusal: Error {
        enum Reason {
            case notUTF8
            case character(Unicode.Scalar)
        }

        let reason: Reason
        let position: SourcePosition
    }

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    init(_ input: [UInt8], file: String) throws(Refusal) {
        self.file = file
        bytes = input.starts(with: Source.byteOrderMark) ? Array(input.dropFirst(3)) : input
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Refusal(reason: .notUTF8, position: Source.firstInvalid(in: bytes))
        }

        var lineStarts = [Place(byte: 0, scalar: 0)]
        var landmarks: [Int] = []
        var scalars = 0
        var previous: UInt8 = 0
        var suspects: [Int] = []
        bytes.withUnsafeBufferPointer { buffer in
            for index in 0..<buffer.count {
                let byte = buffer[index]
                if previous == 0x0a || (previous == 0x0d && byte != 0x0a) {
                    lineStarts.append(Place(byte: index, scalar: scalars))
                }
                previous = byte
                if byte & 0xc0 != 0x80 {
                    if scalars % Source.landmarkDistance == 0 { landmarks.append(index) }
                    scalars += 1
                }
                let isSuspect = byte < 0x20 || byte == 0x7f || byte == 0xc2 || byte == 0xef
                if isSuspect && byte != 0x0a && byte != 0x09 && byte != 0x0d { suspects.append(index) }
            }
        }
        if previous == 0x0a || previous == 0x0d { lineStarts.append(Place(byte: bytes.count, scalar: scalars)) }
        self.lineStarts = lineStarts
        self.landmarks = landmarks.isEmpty ? [0] : landmarks

        for index in suspects {
            let tail = String(decoding: bytes[index..<min(index + 3, bytes.count)], as: UTF8.self)
            guard let scalar = tail.unicodeScalars.first, !Source.isAllowed(scalar) else { continue }
            let line = lineStarts.last { $0.byte <= index } ?? Place(byte: 0, scalar: 0)
            let column = String(decoding: bytes[line.byte..<index], as: UTF8.self).unicodeScalars.count
            throw Refusal(reason: .character(scalar), position: position(line.scalar + column))
        }
    }

    /// The characters of <https://yaml.org/spec/1.1/#id868524>, of which libyaml refuses U+FEFF inside a text.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xfefe, 0xff00...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }

    private static func firstInvalid(in bytes: [UInt8]) -> SourcePosition {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var valid = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid += UTF8.width(scalar) }
        let lines = SourceText(Array(bytes[..<valid])).lines
        return SourcePosition(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }
}
