import Diagnostics
import TestSupport
import Testing
import YAML

/// Files that a parser may not trust.
struct BadInputTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let marked: String
        let expected: [String]

        init(_ name: String, _ marked: String, _ expected: String...) {
            testDescription = name
            self.marked = marked
            self.expected = expected
        }
    }

    @Test(arguments: [
        Case("a duplicate key", "a: 1\nb: 2\n1️⃣a: 3\n", "1️⃣ duplicate-key"),
        Case("a key three times", "a: 1\n1️⃣a: 2\n2️⃣a: 3\n", "1️⃣ duplicate-key", "2️⃣ duplicate-key"),
        Case("two merge keys", "x: &x {}\ny:\n  <<: *x\n  1️⃣<<: *x\n", "1️⃣ duplicate-key"),
        Case("a merge of a text", "y: {<<: 1️⃣text}\n", "1️⃣ wrong-type"),
        Case("a merge of a list of texts", "y: {<<: [{}, 1️⃣text]}\n", "1️⃣ wrong-type"),
        Case("tags", "a: 1️⃣!!str x\nb: &b 2️⃣!x {}\n", "1️⃣ unsupported-tag", "2️⃣ unsupported-tag"),
        Case("a tag with a handle", "a: 1️⃣!h!x y\n", "1️⃣ unsupported-tag"),
        Case("anchors without anything behind them", "[&a,&b,1️⃣!x ,2️⃣*c]\n", "1️⃣ unsupported-tag", "2️⃣ yaml-syntax"),
        Case(
            "tags far along a line",
            "[\(String(repeating: "é, ", count: 300))1️⃣!x é, &x 2️⃣!y z]\n",
            "1️⃣ unsupported-tag",
            "2️⃣ unsupported-tag"
        ),
        Case("a cycle", "a: &x [1️⃣*x]\n", "1️⃣ yaml-syntax"),
        Case("a cycle through a mapping", "a: &x\n  b: {c: 1️⃣*x}\n", "1️⃣ yaml-syntax"),
        Case("an unknown alias and more", "a: 1️⃣*x\nb: 1\n2️⃣b: 2\n", "1️⃣ yaml-syntax", "2️⃣ duplicate-key"),
        Case("an anchor of another document", "a: &x 1\n---\na: 1️⃣*x\n", "1️⃣ yaml-syntax"),
        Case("a list as a key", "? 1️⃣[a]\n: b\n", "1️⃣ yaml-syntax"),
        Case("a tab for indentation", "a:\n1️⃣\tb: c\n", "1️⃣ yaml-syntax"),
        Case("a tab after blanks", "a:\n  b: c\n  1️⃣\td: e\n", "1️⃣ yaml-syntax"),
        Case("an open quote", "a: 1️⃣\"b\n", "1️⃣ yaml-syntax"),
        Case("an open bracket", "a: [b\n1️⃣", "1️⃣ yaml-syntax"),
        Case("a colon in a text", "a: b1️⃣: c\n", "1️⃣ yaml-syntax"),
        Case("a plain text that begins with an at sign", "a: 1️⃣@b\n", "1️⃣ yaml-syntax"),
        Case("a second root", "[a]\n1️⃣b: c\n", "1️⃣ yaml-syntax"),
        Case("a NUL", "a: b1️⃣\0c\n", "1️⃣ yaml-syntax"),
        Case("a bell", "é: \"1️⃣\u{7}\"\n", "1️⃣ yaml-syntax"),
        Case("a byte order mark inside", "a: b\nc: 1️⃣\u{feff}\n", "1️⃣ yaml-syntax"),
        Case("a noncharacter", "a: 1️⃣\u{ffff}\n", "1️⃣ yaml-syntax"),
        Case("a C1 control", "a: é1️⃣\u{9f}\n", "1️⃣ yaml-syntax"),
    ])
    func `is answered with diagnostics`(_ input: Case) {
        let marked = MarkedYAML(input.marked)

        #expect(marked.found(parse(marked.text, file: "f").diagnostics) == input.expected)
    }

    @Test func `ten thousand levels of nesting end at the limit`() {
        let lists = String(repeating: "[", count: 10_000)
        let mappings = (0..<10_000).map { String(repeating: " ", count: $0 % 500) + "a:" }.joined(separator: "\n")
        let items = String(repeating: "- ", count: 10_000)

        #expect(parse(lists, file: "f").diagnostics.map(\.code) == [.yamlLimit])
        #expect(parse(mappings, file: "f").diagnostics.map(\.code) == [.yamlLimit])
        #expect(parse(items, file: "f").diagnostics.map(\.code) == [.yamlLimit])
    }

    @Test func `what stands in the text is not counted`() {
        let file = parse("[" + String(repeating: "x,", count: 1_000_001) + "]", file: "f")

        #expect(file.diagnostics.isEmpty, "\(file.diagnostics.first?.message ?? "")")
        #expect(file.documents.count == 1)
    }

    @Test func `a hundred levels are fine and aliases count with what they bring`() {
        let fifty = "&x " + String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
        let nested = { (levels: Int) in
            "- \(fifty)\n- " + String(repeating: "[", count: levels) + "*x" + String(repeating: "]", count: levels)
        }

        #expect(parse(nested(49), file: "f").diagnostics.isEmpty)
        #expect(parse(nested(50), file: "f").diagnostics.map(\.code) == [.yamlLimit])
    }

    @Test func `an alias bomb ends at the limit`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }

        #expect(parse(text, file: "f").diagnostics.map(\.code) == [.yamlLimit])
    }

    @Test func `a scalar of ten megabytes is a scalar`() {
        let text = "a: " + String(repeating: "x", count: 10_000_000) + "\n"

        let file = parse(text, file: "f")

        #expect(file.diagnostics.isEmpty)
        #expect(file.documents.first?.range.end == SourcePosition(line: 1, column: 10_000_004))
    }

    @Test func `what is not UTF-8 is refused at its place`() throws {
        let file = parse(Array("a: b\nc: é".utf8) + [0xff, 0x0a], file: "f")

        #expect(file.diagnostics.map(\.code) == [.notUTF8])
        #expect(file.diagnostics.first?.primary?.range.start == SourcePosition(line: 2, column: 5))
        let afterReturn = parse(Array("a: b\rc\r\n".utf8) + [0x64, 0xff], file: "f")
        #expect(afterReturn.diagnostics.first?.primary?.range.start == SourcePosition(line: 3, column: 2))
        #expect(parse([0xff, 0xfe, 0x61, 0x00], file: "f").diagnostics.map(\.code) == [.notUTF8])
    }

    @Test func `binary files are refused`() {
        let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00]
        let noise = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }

        #expect(parse(elf, file: "f").diagnostics.map(\.code) == [.yamlSyntax])
        #expect(parse(noise, file: "f").diagnostics.map(\.code) == [.notUTF8])
    }

    @Test func `documents before an error are kept`() {
        let file = parse("a: b\n---\nc: [\n", file: "f")

        #expect(file.documents.count == 1)
        #expect(file.diagnostics.count == 1)
    }
}
