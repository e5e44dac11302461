import Diagnostics
import Reconciliation
import Testing

@Suite struct JSONTests {
    @Test func `only quotes, backslashes and control characters are escaped`() {
        let text = JSON.text("a\"b\\c/\n\u{1f}\u{7f}é\u{1F600}")

        #expect(text.compact == "\"a\\\"b\\\\c/\\u000a\\u001f\u{7f}é\u{1F600}\"")
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
}
