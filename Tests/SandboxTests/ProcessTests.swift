import Testing

@testable import Sandbox

@Suite struct ProcessTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private let web = "/v3/processes/\(SmallFoundation.storefront)"

    private func patch(_ body: String) async -> Received { await store.send("PATCH", web, body) }

    @Test func `what is sent changes, what is not sent stays, null clears`() async {
        _ = await patch(
            #"{"health_check": {"type": "http", "data": {"endpoint": "/h", "timeout": 90, "invocation_timeout": 5, "interval": 10}}}"#
        )
        let merged = await patch(#"{"health_check": {"data": {"timeout": "60", "interval": null}}}"#)

        #expect(merged.status == 200)
        #expect(merged["health_check.type"]?.text == "http")
        #expect(merged["health_check.data.timeout"]?.integer == 60)
        #expect(merged["health_check.data.invocation_timeout"]?.integer == 5)
        #expect(merged["health_check.data.interval"]?.isNull == true)
        #expect(merged["health_check.data.endpoint"]?.text == "/h")
    }

    @Test func `an instance in the place of another has a guid of its own`() async {
        func guids() async -> [String] {
            let stats = await store.send("GET", web + "/stats")
            return stats["resources"]?.list?.compactMap { $0["instance_guid"]?.text } ?? []
        }
        let app = "/v3/apps/\(SmallFoundation.storefront)/actions/"
        var seen = await [guids()]

        _ = await store.send("DELETE", web + "/instances/0")
        seen.append(await guids())
        #expect(seen[0].first != seen[1].first)
        #expect(seen[0].dropFirst() == seen[1].dropFirst())

        for action in ["restart", "stop", "start"] { _ = await store.send("POST", app + action) }
        seen.append(await guids())
        #expect(Set(seen[1]).isDisjoint(with: seen[2]))
        #expect(Set(seen[0]).isDisjoint(with: seen[2]))
        #expect(seen.allSatisfy { Set($0).count == $0.count && $0.count == seen[0].count })
    }

    @Test func `leaving http clears the endpoint and keeps the times`() async {
        _ = await patch(#"{"health_check": {"type": "http", "data": {"endpoint": "/h", "timeout": 90}}}"#)
        let port = await patch(#"{"health_check": {"type": "port", "data": {"endpoint": "/dropped"}}}"#)
        let back = await patch(#"{"health_check": {"type": "http"}}"#)

        #expect(port["health_check.data"]?.object?.names == ["timeout", "invocation_timeout", "interval"])
        #expect(port["health_check.data.timeout"]?.integer == 90)
        #expect(back.status == 422)
        #expect(back.detail == "health_check_http_endpoint HTTP health check endpoint is not a valid URI path: ")
    }

    @Test func `an endpoint alone is stored where it does not show`() async {
        let stored = await patch(#"{"health_check": {"data": {"endpoint": "/y"}}}"#)
        let http = await patch(#"{"health_check": {"type": "http"}}"#)

        #expect(stored.status == 200)
        #expect(stored["health_check.data.endpoint"] == nil)
        #expect(http["health_check.data.endpoint"]?.text == "/y")
    }

    @Test func `a readiness check has no timeout, and ignores one`() async {
        let answer = await patch(
            #"{"readiness_health_check": {"type": "http", "data": {"endpoint": "/r", "timeout": 3}}}"#
        )

        #expect(answer.status == 200)
        #expect(
            answer["readiness_health_check.data"]?.object?.names == ["invocation_timeout", "interval", "endpoint"]
        )
    }

    @Test func `the command that shows is the one that runs`() async {
        let set = await patch(#"{"command": "own"}"#)
        let blank = await patch(#"{"command": "   "}"#)
        let unset = await patch(#"{"command": null}"#)

        #expect(set["command"]?.text == "own")
        #expect(blank["command"]?.text == "bundle exec puma -p $PORT")
        #expect(unset["command"]?.text == "bundle exec puma -p $PORT")
    }

    @Test(arguments: [
        ("admin", "bundle exec puma -p $PORT"), ("dev", "bundle exec puma -p $PORT"),
        ("readonly", "bundle exec puma -p $PORT"), ("supporter", "[PRIVATE DATA HIDDEN]"),
        ("auditor", "[PRIVATE DATA HIDDEN]"), ("manager", "[PRIVATE DATA HIDDEN]"),
    ])
    func `commands are hidden by role`(user: String, command: String) async {
        let one = await store.send("GET", web, as: user)
        let nested = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/processes/web", as: user)

        #expect(one["command"]?.text == command)
        #expect(nested["command"]?.text == command)
    }

    @Test func `answers to writes show the command even to a supporter`() async {
        let answer = await store.send("PATCH", web, as: "supporter", "{}")

        #expect(answer["command"]?.text == "bundle exec puma -p $PORT")
    }

    @Test func `a write without a change touches the time and leaves the version`() async {
        let before = await store.send("GET", web)
        await store.advance(by: 60)
        let after = await patch("{}")

        #expect(after["updated_at"]?.text == "2026-11-21T03:01:00Z")
        #expect(after["version"]?.text == before["version"]?.text)
    }

    @Test func `the server trips over what is no object, and over NUL`() async {
        for body in [#"{"health_check": "port"}"#, #"{"health_check": {"data": 5}}"#, #"{"command": "a\u0000b"}"#] {
            let answer = await patch(body)
            #expect(answer.status == 500)
            #expect(answer.title == "UnknownError")
        }
        #expect(await patch(#"{"health_check": null}"#).status == 200)
    }

    @Test func `scaling answers 202 with what it is now`() async {
        let all = await store.send(
            "POST",
            web + "/actions/scale",
            #"{"instances": "4", "memory_in_mb": 640, "disk_in_mb": 1500, "log_rate_limit_in_bytes_per_second": -1}"#
        )
        let nulls = await store.send(
            "POST",
            web + "/actions/scale",
            #"{"disk_in_mb": null, "log_rate_limit_in_bytes_per_second": null}"#
        )
        let worker = await store.send(
            "POST",
            "/v3/apps/\(SmallFoundation.storefront)/processes/worker/actions/scale",
            as: "supporter",
            #"{"instances": 0}"#
        )

        #expect(all.status == 202)
        #expect(all["instances"]?.integer == 4)
        #expect(nulls["disk_in_mb"]?.integer == 1024)
        #expect(nulls["log_rate_limit_in_bytes_per_second"]?.integer == -1)
        #expect(worker["instances"]?.integer == 0)
        #expect(await store.send("POST", web + "/actions/scale", #"{"instances": null}"#).status == 500)
    }

    @Test func `quotas bind processes that are started`() async {
        let started = await store.send("POST", web + "/actions/scale", #"{"memory_in_mb": 200000}"#)
        let stopped = await store.send(
            "POST",
            "/v3/processes/\(SmallFoundation.emptyApp)/actions/scale",
            #"{"memory_in_mb": 200000}"#
        )
        let largest = await store.send(
            "POST",
            web + "/actions/scale",
            #"{"memory_in_mb": 2147483647, "instances": 2147483647}"#
        )

        #expect(started.detail == "memory quota_exceeded")
        #expect(stopped.status == 202)
        #expect(largest.status == 422)
    }

    @Test func `stats show every instance, DOWN where nothing runs`() async {
        let running = await store.send("GET", web + "/stats", as: "auditor")
        let stopped = await store.send("GET", "/v3/processes/\(SmallFoundation.emptyApp)/stats")
        let embedded = await store.send("GET", web + "?embed=process_instances")

        #expect(running["resources"]?.list?.compactMap { $0["state"]?.text } == ["RUNNING", "RUNNING", "RUNNING"])
        #expect(running["resources.0.mem_quota"]?.integer == 536_870_912)
        #expect(stopped["resources.0.state"]?.text == "DOWN")
        #expect(stopped["resources.0.mem_quota"] == nil)
        #expect(embedded["process_instances"]?.list?.count == 3)
    }

    @Test func `as many instances as the API allows do no harm`() async {
        let path = "/v3/processes/\(SmallFoundation.emptyApp)"
        let scaled = await store.send("POST", path + "/actions/scale", #"{"instances": 2147483647}"#)
        let stats = await store.send("GET", path + "/stats")

        #expect(scaled["instances"]?.integer == 2_147_483_647)
        #expect(stats["resources"]?.list?.count == 10_000)
    }

    @Test func `an index is read leniently`() async {
        #expect(await store.send("DELETE", web + "/instances/abc").status == 204)
        #expect(await store.send("DELETE", web + "/instances/2").status == 204)
        #expect(await store.send("DELETE", web + "/instances/3").detail == "Instance not found")
    }

    @Test(arguments: [
        ("DEPLOYING", 422), ("PREPAUSED", 422), ("PAUSED", 422), ("CANCELING", 200),
    ])
    func `a deployment in flight blocks web and nothing else`(reason: String, status: Int) async throws {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].apps[0].deployments = [
            Seed.Deployment(reason: reason, newProcesses: [SmallFoundation.missing]),
            Seed.Deployment(status: "FINALIZED", reason: "DEPLOYED"),
        ]
        let store = Store(seed: seed, options: .testing)

        let web = await store.send("PATCH", web, #"{"metadata": {"labels": {"a": "b"}}}"#)
        let worker = await store.send("PATCH", "/v3/processes/\(SmallFoundation.worker)", "{}")
        let active = await store.send(
            "GET",
            "/v3/deployments?status_values=ACTIVE&app_guids=\(SmallFoundation.storefront)"
        )

        #expect(web.status == status)
        #expect(web.detail == (status == 422 ? "Cannot update this process while a deployment is in flight." : nil))
        #expect(worker.status == 200)
        #expect(active["resources.0.status.reason"]?.text == reason)
        #expect(active["resources.0.new_processes.0.type"]?.text == "web")
        #expect(active["resources"]?.list?.count == 1)
    }

    @Test func `of several web processes the last one is meant by type`() async {
        var seed = SmallFoundation.seed
        let newer = "ba27b95b-0000-4000-8000-000000000001"
        seed.organizations[0].spaces[0].apps[0].processes.append(
            Seed.Process("web", identity: Seed.Identity(newer), instances: 1)
        )
        let store = Store(seed: seed, options: .testing)

        let named = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/processes/web")
        let list = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/processes?types=web")

        #expect(named["guid"]?.text == newer)
        #expect(list.guids == [SmallFoundation.storefront, newer])
    }
}
