import Diagnostics

extension Seed.App {
    init(_ value: SeedValue) {
        let lifecycle = value["lifecycle"]
        let data = lifecycle["data"]
        self.init(
            value["name"].text ?? "",
            identity: Seed.Identity(value),
            count: value["repeat"].number ?? 1,
            state: value["state"].text ?? "STARTED",
            lifecycle: lifecycle["type"].text == "docker"
                ? .docker
                : .buildpack(
                    buildpacks: data["buildpacks"].texts,
                    stack: data.has("stack") ? data["stack"].text : "cflinuxfs4"
                ),
            revisionGUID: value["revision_guid"].text,
            metadata: Metadata(value["metadata"]),
            droplets: value["droplets"].items.map(Seed.Droplet.init),
            processes: value["processes"].items.map(Seed.Process.init),
            tasks: value["tasks"].items.map(Seed.Task.init),
            deployments: value["deployments"].items.map(Seed.Deployment.init)
        )
    }
}

extension Seed.Droplet {
    fileprivate init(_ value: SeedValue) {
        self.init(
            identity: Seed.Identity(value),
            state: value["state"].text ?? "STAGED",
            isCurrent: value["current"].flag ?? true,
            image: value["image"].text,
            processTypes: value["process_types"].members.map { ($0.name, $0.value.text ?? "") },
            executionMetadata: value["execution_metadata"].text,
            checksum: value["checksum"].text,
            packageGUID: value["package_guid"].text,
            user: value["user"].text,
            buildpacks: value.has("buildpacks") ? value["buildpacks"].items.map(DetectedBuildpack.init) : nil,
            metadata: Metadata(value["metadata"])
        )
    }
}

extension DetectedBuildpack {
    fileprivate init(_ value: SeedValue) {
        self.init(
            value["name"].text ?? "",
            detectOutput: value["detect_output"].text,
            buildpackName: value["buildpack_name"].text,
            version: value["version"].text
        )
    }
}

extension Seed.Process {
    fileprivate init(_ value: SeedValue) {
        self.init(
            value["type"].text ?? "",
            identity: Seed.Identity(value),
            count: value["repeat"].number ?? 1,
            version: value["version"].text,
            command: value["command"].text,
            user: value["user"].text,
            instances: value["instances"].number,
            memory: value["memory_in_mb"].number,
            disk: value["disk_in_mb"].number,
            logRate: value["log_rate_limit_in_bytes_per_second"].number,
            healthCheck: HealthCheck(value["health_check"]),
            readinessHealthCheck: HealthCheck(value["readiness_health_check"]),
            metadata: Metadata(value["metadata"])
        )
    }
}

extension HealthCheck {
    fileprivate init?(_ value: SeedValue) {
        guard let type = value["type"].text else { return nil }
        let data = value["data"]
        self.init(
            type: type,
            timeout: data["timeout"].number,
            invocationTimeout: data["invocation_timeout"].number,
            interval: data["interval"].number,
            endpoint: data["endpoint"].text.map { Text($0) }
        )
    }
}

extension Seed.Task {
    fileprivate init(_ value: SeedValue) {
        self.init(
            value["name"].text ?? "",
            identity: Seed.Identity(value),
            command: value["command"].text ?? "true",
            state: value["state"].text ?? "RUNNING",
            memory: value["memory_in_mb"].number,
            disk: value["disk_in_mb"].number,
            logRate: value["log_rate_limit_in_bytes_per_second"].number,
            user: value["user"].text,
            failureReason: value["failure_reason"].text,
            dropletGUID: value["droplet_guid"].text,
            runSeconds: value["run_seconds"].number,
            result: value["result"].text.flatMap(Seed.TaskRun.Result.init) ?? .succeeded,
            metadata: Metadata(value["metadata"])
        )
    }
}

extension Seed.Deployment {
    fileprivate init(_ value: SeedValue) {
        self.init(
            identity: Seed.Identity(value),
            status: value["status"]["value"].text ?? "ACTIVE",
            reason: value["status"]["reason"].text ?? "DEPLOYING",
            strategy: value["strategy"].text ?? "rolling",
            error: value["error"].text,
            newProcesses: value["new_processes"].texts,
            metadata: Metadata(value["metadata"])
        )
    }
}
