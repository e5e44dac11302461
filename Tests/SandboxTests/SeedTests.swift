import Diagnostics
import Foundation
import Testing

@testable import Sandbox

@Suite struct SeedTests {
    @Test func `the example foundation is read and served`() async throws {
        let url = SeedSchemaTests.root.appending(path: "examples/storefront/seed.yml")
        let (seed, diagnostics) = Seed.parse(try String(contentsOf: url, encoding: .utf8), file: "seed.yml")

        #expect(diagnostics.isEmpty)
        let store = Store(seed: try #require(seed), options: .testing)
        let apps = await store.send("GET", "/v3/apps?include=space.organization", as: "dev")
        #expect(
            apps.names == ["storefront", "payments-api", "batch-runner", "empty-app", "storefront", "payments-api"]
        )
        #expect(apps["included.organizations.0.name"]?.text == "acme")
        let tasks = await store.send("GET", "/v3/tasks?names=old-import&states=RUNNING", as: "auditor")
        #expect(tasks["pagination.total_results"]?.integer == 1)
        let droplets = await store.send("GET", "/v3/droplets?label_selector=release", as: "dev")
        #expect(droplets["resources.0.image"]?.text == "registry.acme.example/storefront:2026.10.4")
    }

    @Test func `JSON is read too`() throws {
        let (seed, diagnostics) = Seed.parse(
            #"{"organizations": [{"name": "a", "spaces": [{"name": "s", "apps": [{"name": "x", "repeat": 3}]}]}]}"#,
            file: "seed.json"
        )

        #expect(diagnostics.isEmpty)
        #expect(seed?.organizations[0].spaces[0].apps[0].count == 3)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let text: String
        let expected: [String]

        var testDescription: String { expected.joined(separator: " | ") }
    }

    @Test(arguments: [
        Fault(text: "", expected: ["error[empty-file]: `s.yml` is empty"]),
        Fault(text: "[]", expected: ["1:1: error[wrong-type]: the document must be a seed, a mapping, not a list"]),
        Fault(
            text: "organisations: []",
            expected: [
                "1:1: error[unknown-key]: a seed has no key `organisations`",
                "1:1: error[missing-key]: a seed needs the key `organizations`",
            ]
        ),
        Fault(
            text: "organizations:\n  - name: a\n    spaces:\n      - {name: s, repeat: none}",
            expected: ["4:27: error[wrong-type]: `repeat` must be a whole number from 1 to 2147483647, not `none`"]
        ),
        Fault(
            text: "organizations:\n  - name: a\n    spaces:\n      - {name: s, repeat: 0}",
            expected: ["4:27: error[invalid-value]: `repeat` must be a whole number from 1 to 2147483647, not `0`"]
        ),
        Fault(
            text: "organizations:\n  - name:",
            expected: ["2:10: error[empty-value]: `name` has no value"]
        ),
        Fault(
            text: "organizations:\n  - name: null",
            expected: ["2:11: error[null-not-allowed]: `name` cannot be null"]
        ),
        Fault(
            text: "organizations:\n  - {name: a, created_at: yesterday}",
            expected: [
                "2:27: error[invalid-value]: `created_at` must be a time such as 2026-11-21T03:10:14Z, not `yesterday`"
            ]
        ),
        Fault(
            text:
                "users: [{name: dev, password: dev}]\norganizations:\n  - {name: a, roles: {organization_user: [dve]}}",
            expected: ["3:43: error[invalid-value]: no user or client of the seed is named `dve`"]
        ),
        Fault(
            text: "organizations:\n  - {name: a}\n  - {name: A}",
            expected: ["3:12: error[duplicate-resource]: organization `A` is there twice in the seed"]
        ),
        Fault(
            text: "organizations:\n  - {name: a, guid: g}\n  - {name: b, guid: g}",
            expected: ["3:21: error[duplicate-resource]: the guid `g` is there twice"]
        ),
        Fault(
            text: "organizations:\n  - name: a\n    spaces: [{name: s, apps: [{name: x, repeat: 2, guid: g}]}]",
            expected: ["3:58: error[duplicate-resource]: the guid `g` is that of several resources"]
        ),
        Fault(
            text: "organizations: []\n---\norganizations: []",
            expected: ["3:1: error[invalid-value]: a seed is one document"]
        ),
    ])
    func `what is wrong with a seed is said at its place`(fault: Fault) {
        let (seed, diagnostics) = Seed.parse(fault.text, file: "s.yml")

        #expect(seed == nil)
        let found = diagnostics.map { diagnostic in
            let place = diagnostic.primary.map { "\($0.range.start.line):\($0.range.start.column): " } ?? ""
            return "\(place)\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]: \(diagnostic.message)"
        }
        #expect(found == fault.expected)
    }

    @Test func `a misspelt key is answered with the right one`() {
        let (_, diagnostics) = Seed.parse("organizations: [{name: a, spacs: []}]", file: "s.yml")

        #expect(diagnostics.map(\.details) == [[.help("did you mean `spaces`?")]])
    }

    @Test func `repeat makes many and numbers their texts`() async throws {
        let text = """
            organizations:
              - name: acme
                spaces:
                  - name: space-((i))
                    repeat: 2
                    apps:
                      - name: app-((i))
                        repeat: 3
                        lifecycle: {type: docker}
                        droplets: [{image: "registry/app:((i))"}]
                        metadata: {labels: {number: "((i))"}}
                        processes: [{type: "worker-((i))", repeat: 2}]
            """
        let (seed, diagnostics) = Seed.parse(text, file: "s.yml")
        #expect(diagnostics.isEmpty)
        var complete = try #require(seed)
        complete.users = [Seed.User("admin", password: "x", scopes: ["cloud_controller.admin"])]
        let store = Store(seed: complete, options: .testing)

        let spaces = await store.send("GET", "/v3/spaces")
        let apps = await store.send("GET", "/v3/apps?label_selector=number=2")
        let processes = await store.send("GET", "/v3/processes?types=worker-1,worker-2")
        let droplets = await store.send("GET", "/v3/droplets")

        #expect(spaces.names == ["space-1", "space-2"])
        #expect(apps.names == ["app-2", "app-2"])
        #expect(processes["pagination.total_results"]?.integer == 12)
        #expect(droplets["resources.1.image"]?.text == "registry/app:2")
    }
}
