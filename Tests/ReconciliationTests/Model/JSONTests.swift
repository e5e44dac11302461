import Diagnostics
import Reconciliation
import Testing

@Suite struct JSONTests {
    @Test func `only quotes, backslashes and control characters are escaped`() {
        let text = JSON.text("a\"b\\c/\n\u{1f}\u{7f}é\u{1F600}")

        #expect(text.compact == "\"a\\\"b\\\\c/\\u000a\\u001f\u{7f}é\u{1F600}\"")
    }

    @Test func `for people, whatever would disturb a terminal is escaped`() {
        let text = JSON.text("\u{7f}\u{9b}2J\u{2028}\u{202e}é")

        #expect(text.pretty == #""\u007f\u009b2J\u2028\u202eé""#)
        #expect(JSON(parsing: text.pretty) == text)
    }

    @Test func `members keep their order`() {
        let value: JSON = ["b": .number(1), "a": [.null, .bool(true), .number(-5)], "c": [:]]

        #expect(value.compact == #"{"b":1,"a":[null,true,-5],"c":{}}"#)
    }

    @Test func `a masked value shows only on the wire`() {
        let value: JSON = ["command": .masked("s3cret", shown: "((password))")]

        #expect(value.compact == #"{"command":"((password))"}"#)
        #expect(value.pretty.contains("s3cret") == false)
        #expect(value.wire == #"{"command":"s3cret"}"#)
    }

    @Test func `symbols are filled in, texts that look like them are not`() {
        let value: JSON = ["droplet_guid": .symbol("droplet.guid"), "command": "{droplet.guid}", "x": .symbol("other")]

        let filled = value.filled(with: ["droplet.guid": "d1"])

        #expect(filled.compact == #"{"droplet_guid":"d1","command":"{droplet.guid}","x":"{other}"}"#)
    }

    @Test func `what was written is read back`() {
        let value: JSON = [
            "b": .number(-1), "a": [.null, .bool(true), .bool(false), "a\"b\\c/\n\u{1f}é\u{1F600}", []], "c": [:],
        ]

        #expect(JSON(parsing: value.compact) == value)
        #expect(JSON(parsing: value.pretty) == value)
        #expect(JSON(parsing: #" "\u00e9\ud83d\ude00\b\/" "#) == "é\u{1F600}\u{8}/")
        #expect(JSON(parsing: #"{"a":1,"b":2,"a":3}"#) == ["a": .number(3), "b": .number(2)])
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "01", "-", "1.5", "1e3", "99999999999999999999",
        "nul",
        "\"", "\"\n\"", #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "1 2", "{1:2}",
        String(repeating: "[", count: 100_000),
    ])
    func `what is no JSON of ours is refused`(_ text: String) {
        #expect(JSON(parsing: text) == nil)
    }
}
