import Testing

@testable import Sandbox

/// New images: packages, builds, and the droplets that come of them.
@Suite struct StagingTests {
    private static let payments = SmallFoundation.payments
    private static let image = "registry.example.com/acme/payments:1.5.0"

    private static func store(_ runs: Seed.BuildRun...) -> Store {
        var seed = SmallFoundation.seed
        seed.buildRuns = runs
        return Store(seed: seed, options: .testing)
    }

    @Test func `a build makes a droplet of the package's image, with metadata of its own`() async {
        let store = Self.store(Seed.BuildRun("*/payments:*", runSeconds: 20, processTypes: [("web", "/bin/pay --v2")]))
        let package = await store.package(Self.payments, Self.image)

        let build = await store.build(package, as: "supporter")
        #expect(build.status == 201)
        #expect(build["state"]?.text == "STAGING")
        #expect(build["droplet"]?.isNull == true)
        let path = "/v3/builds/\(build["guid"]?.text ?? "")"
        await store.advance(by: 19)
        #expect(await store.send("GET", path)["state"]?.text == "STAGING")
        await store.advance(by: 1)
        let staged = await store.send("GET", path)
        let droplet = staged["droplet.guid"]?.text ?? ""

        #expect(staged["state"]?.text == "STAGED")
        let found = await store.send("GET", "/v3/droplets/\(droplet)")
        #expect(found["image"]?.text == Self.image)
        #expect(found["process_types.web"]?.text == "/bin/pay --v2")
        #expect(
            found["metadata"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"labels":{},"annotations":{}}"#
        )
        #expect(found["links.package.href"]?.text?.hasSuffix("/v3/packages/\(package)") == true)
        #expect(await store.currentDroplet(Self.payments) == SmallFoundation.paymentsDroplet)
        #expect(await store.send("GET", "/v3/packages/\(package)/droplets").guids == [droplet])
    }

    @Test func `an image that cannot be had makes a build that fails`() async {
        let store = Self.store(Seed.BuildRun("*:nope", result: .failed, error: "StagingError - no such image"))
        let package = await store.package(Self.payments, "registry.example.com/acme/payments:nope")
        let build = await store.build(package)["guid"]?.text ?? ""

        await store.advance(by: 5)

        let failed = await store.send("GET", "/v3/builds/\(build)")
        #expect(failed["state"]?.text == "FAILED")
        #expect(failed["error"]?.text == "StagingError - no such image")
        #expect(await store.send("GET", "/v3/packages/\(package)/droplets").guids.isEmpty)
        let events = await store.send("GET", "/v3/audit_events?types=audit.app.build.failed")
        #expect(events["resources.0.data.build_guid"]?.text == build)
    }

    @Test func `an app has one build at a time`() async {
        let store = Self.store()
        let package = await store.package(Self.payments, Self.image)
        _ = await store.build(package)

        let second = await store.build(package)
        await store.advance(by: 5)

        #expect(second.title == "CF-StagingInProgress")
        #expect(await store.build(package).status == 201)
    }

    @Test func `a droplet is assigned, with processes of its new types, and nothing restarts`() async {
        let store = Self.store(Seed.BuildRun("*", processTypes: [("web", "pay"), ("worker", "work")]))
        let build = await store.build(await store.package(Self.payments, Self.image))["guid"]?.text ?? ""
        await store.advance(by: 5)
        let droplet = await store.send("GET", "/v3/builds/\(build)")["droplet.guid"]?.text ?? ""
        let before = await store.send("GET", "/v3/processes/\(Self.payments)")

        let assigned = await store.assign(droplet, Self.payments, as: "supporter")

        #expect(assigned.status == 200)
        #expect(assigned["data.guid"]?.text == droplet)
        let web = await store.send("GET", "/v3/processes/\(Self.payments)")
        #expect(web["version"]?.text == before["version"]?.text)
        #expect(web["command"]?.text == "pay")
        let worker = await store.send("GET", "/v3/apps/\(Self.payments)/processes/worker")
        #expect(worker["instances"]?.integer == 0)
        #expect(worker["relationships.revision"]?.isNull == true)
        let types = "audit.app.droplet.mapped,audit.app.process.create,audit.app.droplet.create,audit.app.build.staged"
        let events = await store.send("GET", "/v3/audit_events?types=\(types)")
        #expect(
            (events["resources"]?.list ?? []).compactMap { $0["type"]?.text }
                == [
                    "audit.app.droplet.create", "audit.app.build.staged", "audit.app.droplet.mapped",
                    "audit.app.process.create",
                ]
        )
    }

    @Test func `no droplet is assigned during a deployment`() async {
        let store = Self.store()
        let deployment = await store.deploy(Self.payments)["guid"]?.text ?? ""

        let refused = await store.assign(SmallFoundation.paymentsDroplet, Self.payments)
        #expect(refused.detail?.hasPrefix("Unable to assign current droplet while the app has a deployment") == true)
        _ = await store.send("POST", "/v3/deployments/\(deployment)/actions/cancel")
        #expect(await store.assign(SmallFoundation.paymentsDroplet, Self.payments).status == 200)
    }

    @Test func `old droplets expire when there are more than five beside the current one`() async {
        let store = Self.store()
        let package = await store.package(Self.payments, Self.image)
        for _ in 1...7 {
            _ = await store.build(package)
            await store.advance(by: 5)
        }

        let states = await store.send("GET", "/v3/apps/\(Self.payments)/droplets")
        let found = (states["resources"]?.list ?? []).compactMap { $0["state"]?.text }
        #expect(found == ["STAGED", "EXPIRED", "EXPIRED"] + Array(repeating: "STAGED", count: 5))
        #expect(await store.currentDroplet(Self.payments) == SmallFoundation.paymentsDroplet)
    }

    @Test func `expired droplets of images are gone after half past midnight`() async {
        let store = Self.store()
        let package = await store.package(Self.payments, Self.image)
        for _ in 1...7 {
            _ = await store.build(package)
            await store.advance(by: 5)
        }
        let path = "/v3/apps/\(Self.payments)/droplets"

        #expect(await store.send("GET", path).guids.count == 8)
        await store.advance(by: 86_400)
        #expect(await store.send("GET", path).guids.count == 6)
    }

    @Test func `a copy of a droplet is staged at once and has no labels`() async {
        let store = Self.store()
        let source = SmallFoundation.paymentsDroplet
        _ = await store.send("PATCH", "/v3/droplets/\(source)", #"{"metadata": {"labels": {"a": "b"}}}"#)
        let body = #"{"relationships": {"app": {"data": {"guid": "\#(Self.payments)"}}}}"#

        let copy = await store.send("POST", "/v3/droplets?source_guid=\(source)", as: "dev", body)
        let refused = await store.send("POST", "/v3/droplets?source_guid=\(source)", as: "supporter", body)

        #expect(copy.status == 201)
        #expect(copy["state"]?.text == "STAGED")
        #expect(copy["image"]?.text == "registry.example.com/acme/payments:1.4.2")
        #expect(copy["metadata.labels"]?.object?.names == [])
        #expect(await store.assign(copy["guid"]?.text ?? "", Self.payments).status == 200)
        #expect(refused.status == 403)
    }

    @Test func `control over HTTP takes the runtime down and says how builds end`() async {
        let store = Self.store()
        let build = await store.build(await store.package(Self.payments, Self.image))["guid"]?.text ?? ""
        func control(_ body: String) async -> Int? {
            await store.control(IncomingRequest("POST", "/sandbox/runtime", body: Array(body.utf8)))?.status
        }

        #expect(await control(#"{"build_runs": [{"image": "*", "run_seconds": 0, "result": "failed"}]}"#) == 204)
        #expect(await store.send("GET", "/v3/builds/\(build)")["state"]?.text == "FAILED")
        #expect(await control(#"{"available": false}"#) == 204)
        #expect(await store.send("GET", "/v3/processes/\(Self.payments)/stats").status == 503)
        #expect(await control(#"{"available": true, "sync": true}"#) == 204)
        #expect(await store.send("GET", "/v3/processes/\(Self.payments)/stats").status == 200)
        #expect(await control(#"{"availble": true}"#) == 422)
    }
}

extension Store {
    /// Makes a docker package and returns its guid.
    func package(_ app: String, _ image: String) async -> String {
        let body =
            #"{"type": "docker", "data": {"image": "\#(image)"}, "relationships": {"app": {"data": {"guid": "\#(app)"}}}}"#
        return await send("POST", "/v3/packages", as: "dev", body)["guid"]?.text ?? ""
    }

    func build(_ package: String, as user: String = "dev") async -> Received {
        await send("POST", "/v3/builds", as: user, #"{"package": {"guid": "\#(package)"}}"#)
    }

    func assign(_ droplet: String, _ app: String, as user: String = "dev") async -> Received {
        let path = "/v3/apps/\(app)/relationships/current_droplet"
        return await send("PATCH", path, as: user, #"{"data": {"guid": "\#(droplet)"}}"#)
    }
}
