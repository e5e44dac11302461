import Testing

@testable import Sandbox

/// Start, stop and restart, and what they do to versions, settings in use and revisions.
@Suite struct AppActionTests {
    private static let storefront = SmallFoundation.storefront
    private let store = Store(seed: SmallFoundation.seed, options: .testing)

    private func act(_ action: String, _ app: String = storefront, as user: String? = "dev") async -> Received {
        await store.send("POST", "/v3/apps/\(app)/actions/\(action)", as: user)
    }

    private func versions() async -> [String?] {
        let answer = await store.send("GET", "/v3/processes?app_guids=\(Self.storefront)")
        return (answer["resources"]?.list ?? []).map { $0["version"]?.text }
    }

    @Test func `restart gives every process a new version and leaves the app as it is`() async {
        let before = (await store.send("GET", "/v3/apps/\(Self.storefront)"), await versions())
        await store.advance(by: 60)

        let answer = await act("restart", as: "supporter")

        let after = await versions()
        #expect(answer.status == 200)
        #expect(answer.body == before.0.body)
        #expect(zip(after, before.1).allSatisfy { $0 != $1 })
        let stats = await store.send("GET", "/v3/processes/\(Self.storefront)/stats")
        #expect(stats["resources.0.uptime"]?.integer == 0)
    }

    @Test func `start on a started app picks nothing up`() async {
        _ = await store.send("PATCH", "/v3/processes/\(Self.storefront)", #"{"command": "other"}"#)
        let before = await versions()

        #expect(await act("start").status == 200)

        #expect(await versions() == before)
    }

    @Test func `memory shows in the stats after a restart only`() async {
        let path = "/v3/processes/\(Self.storefront)"
        _ = await store.send("POST", path + "/actions/scale", #"{"memory_in_mb": 700, "instances": 4}"#)

        let before = await store.send("GET", path + "/stats")
        _ = await act("restart")
        let after = await store.send("GET", path + "/stats")

        #expect(before["resources"]?.list?.count == 4)
        #expect(before["resources.3.mem_quota"]?.integer == 512 * 1_048_576)
        #expect(after["resources.3.mem_quota"]?.integer == 700 * 1_048_576)
    }

    @Test func `stop and start change the state, and start the versions`() async {
        let before = await versions()

        #expect(await act("stop")["state"]?.text == "STOPPED")
        #expect(await store.states(Self.storefront) == ["DOWN", "DOWN", "DOWN"])
        #expect(await versions() == before)
        #expect(await act("start", as: "supporter")["state"]?.text == "STARTED")
        #expect(await store.states(Self.storefront) == ["RUNNING", "RUNNING", "RUNNING"])
        #expect(await versions() != before)
        #expect(await act("stop").status == 200)
        #expect(await act("restart")["state"]?.text == "STARTED")
    }

    @Test func `a command that was changed makes a revision at the next restart`() async {
        _ = await store.send("PATCH", "/v3/processes/\(SmallFoundation.worker)", #"{"command": "sidekiq -c 9"}"#)
        let path = "/v3/apps/\(Self.storefront)/revisions"
        #expect(await store.send("GET", path)["pagination.total_results"]?.integer == 1)

        _ = await act("restart")

        let revisions = await store.send("GET", path)
        #expect(revisions["resources.1.version"]?.integer == 2)
        #expect(revisions["resources.1.description"]?.text == "Custom start command added for 'worker' process.")
        let worker = await store.send("GET", "/v3/processes/\(SmallFoundation.worker)")
        #expect(worker["relationships.revision.data.guid"]?.text == revisions.guids[1])
        #expect(await store.send("GET", path + "/deployed").guids == [revisions.guids[1]])
        #expect(await store.send("GET", "/v3/revisions/\(revisions.guids[1])", as: "nobody").status == 404)
    }

    @Test func `features are told one by one and as a list, and switched by developers`() async {
        let path = "/v3/apps/\(Self.storefront)/features"
        let all = await store.send("GET", path, as: "auditor")
        let one = await store.send("GET", path + "/revisions", as: "auditor")
        let off = await store.send("PATCH", path + "/revisions", as: "dev", #"{"enabled": false}"#)

        #expect(
            all["resources"]?.list?.compactMap { $0["name"]?.text }
                == ["ssh", "revisions", "service-binding-k8s", "file-based-vcap-services"]
        )
        #expect(all["pagination.total_results"]?.integer == 4)
        #expect(
            one.body
                == #"{"name":"revisions","description":"Enable versioning of an application","enabled":true}"#
        )
        #expect(off["enabled"]?.bytes == Array("false".utf8))
        #expect(await store.send("GET", path + "/revisions").body == off.body)
        #expect(await store.send("GET", path + "/nothing").detail == "Feature not found")
        #expect(await store.send("PATCH", path + "/ssh", as: "supporter", #"{"enabled": false}"#).status == 403)
        let bad = await store.send("PATCH", path + "/ssh", #"{"enabled": 1, "a": 2}"#)
        #expect(bad.detail == "Unknown field(s): 'a', Enabled must be a boolean")
    }

    @Test func `with revisions switched off, none is made and a new process keeps its command`() async {
        let path = "/v3/apps/\(Self.storefront)"
        _ = await store.send("PATCH", path + "/features/revisions", #"{"enabled": false}"#)
        let before = await store.send("GET", path + "/revisions").guids
        _ = await store.send("PATCH", "/v3/processes/\(Self.storefront)", #"{"command": "changed"}"#)

        let created = await store.deploy(Self.storefront)

        #expect(await store.send("GET", path + "/revisions").guids == before)
        #expect(created.status == 201)
        #expect(created["revision"] == nil)
        let web = await store.send("GET", path + "/processes/web")
        #expect(web["command"]?.text == "changed")
        #expect(web["relationships.revision"]?.isNull == true)
    }

    @Test func `a rollback deploys the droplet and the commands of its revision`() async {
        let path = "/v3/apps/\(Self.storefront)/revisions"
        let first = await store.send("GET", path).guids[0]
        _ = await store.send("PATCH", "/v3/processes/\(Self.storefront)", #"{"command": "other"}"#)
        _ = await act("restart")

        let created = await store.deploy(Self.storefront, #", "revision": {"guid": "\#(first)"}"#, as: "dev")
        let again = await store.deploy(
            Self.storefront,
            #", "revision": {"guid": "\#(created["revision.guid"]?.text ?? "")"}"#
        )

        #expect(created["revision.version"]?.integer == 3)
        let web = await store.send("GET", "/v3/apps/\(Self.storefront)/processes/web")
        #expect(web["command"]?.text == "bundle exec puma -p $PORT")
        #expect(again.detail?.hasPrefix("Unable to rollback.") == true)
        let revision = await store.send("GET", "/v3/revisions/\(created["revision.guid"]?.text ?? "")")
        #expect(
            revision["description"]?.text
                == "Custom start command removed from 'web' process. Rolled back to revision 1."
        )
    }

    @Test func `quotas bind what is started, restarted and deployed`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].quota = Quota(totalMemory: 2048)
        let tight = Store(seed: seed, options: .testing)
        let path = "/v3/apps/\(SmallFoundation.payments)"
        _ = await tight.send("POST", path + "/actions/stop")
        // the storefront alone takes all that is there
        let scale = "/v3/processes/\(SmallFoundation.worker)/actions/scale"
        #expect(await tight.send("POST", scale, #"{"memory_in_mb": 128}"#).status == 202)

        #expect(await tight.send("POST", path + "/actions/start").detail == "memory space_quota_exceeded")
        #expect(await tight.send("POST", path + "/actions/restart").detail == "memory space_quota_exceeded")
        #expect(await tight.send("GET", path)["state"]?.text == "STOPPED")
        let refused = await tight.deploy(Self.storefront)
        #expect(
            refused.detail == "memory space_quota_exceeded for space production. This space's quota may not be large "
                + "enough to support rolling deployments or your configured max-in-flight."
        )
        #expect(await tight.send("GET", "/v3/deployments").guids.isEmpty)
    }

    @Test(arguments: [
        (Quota(totalMemory: 2048, totalInstances: 4), "", true),
        (Quota(memoryPerProcess: 1024), #", "options": {"memory_in_mb": 1025}"#, false),
    ])
    func `a deployment names every limit, and what they mean once`(quota: Quota, more: String, isOfPlace: Bool) async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].quota = quota
        let tight = Store(seed: seed, options: .testing)

        let refused = await tight.deploy(Self.storefront, more)

        let reasons =
            isOfPlace
            ? "memory space_quota_exceeded, app_instance_limit space_app_instance_limit_exceeded for space production. "
                + "This space's quota may not be large enough to support rolling deployments or your configured "
                + "max-in-flight."
            : "memory space_instance_memory_limit_exceeded"
        #expect(refused.detail == reasons)
    }

    @Test func `the options of a deployment are held against the quotas as a whole`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].quota = Quota(totalInstances: 12)
        let tight = Store(seed: seed, options: .testing)

        let refused = await tight.deploy(Self.storefront, #", "options": {"web_instances": 100}"#)

        #expect(refused.detail?.hasPrefix("app_instance_limit space_app_instance_limit_exceeded for space") == true)
    }

    @Test(arguments: [
        ("auditor", 403), ("manager", 403), ("nobody", 404), ("readonly", 403), ("readscope", 403),
        ("buildmaster", 200),
    ])
    func `developers and supporters may`(user: String, status: Int) async {
        for action in ["start", "stop", "restart"] {
            #expect(await act(action, as: user).status == status, "\(action)")
        }
    }

    @Test func `without a droplet nothing starts`() async {
        for action in ["start", "restart"] {
            #expect(await act(action, SmallFoundation.emptyApp).detail == "Assign a droplet before starting this app.")
        }
        #expect(await act("stop", SmallFoundation.emptyApp).status == 200)
    }

    @Test func `docker apps need their feature flag`() async {
        var seed = SmallFoundation.seed
        seed.featureFlags = [Seed.FeatureFlag("diego_docker", isEnabled: false)]
        let strict = Store(seed: seed, options: .testing)

        let refused = await strict.send("POST", "/v3/apps/\(SmallFoundation.payments)/actions/restart", as: "dev")
        let other = await strict.send("POST", "/v3/apps/\(Self.storefront)/actions/restart", as: "dev")

        #expect(refused.detail == "Feature Disabled: diego_docker")
        #expect(other.status == 200)
    }
}
