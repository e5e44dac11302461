import Diagnostics

// What belongs to the ways of new versions.
extension StoreFiller {
    /// The revision that a started app runs with, its first.
    mutating func addRevision(to app: AppRow) {
        guard let guid = app.revisionGUID, let droplet = app.dropletGUID else { return }
        let row = RevisionRow(
            guid: guid,
            createdAt: app.updatedAt,
            version: 1,
            dropletGUID: droplet,
            commands: processes.rows(ofParent: app.guid).map { ($0.type, $0.command) },
            description: "Initial revision.",
            appGUID: app.guid
        )
        revisions.insert(row)
    }

    /// The package that a droplet was made of.
    mutating func addPackage(of droplet: DropletRow) {
        guard let guid = droplet.packageGUID, packages[guid] == nil else { return }
        let isDocker = droplet.lifecycle == .docker
        let row = PackageRow(
            guid: guid,
            createdAt: droplet.createdAt,
            updatedAt: droplet.createdAt,
            type: isDocker ? "docker" : "bits",
            state: "READY",
            image: isDocker ? droplet.image : nil,
            userName: nil,
            hasPassword: false,
            appGUID: droplet.appGUID,
            metadata: Metadata()
        )
        packages.insert(row)
    }

    /// The builds that made the droplets, which the first admin of the seed had made.
    ///
    /// Their guids come from a sequence of their own, so that those of all else stay as they were.
    mutating func addBuilds() {
        var source = guids.besides
        let admin = users.all.compactMap { users[position: $0] }.first { $0.scopes.contains("cloud_controller.admin") }
        for droplet in droplets.all.compactMap({ droplets[position: $0] }) where droplet.state == "STAGED" {
            guard let package = droplet.packageGUID else { continue }
            builds.insert(
                BuildRow(
                    guid: source.guid(),
                    createdAt: droplet.createdAt,
                    updatedAt: droplet.updatedAt,
                    state: "STAGED",
                    memory: BuildRow.usualMemory,
                    disk: BuildRow.usualDisk,
                    logRate: ServerDefaults.logRate,
                    lifecycle: droplet.lifecycle,
                    packageGUID: package,
                    dropletGUID: droplet.guid,
                    creatorGUID: admin?.guid ?? "",
                    appGUID: droplet.appGUID,
                    metadata: Metadata()
                )
            )
        }
    }

    /// One that is under way and has a process goes on with the clock.
    mutating func addDeployment(_ seeded: Seed.Deployment, to app: AppRow) {
        let identity = complete(seeded.identity)
        var row = DeploymentRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            status: seeded.status,
            reason: seeded.reason,
            lastHealthyAt: identity.created,
            lastStatusChangeAt: identity.updated,
            error: seeded.error,
            strategy: seeded.strategy,
            dropletGUID: app.dropletGUID,
            previousDropletGUID: app.dropletGUID,
            newProcesses: seeded.newProcesses.map { ($0, "web") },
            revision: app.revisionGUID.map { ($0, 1) },
            appGUID: app.guid,
            metadata: seeded.metadata
        )
        let old = processes.rows(ofParent: app.guid).first { $0.isWeb && $0.guid != row.webGUID }
        row.originalInstances = old?.instances ?? 1
        row.isBeforePause = row.reason == "PREPAUSED"
        let hasProcess = row.webGUID.map { processes[$0] != nil } ?? false
        if row.isActive, row.reason != "PAUSED", hasProcess {
            row.nextStep = now.advanced(by: DeploymentRow.secondsBetweenSteps)
            deploymentsInFlight.insert(row.guid)
        }
        deployments.insert(row)
    }
}
