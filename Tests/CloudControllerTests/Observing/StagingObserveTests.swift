import CloudController
import Diagnostics
import Reconciliation
import Testing

/// What is asked where a new image is to be staged into a new droplet.
struct StagingObserveTests {
    private let controller = FakeController()

    private func observe(_ declared: DesiredApp) async throws -> ObservedApp {
        await controller.add([.organization("o", "acme")], to: "/v3/organizations")
        await controller.add([.space("s", "production", in: "o")], to: "/v3/spaces")
        await controller.add([.app("a", "storefront", in: "s", droplet: "d1", docker: true)], to: "/v3/apps")
        await controller.add([.process("p", "web", of: "a", in: "s")], to: "/v3/processes")
        for path in ["tasks", "roles", "deployments"] { await controller.add([], to: "/v3/\(path)") }
        await controller.add([droplet("d1", package: "p1"), droplet("d2", package: "p2")], to: "/v3/droplets")
        await controller.add([build("b1", "p2", "STAGING")], to: "/v3/builds")
        let state = try await CloudControllerPlatform.test(over: controller).observe(
            .declaring(["storefront"]) { $0 = declared }
        )
        return try #require(state.spaces.first?.app(named: "storefront"))
    }

    private func restage(_ image: Text) -> DesiredApp {
        var app = DesiredApp(name: "storefront", origin: anywhere)
        app.droplet = DesiredDroplet(origin: anywhere)
        app.droplet?.fields = [DeclaredField(.image, .text(image), at: anywhere, key: anywhere)]
        app.droplet?.imageUpdate = Declared(.restage, at: anywhere)
        return app
    }

    private func droplet(_ guid: String, package: String) -> FakeController.Row {
        FakeController.Row(
            filters: ["guids": guid, "app_guids": "a", "states": "STAGED"],
            json: """
                {"guid":"\(guid)","state":"STAGED","lifecycle":{"type":"docker","data":{}},"image":"as staged",\
                "relationships":{"app":{"data":{"guid":"a"}}},\
                "links":{"package":{"href":"https://elsewhere.example/v3/packages/\(package)"}}}
                """
        )
    }

    private func package(_ guid: String, _ image: String, username: String = "null") -> FakeController.Row {
        FakeController.Row(
            filters: ["app_guids": "a", "types": "docker"],
            json: """
                {"guid":"\(guid)","type":"docker","state":"READY","data":{"image":"\(image)","username":\(username)},\
                "relationships":{"app":{"data":{"guid":"a"}}}}
                """
        )
    }

    private func build(_ guid: String, _ package: String, _ state: String) -> FakeController.Row {
        FakeController.Row(
            filters: ["app_guids": "a", "states": state],
            json: """
                {"guid":"\(guid)","state":"\(state)","error":null,"package":{"guid":"\(package)"},"droplet":null,\
                "created_at":"2026-11-21T03:00:00Z","relationships":{"app":{"data":{"guid":"a"}}}}
                """
        )
    }

    private func asked(_ list: String) async -> [String] {
        await controller.asked.filter { $0.hasPrefix("GET /v3/\(list)?") }
    }

    @Test func `the image of the current droplet is that of its package`() async throws {
        await controller.add([package("p1", "acme/app:1", username: "\"robot\"")], to: "/v3/packages")

        let app = try await observe(restage("acme/app:1"))

        #expect(app.droplet?.packageGUID == "p1")
        #expect(
            app.staging.packages == [
                ObservedPackage(guid: "p1", state: "READY", image: "acme/app:1", hasCredentials: true)
            ]
        )
        #expect(await asked("packages") == ["GET /v3/packages?per_page=5000&app_guids=a&types=docker"])
        #expect(await asked("builds").isEmpty)
        #expect(await asked("droplets").count == 1)
    }

    @Test func `an image that no package has needs no look at builds`() async throws {
        await controller.add([package("p1", "acme/app:1")], to: "/v3/packages")

        _ = try await observe(restage("acme/app:2"))

        #expect(await asked("builds").isEmpty)
    }

    @Test func `where a package of the image waits, its builds and droplets are read`() async throws {
        await controller.add([package("p1", "acme/app:1"), package("p2", "acme/app:2")], to: "/v3/packages")

        let app = try await observe(restage("acme/app:2"))

        #expect(await asked("builds") == ["GET /v3/builds?per_page=5000&app_guids=a&states=STAGING"])
        #expect(app.staging.builds.map(\.guid) == ["b1"])
        #expect(app.staging.droplets.map(\.packageGUID) == ["p1", "p2"])
    }

    @Test func `without a restage no package is read`() async throws {
        var app = restage("acme/app:2")
        app.droplet?.imageUpdate = nil

        _ = try await observe(app)

        #expect(await asked("packages").isEmpty)
    }

    @Test(arguments: [
        (#""STAGING","error":null,"droplet":null"#, ObservedBuild.State.staging),
        (#""FAILED","error":"StagingError - x","droplet":null"#, .failed("StagingError - x")),
        (#""STAGED","error":null,"droplet":{"guid":"d9"}"#, .staged(droplet: "d9")),
    ])
    func `a build says how it stands`(_ json: String, _ state: ObservedBuild.State) async throws {
        await controller.set("/v3/builds/b", #"{"guid":"b","package":{"guid":"p"},"state":\#(json)}"#)

        #expect(try await CloudControllerPlatform.test(over: controller).build("b")?.state == state)
        #expect(try await CloudControllerPlatform.test(over: controller).build("other") == nil)
    }

    /// A build that ends between the lists is STAGING in the first, or its droplet is in the second.
    @Test func `builds are asked for before droplets and packages`() async throws {
        for path in ["builds", "droplets", "packages"] { await controller.add([], to: "/v3/\(path)") }

        _ = try await CloudControllerPlatform.test(over: controller).staging(ofApp: "a")

        let asked = await controller.asked
        #expect(asked.count == 3)
        #expect(asked.first?.hasPrefix("GET /v3/builds?") == true, "\(asked)")
    }

    @Test func `a deployment of ours is looked for by its label`() async throws {
        await controller.add([], to: "/v3/deployments")

        let found = try await CloudControllerPlatform.test(over: controller).deployments(ofApp: "a", rollout: "f00")

        #expect(found.isEmpty)
        #expect(
            await controller.asked == [
                "GET /v3/deployments?per_page=5000&label_selector=evenkeel.dev%2Frollout%3Df00&app_guids=a"
            ]
        )

        _ = try await CloudControllerPlatform.test(over: controller).deployments(ofApp: "a", approval: "c0de")

        #expect(
            await controller.asked.last
                == "GET /v3/deployments?per_page=5000&label_selector=evenkeel.dev%2Fplan%3Dc0de&app_guids=a"
        )
    }
}
