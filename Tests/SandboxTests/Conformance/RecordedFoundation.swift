@testable import Sandbox

/// The foundation that a group of recordings ran against: its guids from a fixture, the rest as the first reads show it.
struct RecordedFoundation {
    private let guids: JSONValue
    /// What had happened before the first request, as the recorded lists of events tell it, oldest first.
    let past: [JSONValue]

    init(_ group: ReplayGroup) throws {
        guids = try Recording.json(group.seed)
        past = try group.pastEvents
    }

    /// What an event says of a droplet or an app.
    private func told(_ key: String, where matches: (JSONValue) -> Bool) -> String? {
        past.lazy.filter(matches).compactMap { $0["data"]?[key]?.text }.first
    }

    /// Every guid that the fixture fixes.
    var known: Set<String> {
        var found: Set<String> = []
        RecordedFoundation.collect(guids, into: &found)
        for event in past {
            for key in ["package_guid", "revision_guid"] {
                if let guid = event["data"]?[key]?.text { found.insert(guid) }
            }
        }
        for number in 1...10 { found.insert(RecordedFoundation.user(number)) }
        return found
    }

    private static func collect(_ value: JSONValue, into found: inout Set<String>) {
        switch value {
        case .object(let object): for member in object.members { collect(member.value, into: &found) }
        case .list(let elements): for element in elements { collect(element, into: &found) }
        case .text(let text): found.insert(text)
        default: break
        }
    }

    /// A guid by its place in the fixture, such as `apps production/storefront processes worker`.
    func guid(_ path: String...) -> String {
        path.reduce(Optional(guids)) { value, key in value?[key] }?.text ?? ""
    }

    private static func user(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-a000-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    // MARK: - The seed

    /// - Parameter start: The sandbox's clock when it starts.
    func seed(startingAt start: Timestamp) -> Seed {
        let ordinary = Seed.ordinaryScopes
        let scopes: [(String, [String])] = [
            ("admin", ordinary + ["cloud_controller.admin"]), ("dev", ordinary), ("auditor", ordinary),
            ("nobody", ordinary), ("supporter", ordinary),
            ("readonly", ["cloud_controller.read", "cloud_controller.admin_read_only"]), ("manager", ordinary),
            ("readscope", ["cloud_controller.read"]),
            ("buildmaster", ordinary + ["cloud_controller.update_build_state"]), ("openid", ["openid"]),
        ]
        let users = scopes.enumerated().map { number, user in
            Seed.User(
                user.0,
                password: "secret",
                guid: RecordedFoundation.user(number + 1),
                email: user.0 + "@example.com",
                scopes: user.1
            )
        }
        let members = ["dev", "auditor", "supporter", "manager", "readscope", "buildmaster"]
        return Seed(
            users: users,
            clients: [Seed.Client("client", secret: "secret", scopes: ordinary + ["cloud_controller.admin"])],
            organizations: [
                organization("acme", Metadata(labels: ["team": "retail"]), [Seed.Role("organization_user", members)]) {
                    [production(start), staging]
                },
                organization("other-org", Metadata(), []) {
                    [
                        Seed.Space(
                            "production",
                            identity: Seed.Identity(guid("spaces", "other")),
                            apps: [buildpackApp("other/foreign", state: "STOPPED")]
                        )
                    ]
                },
            ]
        )
    }

    private func organization(
        _ name: String,
        _ metadata: Metadata,
        _ roles: [Seed.Role],
        _ spaces: () -> [Seed.Space]
    ) -> Seed.Organization {
        Seed.Organization(
            name,
            identity: Seed.Identity(guid("orgs", name)),
            quota: Quota(totalMemory: 102_400),
            // both have the default quota
            quotaGUID: "2ca86cf2-0000-4000-8000-000000000000",
            roles: roles,
            metadata: metadata,
            spaces: spaces()
        )
    }

    private static let spaceRoles = [
        Seed.Role("space_developer", ["dev"]), Seed.Role("space_auditor", ["auditor"]),
        Seed.Role("space_supporter", ["supporter"]), Seed.Role("space_manager", ["manager"]),
        Seed.Role("space_developer", ["readscope", "buildmaster"]),
    ]

    private func production(_ start: Timestamp) -> Seed.Space {
        func created(_ second: Int, _ task: String) -> Seed.Identity {
            Seed.Identity(guid("tasks", task), createdAt: start.advanced(by: second))
        }
        var storefront = buildpackApp(
            "production/storefront",
            metadata: Metadata(
                labels: ["tier": "frontend", "example.com/owner": "retail"],
                annotations: ["contact": "retail@example.com"]
            ),
            commands: [("web", "bundle exec puma -p $PORT"), ("worker", "bundle exec sidekiq")]
        )
        storefront.processes = [
            Seed.Process("web", instances: 3, memory: 512),
            Seed.Process(
                "worker",
                identity: Seed.Identity(guid("apps", "production/storefront", "processes", "worker")),
                instances: 2,
                memory: 256
            ),
        ]
        storefront.tasks = [
            Seed.Task("migrate", identity: created(1, "running"), command: "rake db:migrate", memory: 256),
            Seed.Task("ad2bc3ee", identity: created(2, "running2"), command: "sleep 3600", memory: 64),
            Seed.Task("clean", identity: created(4, "succeeded"), command: "rake assets:clean", state: "SUCCEEDED"),
        ]
        var payments = dockerApp("production/payments-api", metadata: Metadata(labels: ["tier": "backend"]))
        payments.processes = [Seed.Process("web", instances: 2, memory: 256)]
        payments.tasks = [
            Seed.Task(
                "reconcile",
                identity: created(3, "running3"),
                command: "/bin/pay reconcile",
                metadata: Metadata(labels: ["kind": "nightly"])
            )
        ]
        var batch = buildpackApp(
            "production/batch-runner",
            state: "STOPPED",
            commands: [("web", "true"), ("worker", "bin/batch")]
        )
        batch.processes = [
            Seed.Process("web"),
            Seed.Process(
                "worker",
                identity: Seed.Identity(guid("apps", "production/batch-runner", "processes", "worker"))
            ),
        ]
        batch.tasks = [
            Seed.Task(
                "batch",
                identity: created(5, "failed"),
                command: "bin/batch --all",
                state: "FAILED",
                failureReason: "App instance exited with exit code 137 (out of memory)"
            )
        ]
        return Seed.Space(
            "production",
            identity: Seed.Identity(guid("spaces", "production")),
            roles: RecordedFoundation.spaceRoles,
            apps: [storefront, payments, batch, buildpackApp("production/empty-app", state: "STOPPED")]
        )
    }

    private var staging: Seed.Space {
        var storefront = buildpackApp(
            "staging/storefront",
            metadata: Metadata(labels: ["tier": "frontend"]),
            commands: [("web", "bundle exec puma -p $PORT"), ("worker", "bundle exec sidekiq")]
        )
        storefront.processes = [
            Seed.Process("web"),
            Seed.Process(
                "worker",
                identity: Seed.Identity(guid("apps", "staging/storefront", "processes", "worker"))
            ),
        ]
        return Seed.Space(
            "staging",
            identity: Seed.Identity(guid("spaces", "staging")),
            roles: RecordedFoundation.spaceRoles,
            apps: [
                storefront, dockerApp("staging/payments-api"),
                buildpackApp("staging/admin-ui", state: "STOPPED", commands: [("web", "bin/rails s")]),
            ]
        )
    }

    // MARK: - Apps

    private func buildpackApp(
        _ place: String,
        state: String = "STARTED",
        metadata: Metadata = Metadata(),
        commands: [(type: String, command: String)] = [("web", "true")]
    ) -> Seed.App {
        let name = "https://github.com/cloudfoundry/ruby-buildpack"
        let found = DetectedBuildpack(name, detectOutput: "ruby", buildpackName: "ruby", version: "1.10.13")
        return Seed.App(
            place.split(separator: "/").last.map(String.init) ?? "",
            identity: Seed.Identity(guid("apps", place, "guid")),
            state: state,
            lifecycle: .buildpack(buildpacks: [name]),
            revisionGUID: revision(of: guid("apps", place, "guid")),
            metadata: metadata,
            droplets: droplets(place) { guid, isCurrent, _ in
                Seed.Droplet(
                    identity: Seed.Identity(guid),
                    isCurrent: isCurrent,
                    processTypes: commands,
                    packageGUID: package(of: guid),
                    buildpacks: [found]
                )
            }
        )
    }

    private func dockerApp(_ place: String, metadata: Metadata = Metadata()) -> Seed.App {
        Seed.App(
            place.split(separator: "/").last.map(String.init) ?? "",
            identity: Seed.Identity(guid("apps", place, "guid")),
            lifecycle: .docker,
            revisionGUID: revision(of: guid("apps", place, "guid")),
            metadata: metadata,
            droplets: droplets(place) { guid, isCurrent, number in
                Seed.Droplet(
                    identity: Seed.Identity(guid),
                    isCurrent: isCurrent,
                    image: "registry.example.com/acme/payments:1.4.\(number)",
                    processTypes: [("web", "/bin/pay serve")],
                    executionMetadata: #"{"cmd": ["/bin/pay"], "ports": [{"Port": 8080, "Protocol": "tcp"}]}"#,
                    packageGUID: package(of: guid)
                )
            }
        )
    }

    /// The droplets of an app, oldest first; the newest has the number 2.
    private func droplets(_ place: String, _ make: (String, Bool, Int) -> Seed.Droplet) -> [Seed.Droplet] {
        let all = (guids["apps"]?[place]?["droplets"]?.list ?? []).compactMap(\.text)
        let current = guid("apps", place, "droplet")
        return all.enumerated().map { index, guid in make(guid, guid == current, 3 - all.count + index) }
    }

    func build(of droplet: String) -> String? {
        told("build_guid") { $0["data"]?["droplet_guid"]?.text == droplet }
    }

    private func package(of droplet: String) -> String? {
        told("package_guid") { $0["data"]?["droplet_guid"]?.text == droplet }
    }

    private func revision(of app: String) -> String? {
        told("revision_guid") { $0["target"]?["guid"]?.text == app }
    }
}
