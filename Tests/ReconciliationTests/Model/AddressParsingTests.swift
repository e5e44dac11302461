import Diagnostics
import Reconciliation
import Testing

@Suite struct AddressParsingTests {
    @Test(arguments: [
        Address(organization: "acme", space: "production", app: "storefront"),
        Address(organization: "acme", space: "production", app: "storefront", part: .droplet),
        Address(organization: "acme", space: "production", app: "storefront", part: .process("web")),
        Address(organization: "acme", space: "production", app: "storefront", part: .task("old-import")),
        Address(organization: "a/b", space: "50%", app: "x\u{7}é", part: .task("t\u{85}")),
        Address(organization: " ", space: "processes", app: "droplet", part: .process("tasks")),
    ])
    func `what is printed is read again`(_ address: Address) throws {
        #expect(try Address(parsing: "\(address)") == address)
    }

    @Test func `any character may be encoded, with digits of either case`() throws {
        #expect(try Address(parsing: "%61cme/x%2fy/%C3%A9").description == "acme/x%2Fy/é")
    }

    struct Case: Sendable, CustomStringConvertible {
        let text: String
        let reason: String
        var description: String { text }
    }

    @Test(arguments: [
        Case(text: "", reason: "a segment is empty"),
        Case(text: "acme", reason: "it has 1 segment, and an app is ORG/SPACE/APP"),
        Case(text: "acme/production", reason: "it has 2 segments, and an app is ORG/SPACE/APP"),
        Case(text: "acme//storefront", reason: "a segment is empty"),
        Case(text: "acme/production/storefront/", reason: "a segment is empty"),
        Case(text: "a/b/c/processes", reason: "the type of the process is missing: processes/TYPE"),
        Case(text: "a/b/c/tasks", reason: "the name of the task is missing: tasks/NAME"),
        Case(
            text: "a/b/c/processes/web/0",
            reason: "it has more segments than a resource (a `/` in a name is written %2F)"
        ),
        Case(text: "a/b/c/droplet/x", reason: "it has more segments than a resource (a `/` in a name is written %2F)"),
        Case(text: "a/b/c/web", reason: "an app has /droplet, /processes/TYPE and /tasks/NAME, and no `/web`"),
        Case(
            text: "a/b/50%",
            reason: "`%` in a name is written %25, and two hexadecimal digits follow every other"
        ),
        Case(
            text: "a/b/50%zz",
            reason: "`%` in a name is written %25, and two hexadecimal digits follow every other"
        ),
        Case(text: "a/b/%FF", reason: "`%FF` is not UTF-8 when it is decoded"),
    ])
    func `what is no address says what is expected`(_ example: Case) {
        let error = #expect(throws: Address.ParsingError.self) { try Address(parsing: example.text) }
        #expect(error?.reason == example.reason)
    }
}
