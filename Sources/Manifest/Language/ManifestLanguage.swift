/// The language of manifests, version 1: every key with its rule.
///
/// Limits of values are those of the Cloud Controller: `cloud_controller_ng app/messages/process_update_message.rb`,
/// `process_scale_message.rb`, `task_create_message.rb`.
package enum ManifestLanguage {
    /// The largest number of the columns that hold times and sizes.
    private static let largest = 2_147_483_647

    /// Every mapping whose keys the language knows.
    package static let tables = [
        document, app, rollout, droplet, process, band, healthCheck, readinessHealthCheck, task, template, wait,
        metadata,
    ]

    package static let document = KeyTable(
        "manifest",
        "a manifest",
        ignoresExtensions: true,
        hints: ["applications": "apps stand below `apps`, by name: `apps: {NAME: {...}}`"],
        keys: [
            Key("version", .number(1...1), isRequired: true, "The version of the language: 1."),
            Key(
                "api",
                .either(.text(.url), .list(.text(.url))),
                "The URLs of the APIs that this may be applied to; any other is refused."
            ),
            Key("organization", .text(.name), isRequired: true, "The organization, by name."),
            Key("space", .text(.name), isRequired: true, "The space, by name."),
            Key("manager", .text(.manager), "Who owns what is declared here."),
            Key(
                "apps",
                .names(NameTable("an app", .name, .mapping(app), takesVariables: true)),
                isRequired: true,
                "The apps, by name; upper and lower case are the same."
            ),
        ]
    )

    package static let app = KeyTable(
        "app",
        "an app",
        hints: [
            "instances": "it is a key of a process: `processes: {web: {instances: ...}}`",
            "command": "it is a key of a process: `processes: {web: {command: ...}}`",
            "health_check": "it is a key of a process: `processes: {web: {health_check: ...}}`",
            "memory_in_mb": "it is a key of a process: `processes: {web: {memory_in_mb: ...}}`",
            "labels": "labels stand in `metadata: {labels: ...}`",
            "annotations": "annotations stand in `metadata: {annotations: ...}`",
        ],
        keys: [
            metadataKey,
            Key(
                "protected",
                .boolean,
                fallback: "false",
                "Nothing that disturbs the app is done without --allow-protected."
            ),
            Key(
                "rollout",
                .either(.choice(strategies), .mapping(rollout)),
                fallback: "none",
                "How changed settings are made live."
            ),
            Key("droplet", .mapping(droplet), "The app's current droplet, whatever its guid."),
            Key(
                "processes",
                .names(NameTable("a process type", .length(1...255), .mapping(process))),
                "The processes, by type."
            ),
            Key("tasks", .names(NameTable("a task", .printableName, .mapping(task))), "The tasks, by name."),
        ]
    )

    private static let strategies = ["none", "restart", "rolling"]

    package static let rollout = KeyTable(
        "rollout",
        "a rollout",
        conditions: [.maxInFlightBelongsToRolling],
        keys: [
            Key("strategy", .choice(strategies), isRequired: true, "Restart the app, deploy it, or leave it running."),
            Key("max_in_flight", .number(1...Int.max), fallback: "1", "How many instances are replaced at once."),
            Key("timeout", .duration, fallback: "10m", "How long to wait for the rollout."),
        ]
    )

    package static let droplet = KeyTable(
        "droplet",
        "a droplet",
        keys: [
            Key(
                "image",
                .text(.image),
                isSetting: true,
                "The image of a docker droplet: [host[:port]/]path[:tag][@sha256:digest]."
            ),
            Key(
                "image_update",
                .choice(["in_place", "restage"]),
                fallback: "in_place",
                "How the image is changed."
            ),
            metadataKey,
        ]
    )

    package static let process = KeyTable(
        "process",
        "a process",
        hints: [
            "labels": "labels stand in `metadata: {labels: ...}`",
            "annotations": "annotations stand in `metadata: {annotations: ...}`",
        ],
        keys: [
            Key(
                "command",
                .text(.command),
                isNullable: true,
                isSetting: true,
                "The start command; null is the one that staging found."
            ),
            userKey,
            Key("health_check", .mapping(healthCheck), "How the platform sees that an instance is alive."),
            Key("readiness_health_check", .mapping(readinessHealthCheck), "How it sees that one can take requests."),
            Key(
                "instances",
                .either(.number(0...largest), .mapping(band)),
                isSetting: true,
                "How many instances, or the least and the most of them."
            ),
        ] + sizeKeys + [metadataKey]
    )

    package static let band = KeyTable(
        "band",
        "a band of instances",
        keys: [
            Key("min", .number(0...largest), isRequired: true, isSetting: true, "Fewer are raised to it."),
            Key("max", .number(0...largest), isRequired: true, isSetting: true, "More are lowered to it."),
        ]
    )

    package static let healthCheck = KeyTable(
        "health_check",
        "a health check",
        conditions: [.endpointBelongsToHTTP],
        keys: [
            checkTypeKey,
            endpointKey,
            Key(
                "timeout",
                .number(1...largest),
                isNullable: true,
                isSetting: true,
                usual: .atMost(180, setting: "maximum_health_check_timeout"),
                "Seconds that an instance may take to become healthy."
            ),
        ] + checkTimeKeys
    )

    package static let readinessHealthCheck = KeyTable(
        "readiness_health_check",
        "a readiness health check",
        conditions: [.endpointBelongsToHTTP],
        hints: ["timeout": "remove it: Cloud Foundry has no timeout for readiness, only for `health_check`"],
        keys: [checkTypeKey, endpointKey] + checkTimeKeys
    )

    private static let checkTypeKey = Key(
        "type",
        .choice(["http", "port", "process"]),
        isSetting: true,
        "What is checked."
    )
    private static let endpointKey = Key(
        "endpoint",
        .text(.endpoint),
        isSetting: true,
        "The path that is asked; only with http."
    )
    private static let checkTimeKeys = [
        Key(
            "invocation_timeout",
            .number(1...largest),
            isNullable: true,
            isSetting: true,
            "Seconds that one check may take."
        ),
        Key("interval", .number(1...largest), isNullable: true, isSetting: true, "Seconds between two checks."),
    ]

    package static let task = KeyTable(
        "task",
        "a task",
        conditions: [.commandOrTemplate],
        hints: [
            "process": "write `template: {process: ...}`",
            "labels": "labels stand in `metadata: {labels: ...}`",
            "annotations": "annotations stand in `metadata: {annotations: ...}`",
        ],
        keys: [
            Key("command", .text(.taskCommand), isSetting: true, "What to run."),
            Key("template", .mapping(template), "The process whose settings the task takes."),
        ] + sizeKeys + [
            userKey,
            metadataKey,
            Key("run", .choice(["once", "once_per_droplet"]), fallback: "once", "How often it runs."),
            Key("revision", .number(1...Int.max), "Another number makes it run again."),
            Key(
                "when",
                .choice(["before_rollout", "after_rollout"]),
                fallback: "after_rollout",
                "Before or after settings are made live."
            ),
            Key("wait", .either(.onlyTrue, .mapping(wait)), "Wait until it has ended."),
            Key("retries", .number(0...10), fallback: "0", "How often a failed run is tried again."),
            Key("state", .choice(["canceled"]), "Cancel every run of this name instead of running it."),
        ]
    )

    package static let template = KeyTable(
        "template",
        "a template",
        keys: [Key("process", .text(.length(1...255)), isRequired: true, "A process type of the app.")]
    )

    package static let wait = KeyTable(
        "wait",
        "a wait",
        keys: [Key("timeout", .duration, isRequired: true, "How long to wait at most.")]
    )

    private static let userKey = Key(
        "user",
        .text(.length(1...255)),
        isSetting: true,
        usual: .vcap,
        "The user that it runs as."
    )

    private static let sizeKeys = [
        Key("memory_in_mb", .number(1...largest), isSetting: true, "Memory of an instance, in megabytes."),
        Key(
            "disk_in_mb",
            .number(1...largest),
            isSetting: true,
            usual: .atMost(2048, setting: "maximum_app_disk_in_mb"),
            "Disk of an instance, in megabytes."
        ),
        Key(
            "log_rate_limit_in_bytes_per_second",
            .number(-1...Int.max),
            isSetting: true,
            "How much an instance may log; -1 is unlimited."
        ),
    ]

    private static let metadataKey = Key("metadata", .mapping(metadata), "Labels and annotations.")

    package static let metadata = KeyTable(
        "metadata",
        "metadata",
        keys: [
            Key(
                "labels",
                .names(
                    NameTable(
                        "a label",
                        .metadataKey,
                        .text(.labelValue),
                        isNullable: true,
                        isSetting: true,
                        usualCount: .atMost(50, setting: "max_labels_per_resource")
                    )
                ),
                "Labels by key; null removes one."
            ),
            Key(
                "annotations",
                .names(
                    NameTable(
                        "an annotation",
                        .metadataKey,
                        .text(.annotationValue),
                        isNullable: true,
                        isSetting: true,
                        usualCount: .atMost(200, setting: "max_annotations_per_resource")
                    )
                ),
                "Annotations by key; null removes one."
            ),
        ]
    )
}
