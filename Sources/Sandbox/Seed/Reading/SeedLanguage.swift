/// The format of a seed as tables, which the reader walks and a test holds the schema to.
enum SeedLanguage {
    private static let count = SeedType.number(0...2_147_483_647)
    private static let positive = SeedType.number(1...2_147_483_647)
    private static let logRate = SeedType.number(-1 ... .max)

    private static let identity = [
        SeedKey("guid", .text), SeedKey("created_at", .time), SeedKey("updated_at", .time),
    ]

    private static let sizes = [
        SeedKey("memory_in_mb", positive), SeedKey("disk_in_mb", positive),
        SeedKey("log_rate_limit_in_bytes_per_second", logRate),
    ]

    static let organizationRoles = [
        "organization_user", "organization_manager", "organization_auditor", "organization_billing_manager",
    ]
    static let spaceRoles = ["space_developer", "space_supporter", "space_auditor", "space_manager"]
    static let results = Seed.TaskRun.Result.allCases.map(\.rawValue)

    /// All kinds, for the test of the schema.
    static let kinds = [
        seed, user, client, taskRun, processRun, buildRun, organization, quota, organizationRolesKind, spaceRolesKind,
        space, app, lifecycle,
        lifecycleData, droplet, buildpack, process, healthCheck, healthCheckData, readinessHealthCheck,
        readinessHealthCheckData,
        task, deployment, status, metadata,
    ]

    static let seed = SeedKind(
        "seed",
        [
            SeedKey("users", .list(.mapping(user))), SeedKey("clients", .list(.mapping(client))),
            SeedKey("organizations", .list(.mapping(organization)), isRequired: true),
            SeedKey("task_runs", .list(.mapping(taskRun))), SeedKey("feature_flags", .map(.flag)),
        ],
        runs
    )
    static let user = SeedKind(
        "user",
        [
            SeedKey("name", .text, isRequired: true), SeedKey("password", .text, isRequired: true),
            SeedKey("guid", .text),
            SeedKey("origin", .text), SeedKey("email", .text), SeedKey("scopes", .list(.text)),
        ]
    )
    static let client = SeedKind(
        "client",
        [
            SeedKey("id", .text, isRequired: true), SeedKey("secret", .text, isRequired: true),
            SeedKey("scopes", .list(.text)),
        ]
    )
    static let taskRun = SeedKind(
        "task_run",
        [
            SeedKey("name", .text, isRequired: true), SeedKey("run_seconds", count, allowsNull: true),
            SeedKey("result", .choice(results)), SeedKey("failure_reason", .text),
        ]
    )
    static let processRun = SeedKind(
        "process_run",
        [
            SeedKey("app", .text), SeedKey("type", .text), SeedKey("command", .text), SeedKey("image", .text),
            SeedKey("droplet", .text), SeedKey("instances", .list(count)),
            SeedKey("start_seconds", count, allowsNull: true),
            SeedKey("result", .choice(Seed.ProcessRun.Result.allCases.map(\.rawValue))), SeedKey("details", .text),
        ]
    )
    static let buildRun = SeedKind(
        "build_run",
        [
            SeedKey("image", .text, isRequired: true), SeedKey("run_seconds", count, allowsNull: true),
            SeedKey("result", .choice(Seed.BuildRun.Result.allCases.map(\.rawValue))), SeedKey("error", .text),
            SeedKey("process_types", .map(.text)), SeedKey("execution_metadata", .text), SeedKey("user", .text),
        ]
    )
    /// How what is started and staged later fares.
    static let runs = [
        SeedKey("process_runs", .list(.mapping(processRun))), SeedKey("build_runs", .list(.mapping(buildRun))),
    ]
    static let organization = SeedKind(
        "organization",
        article: "an",
        [SeedKey("name", .text, isRequired: true)],
        identity,
        [
            SeedKey("suspended", .flag), SeedKey("quota", .mapping(quota)), SeedKey("quota_guid", .text),
            SeedKey("roles", .mapping(organizationRolesKind)), SeedKey("metadata", .mapping(metadata)),
            SeedKey("spaces", .list(.mapping(space))),
        ]
    )
    static let quota = SeedKind(
        "quota",
        [
            SeedKey("total_memory_in_mb", count), SeedKey("per_process_memory_in_mb", count),
            SeedKey("total_instances", count), SeedKey("per_app_tasks", count),
            SeedKey("log_rate_limit_in_bytes_per_second", .number(0 ... .max)),
        ]
    )
    static let organizationRolesKind = SeedKind(
        "organization_roles",
        organizationRoles.map { SeedKey($0, .list(.text)) }
    )
    static let spaceRolesKind = SeedKind("space_roles", spaceRoles.map { SeedKey($0, .list(.text)) })
    static let space = SeedKind(
        "space",
        [SeedKey("name", .text, isRequired: true)],
        identity,
        [
            SeedKey("repeat", positive), SeedKey("suspended", .flag), SeedKey("quota", .mapping(quota)),
            SeedKey("roles", .mapping(spaceRolesKind)), SeedKey("metadata", .mapping(metadata)),
            SeedKey("apps", .list(.mapping(app))),
        ]
    )
    static let app = SeedKind(
        "app",
        article: "an",
        [SeedKey("name", .text, isRequired: true)],
        identity,
        [
            SeedKey("repeat", positive), SeedKey("state", .choice(["STARTED", "STOPPED"])),
            SeedKey("lifecycle", .mapping(lifecycle)), SeedKey("revision_guid", .text),
            SeedKey("metadata", .mapping(metadata)), SeedKey("droplets", .list(.mapping(droplet))),
            SeedKey("processes", .list(.mapping(process))), SeedKey("tasks", .list(.mapping(task))),
            SeedKey("deployments", .list(.mapping(deployment))),
        ]
    )
    static let lifecycle = SeedKind(
        "lifecycle",
        [
            SeedKey("type", .choice(["buildpack", "docker"]), isRequired: true),
            SeedKey("data", .mapping(lifecycleData)),
        ]
    )
    static let lifecycleData = SeedKind(
        "lifecycle_data",
        [SeedKey("buildpacks", .list(.text)), SeedKey("stack", .text, allowsNull: true)]
    )
    static let droplet = SeedKind(
        "droplet",
        identity,
        [
            SeedKey("state", .choice(["STAGED", "FAILED", "EXPIRED", "STAGING", "AWAITING_UPLOAD"])),
            SeedKey("current", .flag), SeedKey("image", .text, allowsNull: true), SeedKey("process_types", .map(.text)),
            SeedKey("execution_metadata", .text), SeedKey("checksum", .text), SeedKey("package_guid", .text),
            SeedKey("user", .text), SeedKey("buildpacks", .list(.mapping(buildpack))),
            SeedKey("metadata", .mapping(metadata)),
        ]
    )
    static let buildpack = SeedKind(
        "buildpack",
        [
            SeedKey("name", .text, isRequired: true), SeedKey("detect_output", .text), SeedKey("buildpack_name", .text),
            SeedKey("version", .text),
        ]
    )
    static let process = SeedKind(
        "process",
        [SeedKey("type", .text, isRequired: true)],
        identity,
        [
            SeedKey("repeat", positive), SeedKey("version", .text), SeedKey("command", .text, allowsNull: true),
            SeedKey("user", .text, allowsNull: true), SeedKey("instances", count),
        ],
        sizes,
        [
            SeedKey("health_check", .mapping(healthCheck)),
            SeedKey("readiness_health_check", .mapping(readinessHealthCheck)),
            SeedKey("metadata", .mapping(metadata)),
        ]
    )
    static let healthCheck = SeedKind(
        "health_check",
        [
            SeedKey("type", .choice(["port", "process", "http", "none"]), isRequired: true),
            SeedKey("data", .mapping(healthCheckData)),
        ]
    )
    static let healthCheckData = SeedKind(
        "health_check_data",
        [SeedKey("timeout", positive, allowsNull: true)],
        readinessHealthCheckData.keys
    )
    static let readinessHealthCheck = SeedKind(
        "readiness_health_check",
        [
            SeedKey("type", .choice(["port", "process", "http"]), isRequired: true),
            SeedKey("data", .mapping(readinessHealthCheckData)),
        ]
    )
    static let readinessHealthCheckData = SeedKind(
        "readiness_health_check_data",
        [
            SeedKey("invocation_timeout", positive, allowsNull: true), SeedKey("interval", positive, allowsNull: true),
            SeedKey("endpoint", .text, allowsNull: true),
        ]
    )
    static let task = SeedKind(
        "task",
        [SeedKey("name", .text, isRequired: true)],
        identity,
        [
            SeedKey("command", .text),
            SeedKey("state", .choice(["PENDING", "RUNNING", "CANCELING", "SUCCEEDED", "FAILED"])),
        ],
        sizes,
        [
            SeedKey("user", .text, allowsNull: true), SeedKey("failure_reason", .text), SeedKey("droplet_guid", .text),
            SeedKey("run_seconds", count, allowsNull: true), SeedKey("result", .choice(["succeeded", "failed"])),
            SeedKey("metadata", .mapping(metadata)),
        ]
    )
    static let deployment = SeedKind(
        "deployment",
        identity,
        [
            SeedKey("status", .mapping(status)), SeedKey("strategy", .choice(["rolling", "canary"])),
            SeedKey("error", .text), SeedKey("new_processes", .list(.text)), SeedKey("metadata", .mapping(metadata)),
        ]
    )
    static let status = SeedKind(
        "status",
        [
            SeedKey("value", .choice(["ACTIVE", "FINALIZED"]), isRequired: true),
            SeedKey(
                "reason",
                .choice(["DEPLOYING", "PREPAUSED", "PAUSED", "CANCELING", "DEPLOYED", "CANCELED", "SUPERSEDED"]),
                isRequired: true
            ),
        ]
    )
    static let metadata = SeedKind(
        "metadata",
        article: "the",
        [SeedKey("labels", .map(.text)), SeedKey("annotations", .map(.text))]
    )
}
