/// The text of a file, cut into lines as an editor shows them.
package struct SourceText: Hashable, Sendable {
    /// Without line ends; a last line without one counts, and after a last line end stands an empty line.
    package let lines: [Substring]
    /// Where every so many Unicode scalars of a long line begin, by the line's index; so none is far from one of them.
    private let landmarks: [Int: [String.Index]]
    private static let landmarkDistance = 256

    /// A byte order mark is no part of the first line.
    package init(_ text: String) {
        var lines: [Substring] = []
        let bytes = text.utf8
        var start =
            bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.index(bytes.startIndex, offsetBy: 3) : bytes.startIndex
        var index = start
        var landmarks: [Int: [String.Index]] = [:]
        var scalars = 0
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte & 0xc0 != 0x80 {
                if scalars > 0, scalars % SourceText.landmarkDistance == 0 {
                    landmarks[lines.count, default: []].append(index)
                }
                scalars += 1
            }
            let next = bytes.index(after: index)
            guard byte == 0x0a || byte == 0x0d else {
                index = next
                continue
            }
            lines.append(text[start..<index])
            let isPair = byte == 0x0d && next < bytes.endIndex && bytes[next] == 0x0a
            start = isPair ? bytes.index(after: next) : next
            scalars = 0
            index = start
        }
        lines.append(text[start...])
        self.lines = lines
        self.landmarks = landmarks
    }

    /// Bytes that are not UTF-8 become U+FFFD, so that an excerpt can be shown of what cannot be read.
    package init(_ bytes: [UInt8]) {
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// The line of this number, counted from one; nil past the end.
    package func line(_ number: Int) -> Substring? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// Where a column of a line begins, both counted from one; nil past its end.
    func index(ofColumn column: Int, inLine number: Int) -> String.Index? {
        guard let line = line(number) else { return nil }
        let known = landmarks[number - 1] ?? []
        let landmark = min((column - 1) / SourceText.landmarkDistance, known.count)
        let start = landmark == 0 ? line.startIndex : known[landmark - 1]
        let rest = column - 1 - landmark * SourceText.landmarkDistance
        return line.unicodeScalars.index(start, offsetBy: rest, limitedBy: line.endIndex)
    }
}

/// The texts that diagnostics point into, by file name.
package struct SourceFiles: Sendable {
    private var texts: [Text: SourceText] = [:]
    private var secretFiles: Set<Text> = []

    package init() {}

    package init(_ texts: [String: String]) {
        for (file, text) in texts { self.texts[Text(file)] = SourceText(text) }
    }

    /// Keeps the text of a file; of a secret one no excerpt is ever shown.
    package mutating func add(_ text: SourceText, file: String, isSecret: Bool = false) {
        texts[Text(file)] = text
        if isSecret { secretFiles.insert(Text(file)) }
    }

    package func text(of file: String) -> SourceText? {
        texts[Text(file)]
    }

    package func isSecret(_ file: String) -> Bool {
        secretFiles.contains(Text(file))
    }
}
