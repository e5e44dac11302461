import Testing

@testable import Sandbox

/// Deployments of versions that do not come up, canaries, and a runtime that is down.
@Suite struct RolloutTroubleTests {
    private static let storefront = SmallFoundation.storefront

    private static func store(_ runs: Seed.ProcessRun...) -> Store {
        var seed = SmallFoundation.seed
        seed.processRuns = runs
        return Store(seed: seed, options: .testing)
    }

    // MARK: - Versions that do not come up

    @Test(arguments: Seed.ProcessRun.Result.allCases)
    func `a version that does not take traffic never finishes`(result: Seed.ProcessRun.Result) async {
        let store = Self.store(Seed.ProcessRun(droplet: SmallFoundation.olderDroplet, result: result))
        let created = await store.deploy(Self.storefront, #", "droplet": {"guid": "\#(SmallFoundation.olderDroplet)"}"#)
        let new = created["new_processes.0.guid"]?.text ?? ""

        // the newest droplet is not the current one, so that the new process starts with the next sync
        await store.advance(by: 30)
        let states = await store.states(new)
        await store.advance(by: 86_400)

        let expected: [Seed.ProcessRun.Result: String] = [
            .running: "RUNNING", .crashed: "CRASHED", .unplaced: "DOWN", .missing: "DOWN", .unready: "RUNNING",
        ]
        #expect(states.first == expected[result])
        let isWell = result == .running
        #expect(await store.status(created["guid"]?.text ?? "") == (isWell ? "FINALIZED DEPLOYED" : "ACTIVE DEPLOYING"))
        #expect(await store.counts(Self.storefront)[Self.storefront] == (isWell ? nil : 3))
    }

    @Test func `one crashing instance holds the rest up, without any error`() async {
        let store = Self.store(Seed.ProcessRun(instances: [1], result: .crashed, details: "exit 1"))
        let created = await store.deploy(Self.storefront, #", "options": {"max_in_flight": 2}"#)
        let new = created["new_processes.0.guid"]?.text ?? ""

        await store.advance(by: 600)

        #expect(await store.counts(Self.storefront) == [Self.storefront: 2, new: 2])
        let stats = await store.send("GET", "/v3/processes/\(new)/stats")
        #expect(stats["resources.1.state"]?.text == "CRASHED")
        #expect(stats["resources.1.details"]?.text == "exit 1")
        #expect(stats["resources.1.routable"]?.isNull == true)
        let deployment = await store.send("GET", "/v3/deployments/\(created["guid"]?.text ?? "")")
        #expect(deployment["status.details.error"] == nil)
        #expect(deployment["status.details.last_successful_healthcheck"]?.text == deployment["created_at"]?.text)

        await store.setRuns([])
        await store.advance(by: 10)
        #expect(await store.counts(Self.storefront) == [new: 3])
    }

    @Test func `instances that start slowly are waited for`() async {
        let store = Self.store(Seed.ProcessRun(startSeconds: 12))
        let created = await store.deploy(Self.storefront)
        let new = created["new_processes.0.guid"]?.text ?? ""

        await store.advance(by: 10)
        #expect(await store.states(new) == ["STARTING"])
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3, new: 1])
        await store.advance(by: 5)
        #expect(await store.states(new) == ["RUNNING", "STARTING"])
        await store.advance(by: 600)
        #expect(await store.status(created["guid"]?.text ?? "") == "FINALIZED DEPLOYED")
    }

    // MARK: - Canaries

    @Test func `a canary pauses at each step and goes on when it is told to`() async {
        let store = Self.store()
        let created = await store.deploy(
            Self.storefront,
            #", "strategy": "canary", "options": {"canary": {"steps": [{"instance_weight": 20}, {"instance_weight": 60}]}}"#
        )
        let guid = created["guid"]?.text ?? ""
        let new = created["new_processes.0.guid"]?.text ?? ""
        let proceed = "/v3/deployments/\(guid)/actions/continue"

        #expect(
            created["status.canary.steps"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"current":1,"total":2}"#
        )
        #expect(
            await store.send("POST", proceed).detail
                == "Cannot continue a deployment with status: ACTIVE and reason: DEPLOYING"
        )
        await store.advance(by: 5)
        let paused = await store.send("GET", "/v3/deployments/\(guid)")
        #expect(paused["status.reason"]?.text == "PAUSED")
        #expect(paused["links.continue.method"]?.text == "POST")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3, new: 1])
        await store.advance(by: 3600)
        #expect(await store.status(guid) == "ACTIVE PAUSED")

        #expect(await store.send("POST", proceed, as: "auditor").detail == "Deployment not found")
        #expect(await store.send("POST", proceed, as: "supporter").status == 200)
        await store.advance(by: 10)
        #expect(await store.status(guid) == "ACTIVE PAUSED")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 2, new: 2])
        #expect(await store.send("POST", proceed).status == 200)
        await store.advance(by: 10)
        #expect(await store.status(guid) == "FINALIZED DEPLOYED")
        #expect(await store.counts(Self.storefront) == [new: 3])
    }

    @Test func `a paused canary can be cancelled`() async {
        let store = Self.store()
        let guid = await store.deploy(Self.storefront, #", "strategy": "canary""#)["guid"]?.text ?? ""
        await store.advance(by: 5)

        #expect(await store.send("POST", "/v3/deployments/\(guid)/actions/cancel").status == 200)
        await store.advance(by: 5)

        #expect(await store.status(guid) == "FINALIZED CANCELED")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3])
    }

    @Test(arguments: [
        (
            #"[{"instance_weight": 5, "pause": 3}, {}]"#, 422,
            "Options canary steps has unsupported key(s): pause, Options canary steps missing key: \"instance_weight\", "
                + "Options canary steps instance weight must be an Integer between 1-100 (inclusive)"
        ),
        (
            #"[{"instance_weight": 101}]"#, 422,
            "Options canary steps instance weight must be an Integer between 1-100 (inclusive)"
        ), ("[]", 500, "An unknown error occurred."),
    ])
    func `steps of a canary are looked at`(steps: String, status: Int, message: String) async {
        let store = Self.store()

        let refused = await store.deploy(
            Self.storefront,
            #", "strategy": "canary", "options": {"canary": {"steps": \#(steps)}}"#
        )

        #expect(refused.status == status)
        #expect(refused.detail == message)
        #expect(await store.send("GET", "/v3/deployments").guids.isEmpty)
    }

    // MARK: - Stopped in the middle

    @Test func `an app stopped in the middle of a deployment shows its instances as down, and goes on when it starts`()
        async
    {
        let store = Self.store()
        let created = await store.deploy(Self.storefront)
        let (guid, new) = (created["guid"]?.text ?? "", created["new_processes.0.guid"]?.text ?? "")
        await store.advance(by: 5)

        #expect(await store.send("POST", "/v3/apps/\(Self.storefront)/actions/stop").status == 200)
        await store.advance(by: 600)

        #expect(await store.status(guid) == "ACTIVE DEPLOYING")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 2, new: 2])
        for process in [Self.storefront, new] { #expect(await store.states(process) == ["DOWN", "DOWN"]) }
        let embedded = await store.send("GET", "/v3/processes/\(new)?embed=process_instances")
        #expect(embedded["process_instances.0.since"]?.isNull == true)

        #expect(await store.send("POST", "/v3/apps/\(Self.storefront)/actions/start").status == 200)
        await store.advance(by: 600)
        #expect(await store.status(guid) == "FINALIZED DEPLOYED")
        #expect(await store.counts(Self.storefront) == [new: 3])
    }

    // MARK: - Without a runtime

    @Test func `a deployment answered with 503 is under way all the same`() async {
        let store = Self.store()
        await store.setRuntime(isAvailable: false)

        let refused = await store.deploy(Self.storefront)

        let active = await store.send("GET", "/v3/deployments?status_values=ACTIVE")
        let web = await store.send("GET", "/v3/apps/\(Self.storefront)/processes/web")
        let key = "\(web["guid"]?.text ?? "")-\(web["version"]?.text ?? "")"
        #expect(refused.status == 503)
        #expect(refused.title == "CF-RunnerUnavailable")
        #expect(
            refused.detail == "Runner is unavailable: Process Guid: \(key): failed with status: 500, body: bbs down"
        )
        #expect(active.guids.count == 1)
        await store.advance(by: 5)
        let tripped = await store.send("GET", "/v3/deployments/\(active.guids[0])")
        #expect(
            tripped["status.details.error"]?.text
                == "An unexpected error has occurred: CloudController::Errors::InstancesUnavailable"
        )
        await store.setRuntime(isAvailable: true)
        await store.advance(by: 120)
        #expect(await store.status(active.guids[0]) == "FINALIZED DEPLOYED")
    }

    @Test(arguments: ["start", "stop", "restart"])
    func `start and stop have happened in spite of a 503, restart has not`(action: String) async {
        let store = Self.store()
        if action == "start" { _ = await store.send("POST", "/v3/apps/\(Self.storefront)/actions/stop") }
        let before = await store.send("GET", "/v3/processes/\(Self.storefront)")["version"]?.text
        await store.setRuntime(isAvailable: false)

        let answer = await store.send("POST", "/v3/apps/\(Self.storefront)/actions/\(action)", as: "dev")

        #expect(answer.title == "CF-RunnerUnavailable")
        let app = await store.send("GET", "/v3/apps/\(Self.storefront)")
        #expect(app["state"]?.text == (action == "stop" ? "STOPPED" : "STARTED"))
        let after = await store.send("GET", "/v3/processes/\(Self.storefront)")["version"]?.text
        #expect((after == before) == (action != "start"))
        let events = await store.send("GET", "/v3/audit_events?types=audit.app.\(action)")
        #expect(events["pagination.total_results"]?.integer == (action == "restart" ? 0 : 1))

        // what runs follows with the next sync
        await store.setRuntime(isAvailable: true)
        let states = ["start": "DOWN", "stop": "RUNNING", "restart": "RUNNING"]
        #expect(await store.states(Self.storefront).first == states[action])
        await store.advance(by: 30)
        #expect(await store.states(Self.storefront).first == (action == "stop" ? "DOWN" : "RUNNING"))
    }

    @Test func `a scale answered with 503 is committed, stats and instances are not to be had`() async {
        let store = Self.store()
        let path = "/v3/processes/\(Self.storefront)"
        await store.setRuntime(isAvailable: false)

        let scaled = await store.send("POST", path + "/actions/scale", as: "dev", #"{"instances": 5}"#)

        #expect(scaled.status == 503)
        #expect(await store.send("GET", path)["instances"]?.integer == 5)
        #expect(await store.send("GET", path + "/stats").title == "CF-StatsUnavailable")
        #expect(await store.send("GET", path + "/process_instances").status == 500)
        #expect(await store.send("POST", path + "/actions/scale", #"{"memory_in_mb": 700}"#).status == 202)
        await store.setRuntime(isAvailable: true)
        #expect(await store.states(Self.storefront) == ["RUNNING", "RUNNING", "RUNNING", "DOWN", "DOWN"])
        await store.advance(by: 30)
        #expect(await store.states(Self.storefront) == Array(repeating: "RUNNING", count: 5))
    }

    @Test func `tasks and builds without a runtime leave a failed row`() async {
        let store = Self.store()
        let package = await store.package(SmallFoundation.payments, "registry.example.com/pay:2")
        await store.setRuntime(isAvailable: false)

        let task = await store.send("POST", "/v3/apps/\(Self.storefront)/tasks", #"{"command": "true", "name": "x"}"#)
        let build = await store.build(package)

        #expect(task.title == "CF-TaskWorkersUnavailable")
        #expect(build.title == "CF-StagerUnavailable")
        let tasks = await store.send("GET", "/v3/tasks?names=x")
        #expect(tasks["resources.0.state"]?.text == "FAILED")
        let builds = await store.send("GET", "/v3/builds?package_guids=\(package)")
        #expect(builds["resources.0.state"]?.text == "FAILED")
    }
}
