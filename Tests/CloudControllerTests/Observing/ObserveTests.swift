import CloudController
import Diagnostics
import Reconciliation
import Testing

/// What is asked for which declarations, and what is made of the answers.
struct ObserveTests {
    private let controller = FakeController()

    /// Organization `acme` with space `production`, and what the test adds to it.
    private func observe(_ desired: DesiredState) async throws -> ObservedState {
        await controller.add([.organization("o", "acme")], to: "/v3/organizations")
        await controller.add([.space("s", "production", in: "o")], to: "/v3/spaces")
        for path in ["apps", "processes", "tasks", "roles", "deployments", "droplets"] {
            await controller.add([], to: "/v3/\(path)")
        }
        return try await CloudControllerPlatform.test(over: controller).observe(desired)
    }

    private func addStorefront(droplet: String? = "d1", docker: Bool = false) async {
        await controller.add([.app("a", "storefront", in: "s", droplet: droplet, docker: docker)], to: "/v3/apps")
        await controller.add(
            [.process("p1", "web", of: "a", in: "s"), .process("p2", "worker", of: "a", in: "s")],
            to: "/v3/processes"
        )
    }

    private func storefront(_ state: ObservedState) throws -> ObservedApp {
        try #require(state.spaces.first?.app(named: "storefront"))
    }

    // MARK: Budgets

    @Test func `5000 apps with 10000 processes take ten requests at most, all included`() async throws {
        let names = (0..<5000).map { "app-\($0)" }
        await controller.add(names.indices.map { .app("a\($0)", names[$0], in: "s") }, to: "/v3/apps")
        await controller.add(
            names.indices.flatMap { index in
                ["web", "worker"].map { .process("p\(index)\($0)", $0, of: "a\(index)", in: "s") }
            },
            to: "/v3/processes"
        )

        let state = try await observe(.declaring(names))

        #expect(state.spaces.first?.apps.count == 5000)
        #expect(state.spaces.first?.apps.map(\.processes.count).reduce(0, +) == 10_000)
        // With discovery, which `withPlatform` asks for.
        #expect(await controller.requests.count + 1 == 9)
    }

    @Test func `three apps of many are asked for by name, and nothing else`() async throws {
        await controller.add((0..<400).map { .app("a\($0)", "app-\($0)", in: "s") }, to: "/v3/apps")
        await controller.add((0..<400).map { .process("p\($0)", "web", of: "a\($0)", in: "s") }, to: "/v3/processes")

        let state = try await observe(.declaring(["app-3", "app-7", "app-300"]))

        #expect(state.spaces.first?.apps.map(\.name.string) == ["app-3", "app-7", "app-300"])
        #expect(
            await Set(controller.asked) == [
                "GET /v3/organizations?per_page=5000&names=acme",
                "GET /v3/spaces?per_page=5000&organization_guids=o&names=production",
                "GET /v3/roles?per_page=5000&space_guids=s&user_guids=user-guid",
                "GET /v3/deployments?per_page=5000&status_values=ACTIVE",
                "GET /v3/apps?per_page=5000&names=app-3,app-300,app-7&space_guids=s",
                "GET /v3/processes?per_page=5000&app_guids=a3,a7,a300",
            ]
        )
        #expect(await controller.requests.count + 1 == 8)
    }

    @Test func `a space without declared apps is only looked up`() async throws {
        let state = try await observe(.declaring([]))

        #expect(state.spaces.map(\.name) == ["production"])
        #expect(
            await controller.asked == [
                "GET /v3/organizations?per_page=5000&names=acme",
                "GET /v3/spaces?per_page=5000&organization_guids=o&names=production",
                "GET /v3/roles?per_page=5000&space_guids=s&user_guids=user-guid",
            ]
        )
    }

    @Test func `without declarations nothing is asked but a token`() async throws {
        let state = try await observe(DesiredState())

        #expect(state.identity == Identity(name: "dev", scopes: ["cloud_controller.read", "openid"]))
        #expect(state.api == "https://api.example.org")
        #expect(state.apiVersion == "3.228.0")
        #expect(await controller.asked.isEmpty)
    }

    // MARK: What belongs together

    @Test func `names are found without regard to case, tasks only exactly`() async throws {
        await controller.add([.app("a", "StoreFront", in: "s")], to: "/v3/apps")
        await controller.add(
            [
                .task("t2", "migrate", 2, of: "a", in: "s"), .task("t1", "migrate", 1, of: "a", in: "s"),
                .task("t3", "Migrate", 3, of: "a", in: "s"), .task("t4", "other", 4, of: "a", in: "s"),
            ],
            to: "/v3/tasks"
        )

        let state = try await observe(
            .declaring(["storefront"], organization: "ACME", space: "Production") {
                $0.tasks = [DesiredTask(name: "migrate", origin: anywhere)]
            }
        )

        let app = try storefront(state)
        #expect(app.name == "StoreFront")
        #expect(app.tasks.map(\.guid) == ["t1", "t2"])
        #expect(await controller.asked.contains("GET /v3/tasks?per_page=5000&app_guids=a&names=migrate"))
    }

    @Test func `of two web processes the last one counts`() async throws {
        await addStorefront()
        await controller.add([.process("p3", "web", of: "a", in: "s")], to: "/v3/processes")

        let app = try storefront(try await observe(.declaring(["storefront"])))

        #expect(app.processes.map(\.guid) == ["p3", "p2"])
    }

    @Test func `a space of another organization with the same names is not taken`() async throws {
        await controller.add([.organization("o2", "other")], to: "/v3/organizations")
        await controller.add(
            [.space("s2", "production", in: "o2"), .space("s3", "staging", in: "o2")],
            to: "/v3/spaces"
        )
        await controller.add(
            [.app("a", "storefront", in: "s"), .app("b", "storefront", in: "s3")],
            to: "/v3/apps"
        )

        let state = try await observe(
            DesiredState(spaces: [
                .declaring(["storefront"]), .declaring(["payments"], organization: "other", space: "staging"),
            ])
        )

        #expect(state.spaces.map(\.guid).sorted() == ["s", "s3"])
        #expect(state.spaces.flatMap(\.apps).map(\.guid) == ["a"])
    }

    @Test func `a deployment in flight is seen at its app`() async throws {
        await addStorefront()
        await controller.set("/v3/deployments", try fixture("deployments").replacing(Recorded.storefront, with: "a"))

        let app = try storefront(try await observe(.declaring(["storefront"])))

        #expect(app.deployments.map(\.reason) == ["DEPLOYING"])
        #expect(app.deployments.first?.newProcessGUIDs == ["56ccced1-d9db-4a93-81c3-258ee0363398"])
    }

    @Test func `roles are those of the space`() async throws {
        await controller.set("/v3/roles", try fixture("roles").replacing(Recorded.space, with: "s"))

        let state = try await observe(.declaring([]))

        #expect(state.spaces.first?.roles == ["space_developer"])
    }

    // MARK: Droplets

    @Test func `a droplet is read where it is declared or a task runs once for each`() async throws {
        await controller.add(
            (1...3).map { .app("a\($0)", "app-\($0)", in: "s", droplet: "d\($0)") },
            to: "/v3/apps"
        )
        await controller.set("/v3/droplets", try fixture("droplets").replacing(Recorded.storefrontDroplet, with: "d1"))

        let state = try await observe(
            .declaring(["app-1", "app-2", "app-3"]) { app in
                if app.name == "app-1" { app.droplet = DesiredDroplet(origin: anywhere) }
                var task = DesiredTask(name: "migrate", origin: anywhere)
                if app.name == "app-2" { task.run = .oncePerDroplet }
                app.tasks = [task]
            }
        )

        #expect(await controller.asked.contains("GET /v3/droplets?per_page=5000&guids=d1,d2"))
        let apps = try #require(state.spaces.first?.apps)
        #expect(apps.map { $0.droplet?.guid } == ["d1", nil, nil])
        #expect(apps.map(\.currentDropletGUID) == ["d1", "d2", "d3"])
        #expect(apps[0].droplet?.detectedCommands == nil)
    }

    @Test func `many droplets are read by their spaces, and what is missing there by guid`() async throws {
        let names = (0..<700).map { "app-\($0)" }
        await controller.add(names.map { .app("a-\($0)", $0, in: "s", droplet: "d-\($0)") }, to: "/v3/apps")
        await controller.add(
            names.map { .droplet("d-\($0)", $0 == "app-5" ? "FAILED" : "STAGED", in: "s") },
            to: "/v3/droplets"
        )

        let state = try await observe(.declaring(names) { $0.droplet = DesiredDroplet(origin: anywhere) })

        #expect(state.spaces.first?.apps.allSatisfy { $0.droplet?.guid == $0.currentDropletGUID } == true)
        #expect(
            await controller.asked.filter { $0.contains("/v3/droplets") } == [
                "GET /v3/droplets?per_page=5000&space_guids=s&states=STAGED",
                "GET /v3/droplets?per_page=5000&guids=d-app-5",
            ]
        )
    }

    // MARK: Hidden commands

    @Test func `only a declared command costs a single read`() async throws {
        await addStorefront()
        await controller.set(
            "/v3/processes/p2",
            FakeController.Row.processJSON("p2", "worker", of: "a", command: "bin/work")
        )

        let app = try storefront(
            try await observe(
                .declaring(["storefront"]) {
                    $0.processes = [
                        .declaring("web", .instances, .number(2)), .declaring("worker", .command, .text("bin/work")),
                    ]
                }
            )
        )

        #expect(app.processes.map { $0.fields[.command] } == [.hidden, .value(.text("bin/work"))])
        #expect(await controller.asked.filter { $0.hasPrefix("GET /v3/processes/") } == ["GET /v3/processes/p2"])
        #expect(await !controller.asked.contains { $0.hasSuffix("droplets/current") })
    }

    @Test func `a process that was replaced meanwhile is looked up by its type`() async throws {
        await addStorefront()
        await controller.set(
            "/v3/apps/a/processes/web",
            FakeController.Row.processJSON("p9", "web", of: "a", command: "bin/serve")
        )

        let app = try storefront(
            try await observe(
                .declaring(["storefront"]) { $0.processes = [.declaring("web", .command, .text("bin/serve"))] }
            )
        )

        #expect(app.processes.first?.guid == "p9")
        #expect(app.processes.first?.fields[.command] == .value(.text("bin/serve")))
    }

    @Test func `clearing a command needs what the droplet detected`() async throws {
        await addStorefront()
        await controller.set("/v3/processes/p1", FakeController.Row.processJSON("p1", "web", of: "a", command: "x"))
        await controller.set("/v3/apps/a/droplets/current", try fixture("droplet-current"))

        let app = try storefront(
            try await observe(.declaring(["storefront"]) { $0.processes = [.declaring("web", .command, .null)] })
        )

        #expect(app.droplet?.detectedCommands?["web"] == "bundle exec puma -p $PORT")
        #expect(app.droplet?.imageUser == nil)
    }

    @Test func `an app without a droplet has nothing detected`() async throws {
        await addStorefront(droplet: nil)
        await controller.set("/v3/processes/p1", FakeController.Row.processJSON("p1", "web", of: "a", command: ""))

        let app = try storefront(
            try await observe(.declaring(["storefront"]) { $0.processes = [.declaring("web", .command, .null)] })
        )

        #expect(app.droplet == nil)
        #expect(await !controller.asked.contains { $0.hasSuffix("droplets/current") })
    }
}
