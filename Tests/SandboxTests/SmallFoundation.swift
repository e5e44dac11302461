@testable import Sandbox

/// The foundation that most suites run against: two spaces, one app of each kind, everyone who matters.
enum SmallFoundation {
    static let organization = "41a8ae66-0000-4000-8000-000000000001"
    static let production = "be678905-0000-4000-8000-000000000001"
    static let storefront = "bf5ec0d8-0000-4000-8000-000000000001"
    static let worker = "a37d5f54-0000-4000-8000-000000000001"
    static let payments = "1b8d5646-0000-4000-8000-000000000001"
    static let paymentsDroplet = "7314cec4-0000-4000-8000-000000000001"
    static let storefrontDroplet = "64c35a99-0000-4000-8000-000000000001"
    static let olderDroplet = "c1445306-0000-4000-8000-000000000001"
    static let emptyApp = "ca5bf5b7-0000-4000-8000-000000000001"
    static let foreignApp = "42ec8dbd-0000-4000-8000-000000000001"
    static let runningTask = "f61dfa33-0000-4000-8000-000000000001"
    static let finishedTask = "84f68b3e-0000-4000-8000-000000000001"
    static let failedTask = "9b52be38-0000-4000-8000-000000000001"
    static let otherOrganization = "e08168f8-0000-4000-8000-000000000001"
    static let staging = "dd5ec65f-0000-4000-8000-000000000001"
    static let foreignDroplet = "404ed10b-0000-4000-8000-000000000001"
    static let missing = "ffffffff-ffff-4fff-bfff-ffffffffffff"

    /// The guids by the names that fixtures use.
    static let guids = [
        "organization": organization, "production": production, "storefront": storefront, "worker": worker,
        "payments": payments, "paymentsDroplet": paymentsDroplet, "storefrontDroplet": storefrontDroplet,
        "olderDroplet": olderDroplet, "emptyApp": emptyApp, "foreignApp": foreignApp, "runningTask": runningTask,
        "finishedTask": finishedTask, "failedTask": failedTask, "otherOrganization": otherOrganization,
        "staging": staging, "foreignDroplet": foreignDroplet, "missing": missing,
    ]

    static let seed = Seed(
        users: [
            Seed.User("admin", password: "admin", scopes: Seed.ordinaryScopes + ["cloud_controller.admin"]),
            Seed.User("dev", password: "dev"), Seed.User("supporter", password: "supporter"),
            Seed.User("auditor", password: "auditor"), Seed.User("manager", password: "manager"),
            Seed.User("nobody", password: "nobody"), Seed.User("ldap-user", password: "pw", origin: "ldap"),
            Seed.User("readscope", password: "pw", scopes: ["cloud_controller.read"]),
            Seed.User("readonly", password: "pw", scopes: ["cloud_controller.admin_read_only"]),
            Seed.User("openid", password: "pw", scopes: ["openid"]),
            Seed.User(
                "buildmaster",
                password: "pw",
                scopes: Seed.ordinaryScopes + ["cloud_controller.update_build_state"]
            ),
        ],
        clients: [Seed.Client("deployer", secret: "s3cret")],
        organizations: [
            Seed.Organization(
                "acme",
                identity: Seed.Identity(organization),
                quota: Quota(totalMemory: 102_400),
                roles: [Seed.Role("organization_manager", ["manager"])],
                metadata: Metadata(labels: ["team": "retail"]),
                spaces: [productionSpace, Seed.Space("staging", identity: Seed.Identity(staging))]
            ),
            Seed.Organization(
                "other-org",
                identity: Seed.Identity(otherOrganization),
                spaces: [
                    Seed.Space(
                        "production",
                        apps: [
                            Seed.App(
                                "foreign",
                                identity: Seed.Identity(foreignApp),
                                droplets: [Seed.Droplet(identity: Seed.Identity(foreignDroplet))]
                            )
                        ]
                    )
                ]
            ),
        ]
    )

    private static let productionSpace = Seed.Space(
        "production",
        identity: Seed.Identity(production),
        roles: [
            Seed.Role("space_developer", ["dev", "readscope", "buildmaster", "deployer"]),
            Seed.Role("space_supporter", ["supporter"]), Seed.Role("space_auditor", ["auditor"]),
        ],
        apps: [storefrontApp, paymentsApp, Seed.App("empty-app", identity: Seed.Identity(emptyApp), state: "STOPPED")]
    )

    private static let storefrontApp = Seed.App(
        "storefront",
        identity: Seed.Identity(storefront),
        metadata: Metadata(
            labels: ["tier": "frontend", "example.com/owner": "retail"],
            annotations: ["contact": "retail@example.com"]
        ),
        droplets: [
            Seed.Droplet(identity: Seed.Identity(olderDroplet), isCurrent: false, processTypes: [("web", "old")]),
            Seed.Droplet(
                identity: Seed.Identity(storefrontDroplet),
                processTypes: [("web", "bundle exec puma -p $PORT"), ("worker", "bundle exec sidekiq")]
            ),
        ],
        processes: [
            Seed.Process("web", instances: 3, memory: 512),
            Seed.Process("worker", identity: Seed.Identity(worker), instances: 2, memory: 256),
        ],
        tasks: [
            Seed.Task("migrate", identity: Seed.Identity(runningTask), command: "rake db:migrate", memory: 256),
            Seed.Task("clean", identity: Seed.Identity(finishedTask), state: "SUCCEEDED"),
            Seed.Task("batch", identity: Seed.Identity(failedTask), state: "FAILED"),
        ]
    )

    private static let paymentsApp = Seed.App(
        "payments-api",
        identity: Seed.Identity(payments),
        lifecycle: .docker,
        metadata: Metadata(labels: ["tier": "backend"]),
        droplets: [
            Seed.Droplet(
                identity: Seed.Identity(paymentsDroplet),
                image: "registry.example.com/acme/payments:1.4.2",
                processTypes: [("web", "/bin/pay serve")]
            )
        ],
        processes: [Seed.Process("web", instances: 2, memory: 256)]
    )
}

/// What came back for a request, with its JSON.
struct Received {
    let status: Int
    let json: JSONValue
    let headers: [(name: String, value: String)]
    let body: String

    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(json)) { value, key in
            Int(key).flatMap { index in value?.list.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
                ?? value?[String(key)]
        }
    }

    var detail: String? { self["errors.0.detail"]?.text }
    var title: String? { self["errors.0.title"]?.text }

    /// The `guid` of every resource of a list.
    var guids: [String] { (self["resources"]?.list ?? []).compactMap { $0["guid"]?.text } }
    var names: [String] { (self["resources"]?.list ?? []).compactMap { $0["name"]?.text } }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

extension Store {
    /// Sends a request as a seeded user, straight to the store.
    func send(
        _ method: String,
        _ target: String,
        as user: String? = "admin",
        _ body: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async -> Received {
        var headers = headers
        if let token = user.flatMap({ accessToken(for: $0) }) { headers.append(("Authorization", "bearer \(token)")) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let answer = answer(IncomingRequest(method, target, headers: headers, body: Array((body ?? "").utf8)))
        return Received(
            status: answer.status,
            json: (try? JSONParser.parse(answer.body)) ?? .null,
            headers: answer.headers,
            body: String(decoding: answer.body, as: UTF8.self)
        )
    }
}
