import Testing

@testable import Sandbox

/// Deployments on a clock that is moved from look to look of the updater.
@Suite struct RollingDeploymentTests {
    private static let storefront = SmallFoundation.storefront
    private let store = Store(seed: SmallFoundation.seed, options: .testing)

    private func deploy(_ more: String = "", as user: String = "dev") async -> Received {
        await store.deploy(Self.storefront, more, as: user)
    }

    @Test func `instances move over one by one while the clock goes on`() async {
        let created = await deploy()
        let guid = created["guid"]?.text ?? ""
        let new = created["new_processes.0.guid"]?.text ?? ""

        #expect(created.status == 201)
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3, new: 1])
        for counts in [[3, 1], [2, 2], [1, 3]] {
            #expect(await store.counts(Self.storefront) == [Self.storefront: counts[0], new: counts[1]])
            #expect(await store.status(guid) == "ACTIVE DEPLOYING")
            await store.advance(by: 5)
        }
        #expect(await store.status(guid) == "FINALIZED DEPLOYED")
        #expect(await store.counts(Self.storefront) == [new: 3])
        let old = await store.send("GET", "/v3/processes/\(Self.storefront)")
        #expect(old.detail == "Process not found")
    }

    @Test func `the new web process is a copy with its own guid`() async {
        _ = await store.send(
            "PATCH",
            "/v3/processes/\(Self.storefront)",
            #"{"health_check": {"data": {"timeout": 61}}, "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}"#
        )
        let before = await store.send("GET", "/v3/processes/\(Self.storefront)")

        let created = await deploy()

        let after = await store.send("GET", "/v3/apps/\(Self.storefront)/processes/web")
        #expect(after["guid"]?.text == created["new_processes.0.guid"]?.text)
        #expect(after["version"]?.text != before["version"]?.text)
        for path in ["health_check", "metadata", "memory_in_mb", "command", "relationships.revision"] {
            #expect(after[path]?.bytes == before[path]?.bytes, "\(path)")
        }
    }

    @Test(arguments: ["PATCH /v3/processes/", "POST /v3/processes/"])
    func `web cannot be changed meanwhile, other types can`(request: String) async {
        let created = await deploy()
        let new = created["new_processes.0.guid"]?.text ?? ""
        let parts = request.split(separator: " ").map(String.init)
        let isScale = parts[0] == "POST"
        let body = isScale ? #"{"instances": 4}"# : #"{"metadata": {"labels": {"a": "b"}}}"#

        for guid in [Self.storefront, new] {
            let answer = await store.send(
                parts[0],
                parts[1] + guid + (isScale ? "/actions/scale" : ""),
                as: "dev",
                body
            )
            let verb = isScale ? "scale" : "update"
            #expect(answer.detail == "Cannot \(verb) this process while a deployment is in flight.")
        }
        let path = parts[1] + SmallFoundation.worker + (isScale ? "/actions/scale" : "")
        #expect(await store.send(parts[0], path, as: "dev", body).status == (isScale ? 202 : 200))
    }

    @Test func `other types restart at the end with the command of the revision`() async {
        let before = await store.send("GET", "/v3/processes/\(SmallFoundation.worker)")
        _ = await deploy()
        _ = await store.send("PATCH", "/v3/processes/\(SmallFoundation.worker)", #"{"command": "lost"}"#)

        await store.advance(by: 15)

        let after = await store.send("GET", "/v3/processes/\(SmallFoundation.worker)")
        #expect(after["command"]?.text == before["command"]?.text)
        #expect(after["version"]?.text != before["version"]?.text)
        #expect(after["guid"]?.text == before["guid"]?.text)
    }

    @Test func `so many at once as max_in_flight says`() async {
        let created = await deploy(#", "options": {"max_in_flight": 2}"#)
        let new = created["new_processes.0.guid"]?.text ?? ""

        #expect(await store.counts(Self.storefront) == [Self.storefront: 3, new: 2])
        await store.advance(by: 5)
        #expect(await store.counts(Self.storefront) == [Self.storefront: 1, new: 3])
        await store.advance(by: 5)
        #expect(await store.counts(Self.storefront) == [new: 3])
    }

    @Test func `options set the size of the new process`() async {
        let created = await deploy(
            #", "options": {"max_in_flight": 10, "web_instances": 2, "memory_in_mb": 300, "disk_in_mb": 512}"#
        )

        await store.advance(by: 5)

        let web = await store.send("GET", "/v3/apps/\(Self.storefront)/processes/web")
        #expect(
            created["options"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"max_in_flight":10,"web_instances":2,"memory_in_mb":300,"disk_in_mb":512}"#
        )
        #expect(
            [web["instances"]?.integer, web["memory_in_mb"]?.integer, web["disk_in_mb"]?.integer] == [2, 300, 512]
        )
        #expect(await store.status(created["guid"]?.text ?? "") == "FINALIZED DEPLOYED")
    }

    @Test func `a second deployment takes the place of the first and cleans up after both`() async {
        let first = await deploy()
        await store.advance(by: 5)
        let second = await deploy()
        let webs = [Self.storefront] + [first, second].compactMap { $0["new_processes.0.guid"]?.text }

        #expect(await store.status(first["guid"]?.text ?? "") == "FINALIZED SUPERSEDED")
        #expect(await store.counts(Self.storefront) == [webs[0]: 2, webs[1]: 2, webs[2]: 1])
        await store.advance(by: 5)
        #expect(await store.counts(Self.storefront) == [webs[0]: 0, webs[1]: 2, webs[2]: 2])
        await store.advance(by: 5)
        #expect(await store.counts(Self.storefront) == [webs[0]: 0, webs[1]: 1, webs[2]: 3])

        // with two old processes the server needs one look more, and says so
        await store.advance(by: 5)
        let tripped = await store.send("GET", "/v3/deployments/\(second["guid"]?.text ?? "")")
        #expect(
            tripped["status.details.error"]?.text == "An unexpected error has occurred: Sequel::NoExistingObject"
        )
        #expect(await store.counts(Self.storefront) == [webs[2]: 3])
        await store.advance(by: 5)
        let done = await store.send("GET", "/v3/deployments/\(second["guid"]?.text ?? "")")
        #expect(done["status.reason"]?.text == "DEPLOYED")
        #expect(done["status.details.error"] == nil)
    }

    @Test func `on a stopped app it starts the app and is over at once`() async {
        _ = await store.send("POST", "/v3/apps/\(Self.storefront)/actions/stop")

        let created = await deploy()

        #expect(created.status == 201)
        #expect(created["status.reason"]?.text == "DEPLOYED")
        #expect(created["new_processes"]?.list?.isEmpty == true)
        #expect(await store.send("GET", "/v3/apps/\(Self.storefront)")["state"]?.text == "STARTED")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3])
        #expect(await store.states(Self.storefront) == ["RUNNING", "RUNNING", "RUNNING"])
    }

    @Test func `a cancelled one gives the instances and the droplet back`() async {
        let created = await deploy(#", "droplet": {"guid": "\#(SmallFoundation.olderDroplet)"}"#)
        let guid = created["guid"]?.text ?? ""
        #expect(await store.currentDroplet(Self.storefront) == SmallFoundation.olderDroplet)
        await store.advance(by: 5)

        let cancelled = await store.send("POST", "/v3/deployments/\(guid)/actions/cancel", as: "supporter")

        #expect(cancelled.status == 200)
        #expect(cancelled.body.isEmpty)
        #expect(await store.status(guid) == "ACTIVE CANCELING")
        #expect(await store.currentDroplet(Self.storefront) == SmallFoundation.storefrontDroplet)
        let patch = await store.send(
            "PATCH",
            "/v3/processes/\(Self.storefront)",
            as: "dev",
            #"{"metadata": {"labels": {"a": "b"}}}"#
        )
        #expect(patch.status == 200)
        #expect(await store.send("POST", "/v3/deployments/\(guid)/actions/cancel").status == 200)
        await store.advance(by: 5)
        #expect(await store.status(guid) == "FINALIZED CANCELED")
        #expect(await store.counts(Self.storefront) == [Self.storefront: 3])
        let again = await store.send("POST", "/v3/deployments/\(guid)/actions/cancel")
        #expect(again.detail == "Cannot cancel a deployment with status: FINALIZED and reason: CANCELED")
    }

    @Test func `cancelling after one was superseded keeps what that one brought up`() async {
        let first = await deploy()
        await store.advance(by: 5)
        let second = await deploy()
        let interim = first["new_processes.0.guid"]?.text ?? ""

        _ = await store.send("POST", "/v3/deployments/\(second["guid"]?.text ?? "")/actions/cancel")
        await store.advance(by: 5)

        #expect(await store.counts(Self.storefront) == [interim: 3])
    }

    @Test func `labels of a deployment change in any state`() async {
        let guid = await deploy(#", "metadata": {"labels": {"by": "evenkeel"}}"#)["guid"]?.text ?? ""
        await store.advance(by: 60)

        let changed = await store.send(
            "PATCH",
            "/v3/deployments/\(guid)",
            as: "dev",
            #"{"metadata": {"labels": {"after": "yes"}}}"#
        )

        #expect(
            changed["metadata.labels"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"by":"evenkeel","after":"yes"}"#
        )
        let found = await store.send("GET", "/v3/deployments?label_selector=by%3Devenkeel")
        #expect(found.guids == [guid])
    }
}

extension Store {
    func deploy(_ app: String, _ more: String = "", as user: String = "admin") async -> Received {
        let body = #"{"relationships": {"app": {"data": {"guid": "\#(app)"}}}\#(more)}"#
        return await send("POST", "/v3/deployments", as: user, body)
    }

    /// The instances of each web process of an app.
    func counts(_ app: String) async -> [String: Int] {
        let answer = await send("GET", "/v3/processes?app_guids=\(app)&types=web")
        let pairs = (answer["resources"]?.list ?? []).compactMap { process in
            process["guid"]?.text.map { ($0, process["instances"]?.integer ?? -1) }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    func status(_ deployment: String) async -> String {
        let answer = await send("GET", "/v3/deployments/\(deployment)")
        return "\(answer["status.value"]?.text ?? "") \(answer["status.reason"]?.text ?? "")"
    }

    /// The states of a process's instances.
    func states(_ process: String) async -> [String] {
        let answer = await send("GET", "/v3/processes/\(process)/stats")
        return (answer["resources"]?.list ?? []).compactMap { $0["state"]?.text }
    }

    func currentDroplet(_ app: String) async -> String? {
        await send("GET", "/v3/apps/\(app)/relationships/current_droplet")["data.guid"]?.text
    }
}
