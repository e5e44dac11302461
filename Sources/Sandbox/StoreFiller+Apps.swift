import Diagnostics

extension StoreFiller {
    mutating func addApp(_ seeded: Seed.App, to space: String) {
        let identity = complete(seeded.identity)
        let rows = seeded.droplets.map { droplet in makeDroplet(droplet, of: identity.guid, lifecycle: seeded.lifecycle)
        }
        for row in rows {
            droplets.insert(row)
            addPackage(of: row)
        }
        let current = rows.indices.last { seeded.droplets[$0].isCurrent && rows[$0].state == "STAGED" }.map { rows[$0] }
        var app = AppRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            name: Text(seeded.name),
            state: seeded.state,
            lifecycle: seeded.lifecycle,
            spaceGUID: space,
            dropletGUID: current?.guid,
            revisionGUID: nil,
            lastSequenceID: 0,
            metadata: seeded.metadata
        )
        if app.isStarted, current != nil { app.revisionGUID = seeded.revisionGUID ?? guids.guid() }
        addProcesses(of: seeded, to: app, droplet: current)
        addRevision(to: app)
        for task in seeded.tasks { addTask(task, to: &app) }
        apps.insert(app)
        for deployment in seeded.deployments { addDeployment(deployment, to: app) }
    }

    private mutating func makeDroplet(_ seeded: Seed.Droplet, of app: String, lifecycle: Lifecycle) -> DropletRow {
        let identity = complete(seeded.identity)
        let isDocker = lifecycle == .docker
        return DropletRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            state: seeded.state,
            error: nil,
            lifecycle: lifecycle,
            image: seeded.image.map { Text($0) },
            checksum: isDocker || seeded.state != "STAGED" ? nil : seeded.checksum ?? makeChecksum(),
            executionMetadata: seeded.executionMetadata ?? (isDocker || seeded.state == "AWAITING_UPLOAD" ? "" : "{}"),
            processTypes: seeded.processTypes.map { (Text($0.type), Text($0.command)) },
            user: seeded.user.map { Text($0) },
            buildpacks: buildpacks(of: seeded, lifecycle),
            appGUID: app,
            // what waits for its bits was not staged from a package
            packageGUID: seeded.packageGUID ?? (seeded.state == "AWAITING_UPLOAD" ? nil : guids.guid()),
            metadata: seeded.metadata
        )
    }

    private func buildpacks(of seeded: Seed.Droplet, _ lifecycle: Lifecycle) -> [DetectedBuildpack] {
        guard case .buildpack(let names, _) = lifecycle, seeded.state != "AWAITING_UPLOAD" else { return [] }
        return seeded.buildpacks ?? names.map { DetectedBuildpack($0) }
    }

    private mutating func makeChecksum() -> String {
        (guids.guid() + guids.guid()).filter { $0 != "-" }
    }

    /// Every app has a web process; other types come from the seed, and from the current droplet as when it is assigned.
    private mutating func addProcesses(of seeded: Seed.App, to app: AppRow, droplet: DropletRow?) {
        var all = seeded.processes.flatMap { process in
            process.count == 1 ? [process] : (1...max(1, process.count)).map { process.numbered($0) }
        }
        if !all.contains(where: { Text($0.type) == "web" }) { all.insert(Seed.Process("web"), at: 0) }
        for type in droplet?.processTypes.map(\.type) ?? [] where !all.contains(where: { Text($0.type) == type }) {
            all.append(Seed.Process(type.string))
        }
        var hasWeb = false
        for process in all {
            let isWeb = Text(process.type) == "web"
            addProcess(process, to: app, droplet, guid: isWeb && !hasWeb ? app.guid : nil)
            hasWeb = hasWeb || isWeb
        }
    }

    private mutating func addProcess(_ seeded: Seed.Process, to app: AppRow, _ droplet: DropletRow?, guid: String?) {
        let isWeb = Text(seeded.type) == "web"
        let created = seeded.identity.createdAt ?? app.createdAt
        var row = ProcessRow(
            guid: seeded.identity.guid ?? guid ?? guids.guid(),
            createdAt: created,
            updatedAt: seeded.identity.updatedAt ?? created,
            version: seeded.version ?? guids.guid(),
            type: Text(seeded.type),
            command: seeded.command.map { Text($0) },
            user: seeded.user.map { Text($0) },
            instances: seeded.instances ?? (isWeb ? 1 : 0),
            memory: seeded.memory ?? ServerDefaults.memory,
            disk: seeded.disk ?? ServerDefaults.disk,
            logRate: seeded.logRate ?? ServerDefaults.logRate,
            healthCheck: seeded.healthCheck ?? HealthCheck(type: isWeb ? "port" : "process"),
            readinessHealthCheck: seeded.readinessHealthCheck ?? HealthCheck(type: "process"),
            appGUID: app.guid,
            revisionGUID: app.revisionGUID,
            metadata: seeded.metadata
        )
        if app.isStarted, let droplet {
            let command = row.command.flatMap { $0.isBlank ? nil : $0 } ?? droplet.command(ofType: row.type) ?? ""
            row.workload = Workload(row, droplet: droplet, command: command, at: app.updatedAt)
        }
        processes.insert(row)
    }

    private mutating func addTask(_ seeded: Seed.Task, to app: inout AppRow) {
        let identity = complete(seeded.identity)
        app.lastSequenceID += 1
        var row = TaskRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            sequenceID: app.lastSequenceID,
            name: Text(seeded.name),
            command: Text(seeded.command),
            user: seeded.user.map { Text($0) },
            state: seeded.state,
            memory: seeded.memory ?? ServerDefaults.memory,
            disk: seeded.disk ?? ServerDefaults.disk,
            logRate: seeded.logRate ?? ServerDefaults.logRate,
            failureReason: seeded.state == "FAILED" ? seeded.failureReason ?? ServerDefaults.failureReason : nil,
            dropletGUID: seeded.dropletGUID ?? app.dropletGUID ?? "",
            appGUID: app.guid,
            metadata: seeded.metadata
        )
        if !row.isTerminal {
            let seconds = row.state == "CANCELING" ? ServerDefaults.secondsToCancel : seeded.runSeconds
            row.ending = seconds.map { seconds in
                let fails = row.state == "CANCELING" || seeded.result != .succeeded
                let reason = row.state == "CANCELING" ? ServerDefaults.cancelReason : seeded.failureReason
                return TaskRow.Ending(
                    time: now.advanced(by: seconds),
                    failureReason: fails ? reason ?? ServerDefaults.failureReason : nil
                )
            }
            tasksInFlight.insert(row.guid)
        }
        tasks.insert(row)
    }
}

/// The values that capi-release gives when an operator sets none.
enum ServerDefaults {
    static let memory = 1024
    static let disk = 1024
    static let maximumDisk = 2048
    static let logRate = 1_048_576
    static let maximumHealthCheckTimeout = 180
    static let maximumLabels = 50
    static let maximumAnnotations = 200
    static let permittedUsers = ["vcap", "ContainerUser", "TestUser"]

    static let failureReason = "App instance exited with exit code 1"
    static let cancelReason = "task was cancelled"
    /// How long the runtime takes to stop a cancelled task.
    static let secondsToCancel = 1
}
