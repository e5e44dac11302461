import CloudController
import Diagnostics
import Reconciliation
import TestSupport
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
        #expect(error?.path == "/v3/apps?per_page=5000&names=app-0&space_guids=s")
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

    @Test(arguments: [502, 504, nil] as [Int?])
    func `a page that takes too long is asked for in smaller ones, at once`(_ status: Int?) async throws {
        await addApps(2001)
        await controller.refusePages(of: "/v3/apps", size: 5000, with: status.map { TransportResponse(status: $0) })
        let clock = JumpingClock()
        let transport = RetryingTransport(controller, clock: clock)

        let state = try await CloudControllerPlatform.test(over: transport).observe(.declaring(names(2001)))

        #expect(state.spaces.first?.apps.count == 2001)
        let lists = await controller.asked.filter { $0.contains("/v3/apps?") }.sorted()
        #expect(
            lists == [
                "GET /v3/apps?per_page=1000&space_guids=s",
                "GET /v3/apps?per_page=1000&space_guids=s&page=2",
                "GET /v3/apps?per_page=1000&space_guids=s&page=3",
                "GET /v3/apps?per_page=5000&space_guids=s",
            ]
        )
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `a large page that breaks off is asked for in smaller ones, at once`() async throws {
        await addApps(2001)
        let controller = controller
        let breaking = ClosureTransport { request throws(PlatformError) in
            guard !request.path.hasPrefix("/v3/apps?per_page=5000") else { throw PlatformError(.incompleteAnswer) }
            return try await controller.send(request)
        }
        let clock = JumpingClock()
        let transport = RetryingTransport(breaking, clock: clock)

        let state = try await CloudControllerPlatform.test(over: transport).observe(.declaring(names(2001)))

        #expect(state.spaces.first?.apps.count == 2001)
        #expect(await controller.asked.filter { $0.contains("/v3/apps?per_page=1000") }.count == 3)
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `smaller pages that fail too are repeated, and then the error stands`() async throws {
        await addApps(1)
        await controller.set("/v3/apps", TransportResponse(status: 504))
        let clock = JumpingClock()
        let platform = try CloudControllerPlatform.test(over: RetryingTransport(controller, clock: clock))

        let error = await #expect(throws: PlatformError.self) { try await platform.observe(.declaring(names(1))) }

        #expect(error?.status == 504 && error?.attempts == 4)
        #expect(error?.path?.contains("per_page=1000") == true)
        #expect(await controller.asked.filter { $0.contains("/v3/apps?") }.count == 5)
    }

    @Test func `another error of a large page is repeated as it is`() async throws {
        await addApps(1)
        await controller.set("/v3/apps", TransportResponse(status: 500))
        let platform = try CloudControllerPlatform.test(over: RetryingTransport(controller, clock: JumpingClock()))

        let error = await #expect(throws: PlatformError.self) { try await platform.observe(.declaring(names(1))) }

        #expect(error?.status == 500 && error?.attempts == 4)
        #expect(await controller.asked.allSatisfy { !$0.contains("per_page=1000") })
    }
}
