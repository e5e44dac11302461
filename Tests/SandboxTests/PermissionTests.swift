import Testing

@testable import Sandbox

/// Who may do what (`cloud_controller_ng lib/cloud_controller/permissions.rb`), as recorded user by user.
@Suite struct PermissionTests {
    struct Write: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let path: String
        let body: String
        /// By user; what is not named is 403.
        let statuses: [String: Int]
    }

    static let users = [
        "admin", "dev", "supporter", "auditor", "manager", "readscope", "readonly", "buildmaster", "nobody", "openid",
    ]

    static let writes = [
        Write(
            testDescription: "process PATCH",
            method: "PATCH",
            path: "/v3/processes/\(SmallFoundation.storefront)",
            body: "{}",
            statuses: ["admin": 200, "dev": 200, "supporter": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "scale",
            method: "POST",
            path: "/v3/processes/\(SmallFoundation.storefront)/actions/scale",
            body: #"{"instances": 3}"#,
            statuses: ["admin": 202, "dev": 202, "supporter": 202, "buildmaster": 202, "nobody": 404]
        ),
        Write(
            testDescription: "terminate",
            method: "DELETE",
            path: "/v3/processes/\(SmallFoundation.storefront)/instances/0",
            body: "",
            statuses: ["admin": 204, "dev": 204, "supporter": 204, "buildmaster": 204, "nobody": 404]
        ),
        Write(
            testDescription: "app PATCH",
            method: "PATCH",
            path: "/v3/apps/\(SmallFoundation.storefront)",
            body: "{}",
            statuses: ["admin": 200, "dev": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "droplet labels",
            method: "PATCH",
            path: "/v3/droplets/\(SmallFoundation.paymentsDroplet)",
            body: "{}",
            statuses: ["admin": 200, "dev": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "droplet image",
            method: "PATCH",
            path: "/v3/droplets/\(SmallFoundation.paymentsDroplet)",
            body: #"{"image": "x/y:1"}"#,
            statuses: ["admin": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "task POST",
            method: "POST",
            path: "/v3/apps/\(SmallFoundation.storefront)/tasks",
            body: #"{"command": "x"}"#,
            statuses: ["admin": 202, "dev": 202, "buildmaster": 202, "nobody": 404]
        ),
        Write(
            testDescription: "task PATCH",
            method: "PATCH",
            path: "/v3/tasks/\(SmallFoundation.runningTask)",
            body: "{}",
            statuses: ["admin": 200, "dev": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "cancel",
            method: "POST",
            path: "/v3/tasks/\(SmallFoundation.runningTask)/actions/cancel",
            body: "",
            statuses: ["admin": 202, "dev": 202, "supporter": 202, "buildmaster": 202, "nobody": 404]
        ),
        Write(
            testDescription: "restart",
            method: "POST",
            path: "/v3/apps/\(SmallFoundation.storefront)/actions/restart",
            body: "",
            statuses: ["admin": 200, "dev": 200, "supporter": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "droplet assignment",
            method: "PATCH",
            path: "/v3/apps/\(SmallFoundation.storefront)/relationships/current_droplet",
            body: #"{"data": {"guid": "\#(SmallFoundation.olderDroplet)"}}"#,
            statuses: ["admin": 200, "dev": 200, "supporter": 200, "buildmaster": 200, "nobody": 404]
        ),
        Write(
            testDescription: "deployment",
            method: "POST",
            path: "/v3/deployments",
            body: #"{"relationships": {"app": {"data": {"guid": "\#(SmallFoundation.storefront)"}}}}"#,
            statuses: [
                "admin": 201, "dev": 201, "supporter": 201, "buildmaster": 201, "auditor": 422, "manager": 422,
                "nobody": 422,
            ]
        ),
        Write(
            testDescription: "package",
            method: "POST",
            path: "/v3/packages",
            body: #"""
                {"type": "docker", "data": {"image": "x/y:2"},
                "relationships": {"app": {"data": {"guid": "\#(SmallFoundation.payments)"}}}}
                """#,
            statuses: ["admin": 201, "dev": 201, "buildmaster": 201, "nobody": 422]
        ),
    ]

    @Test func `audit events are shown to those with a role in the space, and not to managers`() async {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        _ = await store.send("PATCH", "/v3/apps/\(SmallFoundation.storefront)", as: "dev", "{}")

        let counts: [String: Int] = [
            "admin": 1, "dev": 1, "supporter": 1, "auditor": 1, "readonly": 1, "manager": 0, "nobody": 0,
        ]
        for (user, count) in counts {
            let list = await store.send("GET", "/v3/audit_events", as: user)
            #expect(list.guids.count == count, "\(user)")
        }
    }

    @Test(arguments: writes)
    func `writes are allowed by role and scope`(write: Write) async {
        for user in Self.users {
            let store = Store(seed: SmallFoundation.seed, options: .testing)
            let answer = await store.send(write.method, write.path, as: user, write.body.isEmpty ? nil : write.body)

            #expect(answer.status == write.statuses[user] ?? 403, "\(user)")
            if answer.status == 403 { #expect(answer.title == "CF-NotAuthorized", "\(user)") }
        }
    }

    @Test func `reading takes a scope, and a role or a global scope`() async {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let path = "/v3/processes/\(SmallFoundation.storefront)"

        for user in Self.users {
            let expected = user == "nobody" ? 404 : user == "openid" ? 403 : 200
            #expect(await store.send("GET", path, as: user).status == expected, "\(user)")
        }
        #expect(await store.send("GET", path, as: "deployer").status == 200)
    }

    @Test func `detected commands are hidden on a droplet, not on the current droplet of an app`() async {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let droplet = await store.send("GET", "/v3/droplets/\(SmallFoundation.storefrontDroplet)", as: "auditor")
        let current = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/droplets/current", as: "auditor")

        #expect(droplet["process_types"]?.object?.names == ["redacted_message"])
        #expect(current["process_types.worker"]?.text == "bundle exec sidekiq")
    }

    @Test(arguments: [("dev", true), ("readonly", true), ("supporter", false), ("auditor", false)])
    func `an app says whether its secrets may be read`(user: String, reads: Bool) async {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let answer = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/permissions", as: user)

        #expect(answer.body == #"{"read_basic_data":true,"read_sensitive_data":\#(reads)}"#)
    }

    @Test func `a suspended organization binds everyone but admins, and not images`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].isSuspended = true
        let store = Store(seed: seed, options: .testing)
        let app = "/v3/apps/\(SmallFoundation.storefront)"
        let droplet = "/v3/droplets/\(SmallFoundation.paymentsDroplet)"

        #expect(await store.send("PATCH", app, as: "dev", "{}").title == "CF-OrgSuspended")
        #expect(await store.send("PATCH", app, as: "auditor", "{}").title == "CF-NotAuthorized")
        #expect(await store.send("PATCH", app, "{}").status == 200)
        #expect(await store.send("GET", app, as: "dev").status == 200)
        #expect(await store.send("PATCH", droplet, as: "buildmaster", #"{"image": "x"}"#).status == 200)
        #expect(await store.send("PATCH", droplet, as: "buildmaster", "{}").title == "CF-OrgSuspended")
    }

    @Test func `a suspended space has an error of its own`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].isSuspended = true
        let store = Store(seed: seed, options: .testing)

        let answer = await store.send("PATCH", "/v3/apps/\(SmallFoundation.storefront)", as: "dev", "{}")

        #expect(answer.title == "CF-SpaceSuspended")
        #expect(answer["errors.0.code"]?.integer == 10019)
    }

    @Test func `feature flags bind everyone but admins`() async {
        var seed = SmallFoundation.seed
        seed.featureFlags = [
            Seed.FeatureFlag("app_scaling", isEnabled: false),
            Seed.FeatureFlag("task_creation", isEnabled: false, errorMessage: "no tasks today"),
        ]
        let store = Store(seed: seed, options: .testing)
        let scale = "/v3/processes/\(SmallFoundation.storefront)/actions/scale"
        let tasks = "/v3/apps/\(SmallFoundation.storefront)/tasks"

        #expect(await store.send("POST", scale, as: "dev", "{}").detail == "Feature Disabled: app_scaling")
        #expect(await store.send("POST", scale, "{}").status == 202)
        #expect(await store.send("POST", tasks, as: "dev", "{}").detail == "Feature Disabled: no tasks today")
    }
}
