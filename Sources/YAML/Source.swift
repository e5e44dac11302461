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
    private let lineStarts: [(byte: Int, scalar: Int)]

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
        let position = position(index)
        let start = lineStarts[position.line - 1].byte
        let end = position.line < lineStarts.count ? lineStarts[position.line].byte : bytes.count
        let line = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars
        return Array(line.dropFirst(position.column - 1))
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

        var lineStarts = [(byte: 0, scalar: 0)]
        var scalars = 0
        var previous: UInt8 = 0
        var suspects: [Int] = []
        bytes.withUnsafeBufferPointer { buffer in
            for index in 0..<buffer.count {
                let byte = buffer[index]
                if previous == 0x0a || (previous == 0x0d && byte != 0x0a) { lineStarts.append((index, scalars)) }
                previous = byte
                if byte & 0xc0 != 0x80 { scalars += 1 }
                let isSuspect = byte < 0x20 || byte == 0x7f || byte == 0xc2 || byte == 0xef
                if isSuspect && byte != 0x0a && byte != 0x09 && byte != 0x0d { suspects.append(index) }
            }
        }
        if previous == 0x0a || previous == 0x0d { lineStarts.append((bytes.count, scalars)) }
        self.lineStarts = lineStarts

        for index in suspects {
            let tail = String(decoding: bytes[index..<min(index + 3, bytes.count)], as: UTF8.self)
            guard let scalar = tail.unicodeScalars.first, !Source.isAllowed(scalar) else { continue }
            let line = lineStarts.last { $0.byte <= index } ?? (0, 0)
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
