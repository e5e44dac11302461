import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Names for "did you mean" where something declared is not found.
struct SuggestionTests {
    private let controller = FakeController()

    private func observe(_ desired: DesiredState) async throws -> ObservedState {
        await controller.add([.organization("o", "acme"), .organization("o2", "apex")], to: "/v3/organizations")
        await controller.add([.space("s", "production", in: "o"), .space("s2", "staging", in: "o")], to: "/v3/spaces")
        await controller.add(
            [.app("a", "storefront", in: "s"), .app("b", "payments", in: "s"), .app("c", "storage", in: "s2")],
            to: "/v3/apps"
        )
        for path in ["processes", "tasks", "roles", "deployments"] { await controller.add([], to: "/v3/\(path)") }
        return try await CloudControllerPlatform.test(over: controller).observe(desired)
    }

    @Test func `an unknown organization brings the names of the visible ones`() async throws {
        let state = try await observe(.declaring(["x"], organization: "acmee"))

        #expect(state.spaces.isEmpty)
        #expect(state.organizationNames == ["acme", "apex"])
        #expect(
            await controller.asked == [
                "GET /v3/organizations?per_page=5000&names=acmee", "GET /v3/organizations?per_page=500",
            ]
        )
    }

    @Test func `an unknown space brings the names of its organization's`() async throws {
        let state = try await observe(.declaring(["x"], organization: "ACME", space: "producton"))

        #expect(state.spaces.isEmpty)
        #expect(state.spaceNames == ["acme": ["production", "staging"]])
        #expect(state.organizationNames.isEmpty)
    }

    @Test func `an unknown app brings the names of its space's`() async throws {
        let state = try await observe(.declaring(["storefront", "payment"]))

        #expect(state.spaces.first?.apps.map(\.name) == ["storefront"])
        #expect(state.spaces.first?.appNames == ["storefront", "payments"])
        #expect(await controller.asked.last == "GET /v3/apps?per_page=500&space_guids=s")
    }

    @Test func `whole spaces that were read cost no further request`() async throws {
        let names = ["storefront"] + (0..<200).map { "missing-\($0)" }

        let state = try await observe(.declaring(names))

        #expect(state.spaces.first?.appNames == ["storefront", "payments"])
        #expect(await controller.asked.filter { $0.contains("/v3/apps?") }.count == 1)
    }

    @Test func `when everything is found no names are read`() async throws {
        let state = try await observe(.declaring(["storefront"]))

        #expect(state.organizationNames.isEmpty)
        #expect(state.spaceNames.isEmpty)
        #expect(state.spaces.first?.appNames.isEmpty == true)
    }
}
