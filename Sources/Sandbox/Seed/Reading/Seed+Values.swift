import Diagnostics

// From the checked tree to the seed; nothing can be wrong any more.

extension Seed {
    init(_ value: SeedValue) {
        self.init(
            users: value["users"].items.map { user in
                User(
                    user["name"].text ?? "",
                    password: user["password"].text ?? "",
                    guid: user["guid"].text,
                    origin: user["origin"].text ?? "uaa",
                    email: user["email"].text,
                    scopes: user["scopes"].isPresent ? user["scopes"].texts : Seed.ordinaryScopes
                )
            },
            clients: value["clients"].items.map { client in
                Client(
                    client["id"].text ?? "",
                    secret: client["secret"].text ?? "",
                    scopes: client["scopes"].isPresent ? client["scopes"].texts : Seed.ordinaryScopes
                )
            },
            organizations: value["organizations"].items.map(Organization.init),
            taskRuns: value["task_runs"].items.map(TaskRun.init),
            featureFlags: value["feature_flags"].members.map { FeatureFlag($0.name, isEnabled: $0.value.flag ?? true) },
            processRuns: value["process_runs"].items.map(ProcessRun.init),
            buildRuns: value["build_runs"].items.map(BuildRun.init)
        )
    }
}

extension Seed.TaskRun {
    init(_ value: SeedValue) {
        self.init(
            value["name"].text ?? "",
            runSeconds: value.has("run_seconds") ? value["run_seconds"].number : 5,
            result: value["result"].text.flatMap(Result.init) ?? .succeeded,
            failureReason: value["failure_reason"].text
        )
    }
}

extension Seed.Identity {
    init(_ value: SeedValue) {
        self.init(value["guid"].text, createdAt: value["created_at"].time, updatedAt: value["updated_at"].time)
    }
}

extension Metadata {
    init(_ value: SeedValue) {
        self.init(labels: Entries(value["labels"]), annotations: Entries(value["annotations"]))
    }
}

extension Metadata.Entries {
    fileprivate init(_ value: SeedValue) {
        self = [:]
        for (name, text) in value.members { self[Text(name)] = text.text.map { Text($0) } }
    }
}

extension Quota {
    init(_ value: SeedValue) {
        self.init(
            totalMemory: value["total_memory_in_mb"].number,
            memoryPerProcess: value["per_process_memory_in_mb"].number,
            totalInstances: value["total_instances"].number,
            tasksPerApp: value["per_app_tasks"].number,
            logRate: value["log_rate_limit_in_bytes_per_second"].number
        )
    }
}

extension Seed.Organization {
    fileprivate init(_ value: SeedValue) {
        self.init(
            value["name"].text ?? "",
            identity: Seed.Identity(value),
            isSuspended: value["suspended"].flag ?? false,
            quota: Quota(value["quota"]),
            quotaGUID: value["quota_guid"].text,
            roles: value["roles"].members.map { Seed.Role($0.name, $0.value.texts) },
            metadata: Metadata(value["metadata"]),
            spaces: value["spaces"].items.map(Seed.Space.init)
        )
    }
}

extension Seed.Space {
    fileprivate init(_ value: SeedValue) {
        self.init(
            value["name"].text ?? "",
            identity: Seed.Identity(value),
            count: value["repeat"].number ?? 1,
            isSuspended: value["suspended"].flag ?? false,
            quota: value["quota"].isPresent ? Quota(value["quota"]) : nil,
            roles: value["roles"].members.map { Seed.Role($0.name, $0.value.texts) },
            metadata: Metadata(value["metadata"]),
            apps: value["apps"].items.map(Seed.App.init)
        )
    }
}
