import Testing

@testable import Sandbox

/// The endpoints that change what no request of the API can change.
@Suite struct StateTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)

    /// Asks one of the sandbox's own endpoints; the answer's status and what it complains of.
    private func control(_ method: String, _ path: String, _ body: String) async -> (status: Int, error: String?) {
        let answer = await store.control(IncomingRequest(method, "/sandbox/" + path, body: Array(body.utf8)))
        let json = try? JSONParser.parse(answer?.body ?? [])
        return (answer?.status ?? 0, json?["error"]?.text)
    }

    private func set(_ state: String) async { #expect(await control("POST", "state", state).status == 204) }

    private func setRuntime(_ change: String) async {
        #expect(await control("POST", "runtime", change).status == 204)
    }

    private let web = "/v3/processes/\(SmallFoundation.storefront)"
    private let tasks = "/v3/apps/\(SmallFoundation.storefront)/tasks"

    @Test func `without a runtime the counts are kept and answered with 503`() async {
        await setRuntime("available: false")
        let scale = await store.send("POST", web + "/actions/scale", #"{"instances": 5}"#)
        let memory = await store.send("POST", web + "/actions/scale", #"{"memory_in_mb": 600}"#)
        let stats = await store.send("GET", web + "/stats")
        let cancel = await store.send("POST", "/v3/tasks/\(SmallFoundation.runningTask)/actions/cancel")

        #expect(scale.title == "CF-RunnerUnavailable")
        #expect(memory.status == 202)
        #expect(stats.title == "CF-StatsUnavailable")
        #expect(cancel.title == "CF-TaskWorkersUnavailable")
        #expect(await store.send("GET", web)["instances"]?.integer == 5)
        #expect(await store.send("GET", "/v3/tasks/\(SmallFoundation.runningTask)")["state"]?.text == "CANCELING")
        await setRuntime("available: true")
        #expect(await store.send("GET", web + "/stats").status == 200)
    }

    @Test(arguments: [
        ("available: false", 503, "CF-TaskWorkersUnavailable"), ("refusing: true", 500, "CF-TaskError"),
    ])
    func `a runtime that takes no task leaves a failed one behind`(change: String, status: Int, title: String) async {
        await setRuntime(change)
        let refused = await store.send("POST", tasks, #"{"command": "x", "name": "lost"}"#)
        let found = await store.send("GET", tasks + "?names=lost")

        #expect(refused.status == status)
        #expect(refused.title == title)
        #expect(found["resources.0.state"]?.text == "FAILED")
        #expect(found["resources.0.result.failure_reason"]?.text == "Unable to request task to be run")
    }

    @Test func `instances fare as they are told to`() async {
        await setRuntime(
            "{process_runs: [{app: store*, type: web, instances: [1], result: crashed}, {instances: [2], result: missing}]}"
        )
        let stats = await store.send("GET", web + "/stats")

        #expect((0..<3).map { stats["resources.\($0).state"]?.text } == ["RUNNING", "CRASHED", "DOWN"])
        await setRuntime("process_runs: []")
        #expect(await store.send("GET", web + "/stats")["resources.1.state"]?.text == "RUNNING")
    }

    @Test func `without the log cache there are no figures, and a warning`() async {
        await setRuntime("log_cache_available: false")
        let stats = await store.send("GET", web + "/stats")

        #expect(stats["resources.0.usage"]?.object?.names == [])
        #expect(stats.header("X-Cf-Warnings") == "Stats+server+temporarily+unavailable.")
    }

    @Test func `tasks end when they are told to`() async {
        await setRuntime("task_endings: manual")
        let task = await store.send("POST", tasks, #"{"command": "x"}"#)["guid"]?.text ?? ""
        await store.advance(by: 86_400)
        #expect(await store.send("GET", "/v3/tasks/\(task)")["state"]?.text == "RUNNING")

        let ended = await control("POST", "tasks/\(task)", #"{"result": "failed", "failure_reason": "no"}"#)
        let again = await control("POST", "tasks/\(task)", #"{"result": "succeeded"}"#)

        #expect(ended.status == 204)
        #expect(again.error == "the task has ended already")
        let found = await store.send("GET", "/v3/tasks/\(task)")
        #expect(found["state"]?.text == "FAILED")
        #expect(found["result.failure_reason"]?.text == "no")
    }

    @Test func `flags, suspensions, quotas and limits change while it runs`() async {
        await set("feature_flags: {task_creation: {enabled: false, custom_error_message: not today}}")
        #expect(
            await store.send("POST", tasks, as: "dev", #"{"command": "x"}"#).detail == "Feature Disabled: not today"
        )
        await set("{feature_flags: {task_creation: {enabled: true}}, organizations: {acme: {suspended: true}}}")
        #expect(await store.send("POST", tasks, as: "dev", #"{"command": "x"}"#).title == "CF-OrgSuspended")
        await set("{organizations: {acme: {suspended: false}}, spaces: {acme/production: {suspended: true}}}")
        #expect(await store.send("POST", tasks, as: "dev", #"{"command": "x"}"#).title == "CF-SpaceSuspended")
        await set("spaces: {acme/production: {suspended: false, quota: {per_process_memory_in_mb: 64}}}")
        let detail = await store.send("POST", tasks, as: "dev", #"{"command": "x"}"#).detail
        #expect(detail == "memory_in_mb exceeds space instance memory quota")
        await set("{spaces: {acme/production: {quota: null}}, rate_limit: {general_limit: 1}}")
        #expect(await store.send("POST", tasks, as: "dev", #"{"command": "x"}"#).status == 202)
        #expect(await store.send("GET", tasks, as: "dev").status == 429)
        await set("rate_limit: null")
        #expect(await store.send("GET", tasks, as: "dev").header("X-RateLimit-Limit") == nil)
    }

    @Test func `apps come and go`() async {
        let space = SmallFoundation.production
        let guid = "0c0ffee0-0000-4000-8000-000000000001"
        let body = "{space: \(space), app: {name: newcomer, guid: \(guid), droplets: [{}], tasks: [{name: t}]}}"

        let added = await control("POST", "apps", body)
        let twice = await control("POST", "apps", body)
        #expect(added.status == 204)
        #expect(twice.error == "the app is there already")
        #expect(await store.send("GET", "/v3/apps?names=newcomer").guids == [guid])
        #expect(await store.send("GET", "/v3/apps/\(guid)/processes/web")["instances"]?.integer == 1)

        #expect(await control("DELETE", "apps/\(guid)", "").status == 204)
        #expect(await store.send("GET", "/v3/apps/\(guid)").status == 404)
        #expect(await store.send("GET", "/v3/tasks?names=t").guids == [])
        #expect(await control("DELETE", "apps/\(guid)", "").status == 404)
    }

    @Test func `events of others can be told`() async {
        let event = """
            {"type": "audit.app.process.crash", "app": "\(SmallFoundation.storefront)", "data": {"index": 0},
            "actor": {"guid": "x", "type": "process", "name": "web"}}
            """
        #expect(await control("POST", "events", event).status == 204)

        let found = await store.send("GET", "/v3/audit_events?types=audit.app.process.crash")
        #expect(found["resources.0.actor.type"]?.text == "process")
        #expect(found["resources.0.data.index"]?.integer == 0)
    }

    @Test(arguments: [
        ("state", "{rate_limt: null}", "a state has no key `rate_limt`"),
        ("state", "", "expected a mapping of what to change"),
        ("state", "{spaces: {acme/nowhere: {suspended: true}}}", "there is no `acme/nowhere`"),
        ("apps", "{space: x, app: {name: a}}", "there is no space `x`"),
        ("tasks/x", "{}", "there is no task `x`"),
    ])
    func `what makes no sense is refused`(path: String, body: String, message: String) async {
        #expect(await control("POST", path, body).error == message)
    }

    @Test func `audit events are pruned after 31 days, at 20 hours`() async {
        _ = await store.send("PATCH", web, #"{"metadata": {"labels": {"a": "b"}}}"#)
        let list = "/v3/audit_events?target_guids=\(SmallFoundation.storefront)"

        // the clock begins at three in the night
        await store.advance(by: 31 * 86_400 + 16 * 3600)
        #expect(await store.send("GET", list).guids.count == 1)
        await store.advance(by: 3600)
        #expect(await store.send("GET", list).guids.isEmpty)
    }

    @Test func `tokens expire on the clock`() async {
        let token = await store.accessToken(for: "dev") ?? ""
        let headers = [(name: "Authorization", value: "bearer \(token)")]

        #expect(await store.send("GET", web, as: nil, headers: headers).status == 200)
        await store.advance(by: 599)
        #expect(await store.send("GET", web, as: nil, headers: headers).status == 200)
        await store.advance(by: 1)
        #expect(await store.send("GET", web, as: nil, headers: headers).title == "CF-InvalidAuthToken")
    }
}
