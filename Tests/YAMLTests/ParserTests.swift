import Diagnostics
import TestSupport
import Testing
import YAML

struct ParserTests {
    @Test func `scalars keep their text and their style`() throws {
        let mapping = try #require(onlyMapping("a: 1.10\nb: 'NO'\nc: |\n  x\n  y\nd: null\ne: ~\nf: \"null\"\ng:\n"))

        let scalars = try mapping.entries.map { try #require(scalar($0.value)) }
        #expect(scalars.map(\.text.string) == ["1.10", "NO", "x\ny\n", "null", "~", "null", ""])
        #expect(scalars.map(\.style) == [.plain, .quoted, .block, .plain, .plain, .quoted, .plain])
        #expect(scalars.map(\.isNull) == [false, false, false, true, true, false, false])
        #expect(scalars.map(\.isEmpty) == [false, false, false, false, false, false, true])
    }

    @Test func `a pair of escapes is the character that JSON means, and only in double quotes`() throws {
        let pair = #"\ud83d\ude80"#
        let text = "\"k\(pair)\": \"a\(pair)b\(pair)\"\np: \(pair)\ns: '\(pair)'\nd: \"\\\\u\"  # \(pair)\n"
        let mapping = try #require(onlyMapping(text))

        #expect(mapping.entries.first?.key.text == "k\u{1f680}")
        let texts = mapping.entries.compactMap { scalar($0.value)?.text }
        #expect(texts == ["a\u{1f680}b\u{1f680}", Text(pair), Text(pair), "\\u"])
        #expect(mapping.entries.first?.value.range == range(1, 18, 1, 46))
    }

    @Test(arguments: [#""\ud83d""#, #""\ude80\ud83d""#, #""\ud83dx""#]) func `half a pair is no character`(text: String)
    {
        #expect(
            parse("a: \(text)\n", file: "f").diagnostics.map(\.message) == ["the escape is not a Unicode character"]
        )
    }

    @Test func `places count lines and Unicode scalars from one`() throws {
        let mapping = try #require(onlyMapping("# ä\n\"ké\": [1, \"𝄞\", b]\n"))

        let entry = try #require(mapping.entries.first)
        #expect(entry.key.range == range(2, 1, 2, 5))
        guard case .list(let list) = entry.value else {
            Issue.record("not a list")
            return
        }
        #expect(list.items.map(\.range) == [range(2, 8, 2, 9), range(2, 11, 2, 14), range(2, 16, 2, 17)])
        #expect(list.range == range(2, 7, 2, 18))
    }

    @Test func `an empty value is an empty place behind the colon`() throws {
        let mapping = try #require(onlyMapping("key:\nother: 1\n"))

        #expect(mapping["key"]?.range == range(1, 5, 1, 5))
    }

    @Test func `a mapping ends with its last value`() throws {
        let mapping = try #require(onlyMapping("a:\n  b: cd\n\n\ne: f\n"))

        #expect(mapping["a"]?.range == range(2, 3, 2, 8))
    }

    @Test func `lines end at line feeds and carriage returns only`() throws {
        let mapping = try #require(onlyMapping("a: 'x\u{2028}y\u{85}z'\r\nb: 1\rc: 2\n"))

        #expect(mapping["b"]?.range == range(2, 4, 2, 5))
        #expect(mapping["c"]?.range == range(3, 4, 3, 5))
    }

    @Test func `a byte order mark is no part of the text`() throws {
        let mapping = try #require(onlyMapping("\u{feff}a: b\n"))

        #expect(mapping["a"]?.range == range(1, 4, 1, 5))
    }

    @Test func `an anchor is no part of its value`() throws {
        let mapping = try #require(onlyMapping("a: &x   5\nb: &y [1]\nc: *x\nd: &z # note\n  e: f\n"))

        #expect(mapping["a"]?.range == range(1, 9, 1, 10))
        #expect(mapping["b"]?.range == range(2, 7, 2, 10))
        #expect(mapping["c"] == mapping["a"])
        #expect(mapping["d"]?.range.start == SourcePosition(line: 4, column: 4))
    }

    @Test func `empty documents are left out`() {
        #expect(parse("", file: "f").documents.isEmpty)
        #expect(parse("# only this\n", file: "f").documents.isEmpty)
        #expect(parse("---\n---\n# nothing\n---\na: b\n...\n", file: "f").documents.count == 1)
        #expect(parse("a: b\n---\n[c]\n", file: "f").documents.count == 2)
    }

    @Test func `JSON is read as YAML`() throws {
        let mapping = try #require(onlyMapping(#"{"a": {"b": [1, true, null, "x\u00e9\n"]}, "c": {}}"# + "\n"))

        #expect(mapping.entries.map(\.key.text) == ["a", "c"])
        guard case .mapping(let inner) = mapping["a"], case .list(let list) = inner["b"] else {
            Issue.record("not a list")
            return
        }
        #expect(list.items.map { scalar($0)?.text.string } == ["1", "true", "null", "x\u{e9}\n"])
    }

    @Test func `own keys beat merged ones and earlier merges beat later ones`() throws {
        let text = """
            x: &x {a: x, b: x, c: x}
            y: &y {b: y, c: y, d: y}
            one: {<<: *x, a: own}
            list: {a: own, <<: [*x, *y]}
            quoted: {"<<": 1}
            shallow: {<<: {m: {p: 1}}, m: {q: 2}}
            """
        let mapping = try #require(onlyMapping(text))

        #expect(flat(mapping["one"]) == ["a=own", "b=x", "c=x"])
        #expect(flat(mapping["list"]) == ["a=own", "b=x", "c=x", "d=y"])
        #expect(flat(mapping["quoted"]) == ["<<=1"])
        #expect(flat(mapping["shallow"]) == ["m={}"])
    }

    @Test func `keys that differ only in their form of Unicode are different keys`() {
        let file = parse("caf\u{e9}: 1\ncafe\u{301}: 2\n", file: "f")

        #expect(file.diagnostics.isEmpty)
    }

    @Test func `long mappings find their duplicates too`() {
        let keys = (0..<40).map { "k\($0): 1\n" }.joined()

        #expect(parse(keys, file: "f").diagnostics.isEmpty)
        #expect(parse(keys + "k3: 1\nk39: 1\n", file: "f").diagnostics.count == 2)
    }

    private func onlyMapping(_ text: String) -> Node.Mapping? {
        let file = parse(text, file: "f")
        #expect(file.diagnostics.isEmpty)
        guard file.documents.count == 1, case .mapping(let mapping) = file.documents[0] else { return nil }
        return mapping
    }

    private func scalar(_ node: Node) -> Node.Scalar? {
        guard case .scalar(let scalar) = node else { return nil }
        return scalar
    }

    private func flat(_ node: Node?) -> [String] {
        guard case .mapping(let mapping) = node else { return [] }
        return mapping.entries.map { "\($0.key.text)=\(scalar($0.value)?.text.string ?? "{}")" }
    }

    private func range(_ startLine: Int, _ startColumn: Int, _ endLine: Int, _ endColumn: Int) -> SourceRange {
        SourceRange(
            file: "f",
            start: SourcePosition(line: startLine, column: startColumn),
            end: SourcePosition(line: endLine, column: endColumn)
        )
    }
}
