/// What is not compared, and why.
enum Scope {
    /// A route that Evenkeel does not use; `*` stands for a part of the path.
    struct OutOfScope: Sendable {
        let method: String
        let path: String
        let reason: String

        func covers(_ exchange: RecordedExchange) -> Bool {
            guard method == exchange.method else { return false }
            let pattern = path.split(separator: "/")
            let parts = exchange.path.split(separator: "/")
            return pattern.count == parts.count && zip(pattern, parts).allSatisfy { $0 == "*" || $0 == $1 }
        }
    }

    static let outOfScope = [
        OutOfScope(method: "GET", path: "/v3/apps/*/env", reason: "holds secrets, which Evenkeel never reads"),
        OutOfScope(method: "GET", path: "/v3/info/usage_summary", reason: "figures for operators"),
        OutOfScope(method: "GET", path: "/v2/info", reason: "version 2 of the API"),
        OutOfScope(method: "GET", path: "/v2/apps", reason: "version 2 of the API"),
        OutOfScope(method: "POST", path: "/v3/apps", reason: "Evenkeel creates no apps"),
        OutOfScope(method: "DELETE", path: "/v3/apps/*", reason: "Evenkeel deletes no apps"),
        OutOfScope(method: "GET", path: "/v3/jobs/*", reason: "jobs follow deletions, which Evenkeel does not ask for"),
        OutOfScope(method: "POST", path: "/v3/droplets", reason: "Evenkeel uploads no droplets"),
        OutOfScope(method: "DELETE", path: "/v3/droplets/*", reason: "Evenkeel deletes no droplets"),
        OutOfScope(method: "GET", path: "/v3/droplets/*/download", reason: "Evenkeel fetches no bits"),
        OutOfScope(method: "GET", path: "/v3/organization_quotas/*", reason: "quotas are the operator's"),
        OutOfScope(
            method: "DELETE",
            path: "/v3/space_quotas/*/relationships/spaces/*",
            reason: "quotas are the operator's"
        ),
        OutOfScope(method: "GET", path: "/v3/spaces/*/users", reason: "roles say who may what"),
        OutOfScope(method: "GET", path: "/v3/users/*", reason: "the token says who it is"),
        OutOfScope(
            method: "POST",
            path: "/internal/v3/staging/*/build_completed",
            reason: "the runtime's word, which the sandbox gives itself"
        ),
        OutOfScope(method: "OPTIONS", path: "/v3/processes/*", reason: "only browsers send it"),
    ]

    /// An exchange within scope that is answered otherwise, in these places and no others.
    struct Deviation: Sendable {
        let exchange: String
        let places: [String]
        let reason: String
    }

    static let deviations = discovery + text + runtime + past

    private static let discovery =
        ["01-root-info/root", "18-rate-limit-variant/root-v2-disabled", "18-rate-limit-variant/dev-root-over"].map {
            Deviation(
                exchange: $0,
                places: ($0.hasPrefix("01") ? ["body.links.names"] : [])
                    + ["login", "uaa", "credhub", "logging", "log_cache", "log_stream", "app_ssh"].map {
                        "body.links." + $0
                    },
                reason: "an operator's addresses: the sandbox is its own token server and has no other servers"
            )
        }
        + [
            "01-root-info/v3-info", "12-authentication/expired-info", "14-bodies-routes/request-id",
            "14-bodies-routes/request-id-plain",
        ].map {
            Deviation(
                exchange: $0,
                places: ["build", "cli_version", "custom", "description", "name", "version", "links.support"].map {
                    "body." + $0
                },
                reason: "an operator's description of the foundation"
            )
        }

    private static let text = [
        Deviation(
            exchange: "14-bodies-routes/long-guids-over",
            places: ["body"],
            reason: "the web server's text goes on with places in its source"
        )
    ]

    private static let runtime = [
        Deviation(
            exchange: "22-restart/00-before-stats-web",
            places: (0..<3).map { "body.resources.\($0).mem_quota" },
            reason:
                "the stand-in for the runtime took over the memory of a scale at once; a real one waits for a restart"
        )
    ]

    private static let past =
        ["24-audit-after/storefront-all", "24-audit-after/storefront-page2"].map {
            Deviation(
                exchange: $0,
                places: ["body.pagination"],
                reason: "the app's oldest events stand on a page that was not recorded, so that they are not seeded"
            )
        }
}
