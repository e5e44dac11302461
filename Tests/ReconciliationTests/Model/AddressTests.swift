import Diagnostics
import Reconciliation
import Testing

@Suite struct AddressTests {
    @Test func `an address names a part of an app`() {
        #expect("\(appAddress)" == "acme/production/storefront")
        #expect("\(appAddress.appending(.droplet))" == "acme/production/storefront/droplet")
        #expect("\(appAddress.appending(.process("web")))" == "acme/production/storefront/processes/web")
        #expect("\(appAddress.appending(.task("old-import")))" == "acme/production/storefront/tasks/old-import")
    }

    @Test func `slashes, percent signs and control characters of names are encoded`() {
        let address = Address(organization: "a/b", space: "50%", app: "x\u{7}é", part: .task("t\u{85}"))

        #expect("\(address)" == "a%2Fb/50%25/x%07é/tasks/t%C2%85")
    }

    @Test func `addresses are ordered by names and then by part`() {
        let other = Address(organization: "acme", space: "production", app: "admin")
        let sorted = [
            appAddress.appending(.task("b")), appAddress, other.appending(.task("z")),
            appAddress.appending(.process("a")),
        ].sorted()

        #expect(
            sorted.map { "\($0)" } == [
                "acme/production/admin/tasks/z", "acme/production/storefront", "acme/production/storefront/processes/a",
                "acme/production/storefront/tasks/b",
            ]
        )
    }
}

@Suite struct TargetPatternTests {
    struct Case: Sendable, CustomStringConvertible {
        let pattern: String
        let part: Address.Part
        let isCovered: Bool
        var description: String { "\(pattern) \(part)" }
    }

    @Test(arguments: [
        Case(pattern: "acme", part: .process("web"), isCovered: true),
        Case(pattern: "acme/production/storefront", part: .process("web"), isCovered: true),
        Case(pattern: "acme/production/storefront/processes/web", part: .process("web"), isCovered: true),
        Case(pattern: "acme/production/storefront/processes/web", part: .app, isCovered: false),
        Case(pattern: "acme/production/storefront/processes/w*", part: .process("worker"), isCovered: true),
        Case(pattern: "acme/*/store?ront", part: .app, isCovered: true),
        Case(pattern: "acme/*/store?front", part: .app, isCovered: false),
        Case(pattern: "**/web", part: .process("web"), isCovered: true),
        Case(pattern: "**/tasks/**", part: .task("migrate"), isCovered: true),
        Case(pattern: "**/tasks", part: .process("web"), isCovered: false),
        Case(pattern: "acme/prod", part: .app, isCovered: false),
        Case(pattern: "", part: .app, isCovered: false),
    ])
    func `a pattern covers what it matches and everything below`(_ example: Case) {
        #expect(TargetPattern(example.pattern).covers(appAddress.appending(example.part)) == example.isCovered)
    }

    @Test func `a target that names a process keeps the app with that process alone`() throws {
        let state = desiredState(
            desiredApp {
                $0.fields = [declared(.label("team"), .text("web"))]
                $0.processes = [
                    DesiredProcess(type: "web", origin: place()), DesiredProcess(type: "worker", origin: place()),
                ]
            },
            desiredApp("other")
        )

        let pattern = TargetPattern("acme/production/storefront/processes/web")
        let (narrowed, unmatched) = state.narrowed(to: [pattern, TargetPattern("nowhere")])

        let app = try #require(narrowed.spaces.first?.apps.first)
        #expect(narrowed.spaces.first?.apps.count == 1)
        #expect(app.fields.isEmpty)
        #expect(app.processes.map(\.type) == ["web"])
        #expect(unmatched.map(\.text) == ["nowhere"])
    }
}
