import Diagnostics
import Testing

@testable import Reconciliation

@Suite struct OwnershipRecordTests {
    private typealias Name = OwnershipRecord.Name

    @Test func `the bytes of a record are fixed`() throws {
        let ownership = Ownership(of: [:], inApp: "4a7c3f5e-9a55-4b0c-8f0f-2d1f6c8e7b10")
        var record = OwnershipRecord()
        for (field, value) in [
            (.healthCheck(.timeout), .number(60)), (.label("team"), .text("web")), (.label("Team"), .text("café")),
            (.annotation("acme.example/contact"), .text("")), (.instances, .band(min: 2, max: 6)),
        ] as [(Field, DesiredValue)] {
            record.entries[Name(field)] = ownership.hash(of: value)
        }

        let annotations = try #require(record.annotations(of: "storefront-team"))

        #expect(annotations.map(\.key) == ["evenkeel.dev/owner.storefront-team"])
        #expect(
            annotations[0].text.string == #"{"v":1,"labels":{"Team":"4ded8bdc","team":"b58d17e9"},"#
                + #""annotations":{"acme.example/contact":"572c400b"},"#
                + #""fields":{"health_check.timeout":"d3b277ac","instances":"094e125b"}}"#
        )
        #expect(OwnershipRecord(part: annotations[0].text) == record)
    }

    @Test func `equal values have other hashes in other apps, and null has none`() {
        let one = Ownership(of: [:], inApp: "one")
        let other = Ownership(of: [:], inApp: "other")

        #expect(one.hash(of: .text("web")) != other.hash(of: .text("web")))
        #expect(one.hash(of: .text("1")) != one.hash(of: .number(1)))
        #expect(one.hash(of: .null) == nil)
    }

    @Test func `a long record is split into whole parts and read back`() throws {
        var record = OwnershipRecord()
        for number in 0..<300 {
            let key = Text("a-key-of-some-length-\(number)")
            record.entries[Name(number.isMultiple(of: 2) ? .labels : .annotations, key)] = "0123abcd"
        }

        let parts = try #require(record.annotations(of: "team"))

        #expect(parts.count == 3)
        #expect(parts.map(\.key.string).suffix(2) == ["evenkeel.dev/owner.team.2", "evenkeel.dev/owner.team.3"])
        for part in parts { #expect(part.text.count <= 4900) }
        let fields = Dictionary(
            uniqueKeysWithValues: parts.map { (Field.annotation($0.key), ObservedValue.value(.text($0.text))) }
        )
        let ownership = Ownership(of: fields, inApp: "app")
        #expect(ownership.records == ["team": record])
        #expect(ownership.unreadable.isEmpty)
        #expect(ownership.writing(record, of: "team")?.isEmpty == true)
        // What becomes short again needs fewer parts.
        let short = OwnershipRecord([Name(.labels, "a"): "01234567"])
        #expect(
            ownership.writing(short, of: "team")?.map(\.value)
                == [.text(#"{"v":1,"labels":{"a":"01234567"}}"#), .null, .null]
        )
        #expect(ownership.writing(OwnershipRecord(), of: "team")?.map(\.value) == [.null, .null, .null])
    }

    @Test func `a record that needs more than six parts does not fit`() {
        var record = OwnershipRecord()
        for number in 0..<140 {
            record.entries[Name(.annotations, Text(String(repeating: "k", count: 230) + "\(number)"))] = "0123abcd"
        }

        #expect(record.annotations(of: "team") == nil)
    }

    @Test(arguments: [
        "", "mine", "[]", "{}", #"{"v":2,"labels":{}}"#, #"{"v":"1"}"#, #"{"v":1,"labels":[]}"#,
        #"{"v":1,"labels":{"a":1}}"#, #"{"v":1,"labels":{"a":"0"}"#,
    ])
    func `what is no record of this version makes the whole record unreadable`(_ text: String) {
        let fields: ObservedFields = [
            .annotation("evenkeel.dev/owner.team"): .value(.text(#"{"v":1,"labels":{"a":"01234567"}}"#)),
            .annotation("evenkeel.dev/owner.team.2"): .value(.text(Text(text))),
            .annotation("evenkeel.dev/owner.other"): .value(.text(#"{"v":1}"#)),
        ]

        let ownership = Ownership(of: fields, inApp: "app")

        #expect(ownership.unreadable == ["team"])
        #expect(ownership.records == ["other": OwnershipRecord()])
    }

    @Test func `annotations that only look like records are none`() {
        for key in ["evenkeel.dev/owner.team.7", "evenkeel.dev/owner.team.x", "evenkeel.dev/run.1", "owner.team"] {
            #expect(OwnershipRecord.manager(ofKey: Text(key)) == nil, "\(key)")
        }
    }
}
