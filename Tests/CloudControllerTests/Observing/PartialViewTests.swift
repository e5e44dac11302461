import CloudController
import Diagnostics
import Reconciliation
import Testing

/// A list that fails costs what needs it, a row that breaks it costs its app, and what moved to another page is asked for.
struct PartialViewTests {
    private let controller = FakeController()
    private let task = DesiredTask(
        name: "migrate",
        origin: anywhere,
        fields: [DeclaredField(.command, .text("bin/migrate"), at: anywhere, key: anywhere)]
    )

    private func addApps(_ count: Int) async {
        await controller.add([.organization("o", "acme")], to: "/v3/organizations")
        await controller.add([.space("s", "production", in: "o")], to: "/v3/spaces")
        let numbers = 0..<count
        await controller.add(
            numbers.map { .app("a\($0)-", "app-\($0)", in: "s", droplet: "d\($0)-") },
            to: "/v3/apps"
        )
        await controller.add(numbers.map { .process("p\($0)", "web", of: "a\($0)-", in: "s") }, to: "/v3/processes")
        await controller.add(
            numbers.map { .task("t\($0)", "migrate", 1, of: "a\($0)-", in: "s", run: run) },
            to: "/v3/tasks"
        )
        await controller.add(numbers.map { .droplet("d\($0)-", "STAGED", in: "s") }, to: "/v3/droplets")
        for path in ["/v3/roles", "/v3/deployments"] { await controller.add([], to: path) }
    }

    private var run: String { Fingerprint(of: task, droplet: nil).hex }

    private func observe(_ count: Int) async throws -> [ObservedApp] {
        let desired = DesiredState.declaring((0..<count).map { "app-\($0)" }) { app in
            app.tasks = [task]
            app.processes = [.declaring("web", .instances, .number(1))]
            app.droplet = DesiredDroplet(origin: anywhere)
        }
        let state = try await CloudControllerPlatform.test(over: controller).observe(desired)
        let space = try #require(state.spaces.first)
        #expect(space.unseenApps.isEmpty)
        return space.apps
    }

    private func asked(_ path: String) async -> Int { await controller.asked.count { $0.contains("\(path)?") } }

    private static let lists: [(path: String, broken: String, part: ObservedApp.Part)] = [
        ("/v3/tasks", "a17-", .tasks), ("/v3/processes", "a17-", .processes), ("/v3/droplets", "d17-", .droplet),
    ]

    @Test(arguments: lists, [64, 150, 200])
    func `a row that breaks a list costs its app, and few requests`(
        _ list: (path: String, broken: String, part: ObservedApp.Part),
        _ count: Int
    ) async throws {
        await addApps(count)
        await controller.breakPages(of: list.path, with: "\"\(list.broken)\"")

        let apps = try await observe(count)

        #expect(apps.count == count)
        #expect(apps.filter { $0.unseen[list.part] != nil }.map(\.guid) == ["a17-"])
        #expect(
            apps.allSatisfy { $0.guid == "a17-" || $0.tasks.count == 1 && $0.processes.count == 1 && $0.droplet != nil }
        )
        #expect(apps.first { $0.guid == "a17-" }?.unseen.values.first?.status == 500)
        // The list itself, the batches of more than 150, and two for each halving.
        let most = 2 * 8 + 2 + (count > 150 ? 3 : 0)
        let requests = await asked(list.path)
        #expect(requests <= most)
    }

    @Test func `an app that breaks the list of apps costs no other app`() async throws {
        await addApps(40)
        await controller.breakPages(of: "/v3/apps", with: "\"a17-\"")

        let desired = DesiredState.declaring((0..<40).map { "app-\($0)" })
        let state = try await CloudControllerPlatform.test(over: controller).observe(desired)

        #expect(state.spaces.first?.apps.count == 39)
        #expect(state.spaces.first?.unseenApps.keys.map(\.self) == ["app-17"])
        #expect(await asked("/v3/apps") <= 2 * 6 + 2)
    }

    @Test(arguments: lists)
    func `a list that always fails is not asked for app by app for ever`(
        _ list: (path: String, broken: String, part: ObservedApp.Part)
    ) async throws {
        await addApps(150)
        await controller.breakPages(of: list.path, with: "guid")

        let apps = try await observe(150)

        #expect(apps.allSatisfy { $0.unseen[list.part] != nil })
        let requests = await asked(list.path)
        #expect(requests <= 40)
    }

    @Test func `lists of roles and deployments that fail are missed by nobody who does not need them`() async throws {
        await addApps(2)
        for path in ["/v3/roles", "/v3/deployments"] { await controller.set(path, TransportResponse(status: 500)) }

        let apps = try await observe(2)

        #expect(apps.allSatisfy { $0.unseen.keys.map(\.self) == [.deployments] })
    }

    @Test(arguments: ["/v3/apps", "/v3/processes", "/v3/tasks"])
    func `what moved to another page while a list was read is asked for by itself`(_ path: String) async throws {
        await addApps(1001)
        await controller.refusePages(of: path, size: 5000, with: TransportResponse(status: 504))
        let text = ["/v3/apps": "\"app-700\"", "/v3/processes": "\"a700-\"", "/v3/tasks": "\"a700-\""][path]
        await controller.move(try #require(text), in: path)

        let apps = try await observe(1001)

        #expect(apps.count == 1001)
        #expect(apps.allSatisfy { $0.processes.count == 1 && $0.tasks.count == 1 && $0.unseen.isEmpty })
    }
}
