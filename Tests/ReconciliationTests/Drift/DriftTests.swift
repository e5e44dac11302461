import Diagnostics
import Reconciliation
import Testing

@Suite struct DriftTests {
    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let declared: DesiredValue
        let field: Field
        let observed: ObservedValue?
        var context = FieldContext()
        let standing: FieldStanding
        var description: String { name }
    }

    @Test(arguments: [
        Case(
            name: "an equal text",
            declared: .text("a"),
            field: .command,
            observed: .value(.text("a")),
            standing: .inPlace
        ),
        Case(
            name: "texts are compared by scalars",
            declared: .text("caf\u{e9}"),
            field: .label("x"),
            observed: .value(.text("cafe\u{301}")),
            standing: .differs(to: .text("caf\u{e9}"))
        ),
        Case(
            name: "a missing label",
            declared: .text("a"),
            field: .label("x"),
            observed: nil,
            standing: .differs(to: .text("a"))
        ),
        Case(name: "clearing a missing label", declared: .null, field: .label("x"), observed: nil, standing: .inPlace),
        Case(
            name: "clearing an empty label",
            declared: .null,
            field: .label("x"),
            observed: .value(.text("")),
            standing: .differs(to: .null)
        ),
        Case(
            name: "a number in its band",
            declared: .band(min: 2, max: 5),
            field: .instances,
            observed: .value(.number(5)),
            standing: .inPlace
        ),
        Case(
            name: "below the band",
            declared: .band(min: 2, max: 5),
            field: .instances,
            observed: .value(.number(1)),
            standing: .differs(to: .number(2))
        ),
        Case(
            name: "above the band",
            declared: .band(min: 2, max: 5),
            field: .instances,
            observed: .value(.number(9)),
            standing: .differs(to: .number(5))
        ),
        Case(name: "hidden", declared: .text("a"), field: .command, observed: .hidden, standing: .hidden),
        Case(name: "a key that is not shown", declared: .text("a"), field: .user, observed: nil, standing: .notShown),
        Case(
            name: "an endpoint is shown only for http",
            declared: .text("/"),
            field: .healthCheck(.endpoint),
            observed: nil,
            standing: .differs(to: .text("/"))
        ),
        Case(
            name: "no command is the detected one",
            declared: .null,
            field: .command,
            observed: .value(.text("run")),
            context: FieldContext(detectedCommand: "run"),
            standing: .inPlace
        ),
        Case(
            name: "no command is not another one",
            declared: .null,
            field: .command,
            observed: .value(.text("mine")),
            context: FieldContext(detectedCommand: "run"),
            standing: .differs(to: .null)
        ),
        Case(
            name: "no command is an empty one",
            declared: .null,
            field: .command,
            observed: .value(.text("")),
            standing: .inPlace
        ),
        Case(
            name: "no user is the platform's",
            declared: .null,
            field: .user,
            observed: .value(.text("vcap")),
            context: FieldContext(defaultUser: "vcap"),
            standing: .inPlace
        ),
        Case(
            name: "an unset timeout",
            declared: .null,
            field: .healthCheck(.timeout),
            observed: .value(.null),
            standing: .inPlace
        ),
        Case(
            name: "clearing a timeout",
            declared: .null,
            field: .healthCheck(.timeout),
            observed: .value(.number(5)),
            standing: .differs(to: .null)
        ),
    ])
    func `a field is in place or not`(_ example: Case) {
        let field = declared(example.field, example.declared)
        let observed: ObservedFields = example.observed.map { [example.field: $0] } ?? [:]

        #expect(standing(of: field, in: observed, context: example.context) == example.standing)
    }

    @Test func `leaving http shows that the server forgets the endpoint`() {
        let observed: ObservedFields = [
            .healthCheck(.type): .value(.text("http")), .healthCheck(.endpoint): .value(.text("/health")),
        ]

        let changes = drift(of: [declared(.healthCheck(.type), .text("process"))], from: observed).changes

        #expect(changes.map(\.field) == [.healthCheck(.type), .healthCheck(.endpoint)])
        #expect(changes.map(\.isImplied) == [false, true])
    }

    @Test func `what is not declared is not compared`() {
        #expect(drift(of: [], from: observedProcessFields).isEmpty)
    }
}
