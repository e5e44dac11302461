import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Lists that are longer than a page, and lists that change while they are read.
struct PagingTests {
    private let controller = FakeController()

    private func addApps(_ count: Int) async {
        await controller.add([.organization("o", "acme")], to: "/v3/organizations")
        await controller.add([.space("s", "production", in: "o")], to: "/v3/spaces")
        await controller.add((0..<count).map { .app("a\($0)", "app-\($0)", in: "s") }, to: "/v3/apps")
        await controller.add((0..<count).map { .process("p\($0)", "web", of: "a\($0)", in: "s") }, to: "/v3/processes")
        for path in ["/v3/roles", "/v3/deployments"] { await controller.add([], to: path) }
    }

    private func names(_ count: Int) -> [String] { (0..<count).map { "app-\($0)" } }

    @Test func `three pages are all seen, and links to another host are not followed`() async throws {
        await addApps(10_001)

        let state = try await CloudControllerPlatform.test(over: controller).observe(.declaring(names(10_001)))

        let apps = try #require(state.spaces.first?.apps)
        #expect(apps.count == 10_001)
        #expect(apps.allSatisfy { $0.processes.count == 1 })
        let lists = await controller.asked.filter { $0.contains("/v3/apps?") }.sorted()
        #expect(
            lists == [
                "GET /v3/apps?per_page=5000&space_guids=s",
                "GET /v3/apps?per_page=5000&space_guids=s&page=2",
                "GET /v3/apps?per_page=5000&space_guids=s&page=3",
            ]
        )
        #expect(await controller.requests.allSatisfy { $0.endpoint.host != "elsewhere.example" })
    }

    @Test func `a list that shrinks while it is read is read again`() async throws {
        await addApps(5001)
        await controller.removeLastRow(of: "/v3/apps", afterFirstPages: 1)

        let state = try await CloudControllerPlatform.test(over: controller).observe(.declaring(names(5001)))

        #expect(state.spaces.first?.apps.count == 5000)
        let lists = await controller.asked.filter { $0.contains("/v3/apps?") }
        #expect(lists.count == 3)
    }

    @Test func `a list that never adds up is an unexpected answer`() async throws {
        await addApps(5003)
        await controller.removeLastRow(of: "/v3/apps", afterFirstPages: 100)
        await controller.set(
            "/v3/apps",
            #"{"pagination":{"total_results":3,"total_pages":1,"next":null},"resources":[]}"#
        )

        let platform = try CloudControllerPlatform.test(over: controller)
        let error = await #expect(throws: PlatformError.self) { try await platform.observe(.declaring(names(1))) }

        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.cause == "the list counts 3 and holds 0")
        #expect(error?.path == "/v3/apps?per_page=5000&space_guids=s&names=app-0")
        #expect(await controller.asked.filter { $0.contains("/v3/apps?") }.count == 4)
    }

    @Test func `a list with absurdly many pages is not read`() async throws {
        await addApps(1)
        let row = FakeController.Row.app("a0", "app-0", in: "s").json
        await controller.set(
            "/v3/apps",
            #"{"pagination":{"total_results":9000000000,"total_pages":1800000},"resources":[\#(row)]}"#
        )

        let platform = try CloudControllerPlatform.test(over: controller)
        let error = await #expect(throws: PlatformError.self) { try await platform.observe(.declaring(names(1))) }

        #expect(error?.cause == "the list counts 1800000 pages")
    }
}
