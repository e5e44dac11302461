import Sandbox

extension Seed {
    /// acme with production and staging: a docker app with web, worker and tasks, and a buildpack app.
    ///
    /// Every user's password is the name.
    static var storefront: Seed {
        let roles = [
            Seed.Role("space_developer", ["dev", "readscope", "updater"]), Seed.Role("space_supporter", ["supporter"]),
            Seed.Role("space_auditor", ["auditor"]),
        ]
        return Seed(
            users: [
                Seed.User("admin", password: "admin", scopes: Seed.ordinaryScopes + ["cloud_controller.admin"]),
                Seed.User("dev", password: "dev"),
                Seed.User("supporter", password: "supporter"),
                Seed.User("auditor", password: "auditor"),
                Seed.User("readscope", password: "readscope", scopes: ["openid", "cloud_controller.read"]),
                Seed.User(
                    "updater",
                    password: "updater",
                    scopes: Seed.ordinaryScopes + ["cloud_controller.update_build_state"]
                ),
                Seed.User("nobody", password: "nobody"),
            ],
            clients: [Seed.Client("pipeline", secret: "pipeline-secret")],
            organizations: [
                Seed.Organization(
                    "acme",
                    spaces: [
                        Seed.Space("production", roles: roles, apps: [storefrontApp, paymentsApp, emptyApp]),
                        Seed.Space("staging", roles: roles),
                    ]
                )
            ]
        )
    }

    private static var storefrontApp: Seed.App {
        Seed.App(
            "storefront",
            lifecycle: .docker,
            metadata: Metadata(labels: ["team": "shop"]),
            droplets: [
                Seed.Droplet(
                    image: "registry.acme.example/storefront:1",
                    processTypes: [("web", "bin/serve"), ("worker", "bin/work")]
                )
            ],
            processes: [
                Seed.Process("web", instances: 2, memory: 256, disk: 512),
                Seed.Process("worker", instances: 1, memory: 128, disk: 512),
            ],
            tasks: [Seed.Task("old-import", command: "bin/import")]
        )
    }

    private static var paymentsApp: Seed.App {
        Seed.App(
            "payments",
            droplets: [Seed.Droplet(processTypes: [("web", "bundle exec rackup")])],
            processes: [Seed.Process("web", instances: 1, memory: 512, disk: 1024)]
        )
    }

    private static var emptyApp: Seed.App {
        Seed.App("empty", state: "STOPPED", processes: [Seed.Process("web", instances: 1, memory: 512, disk: 1024)])
    }
}
