import Diagnostics

// What becomes of a build: the runtime stages it while the clock goes on.
extension Store {
    /// How many staged droplets an app keeps beside its current one.
    private static let keptDroplets = 5

    /// Hands a build to the runtime; what it refuses stays behind as FAILED.
    func stage(_ row: BuildRow, _ package: PackageRow) throws(Refusal) {
        let run = run(of: package)
        let refusal: Refusal?
        switch (runtime.isAvailable, run.result) {
        case (false, _): refusal = .stagerUnavailable
        case (true, _) where row.lifecycle != .docker:
            refusal = .stagerError("Failed to get blobstore download url for package \(package.guid)")
        case (true, _) where runtime.refusesContent || run.result == .refused:
            refusal = .stagerError("bbs stager client staging failed: Invalid field: memory_mb")
        default: refusal = nil
        }
        if let refusal {
            fail(row, "StagingError - Staging error: " + refusal.detail, message: refusal.detail)
            throw refusal
        }
        buildsInFlight.insert(row.guid)
        planEnd(of: row.guid)
    }

    /// Finds out when a build ends by what is known of its image now.
    func planEnd(of guid: String) {
        guard let row = builds[guid], let package = packages[row.packageGUID] else { return }
        let end = run(of: package).runSeconds.map { max(now, row.createdAt.advanced(by: $0)) }
        builds.update(guid) { $0.end = end }
    }

    /// Ends a build whose time has come.
    func endBuild(_ guid: String) {
        buildsInFlight.remove(guid)
        guard let row = builds[guid], let package = packages[row.packageGUID] else { return }
        let run = run(of: package)
        guard run.result == .staged else {
            return fail(row, run.error ?? "StagingError - Staging error: staging failed", message: "staging failed")
        }
        let droplet = DropletRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            state: "STAGED",
            error: nil,
            lifecycle: .docker,
            image: package.image,
            checksum: nil,
            executionMetadata: run.executionMetadata,
            processTypes: run.processTypes.map { (Text($0.type), Text($0.command)) },
            user: run.user.map { Text($0) },
            appGUID: row.appGUID,
            packageGUID: package.guid,
            metadata: Metadata()
        )
        droplets.insert(droplet)
        let now = now
        builds.update(guid) { row in
            row.state = "STAGED"
            row.dropletGUID = droplet.guid
            row.updatedAt = now
            row.end = nil
        }
        recordStaging(row, droplet)
        expireDroplets(of: row.appGUID)
    }

    private func run(of package: PackageRow) -> Seed.BuildRun {
        let image = package.image?.string ?? ""
        return runtime.buildRuns.last { Pattern.matches($0.image, image) } ?? Seed.BuildRun("*")
    }

    private func recordStaging(_ row: BuildRow, _ droplet: DropletRow) {
        record(
            "audit.app.droplet.create",
            app: row.appGUID,
            ["droplet_guid": .text(droplet.guid), "package_guid": .text(row.packageGUID)],
            by: row.creator
        )
        record(
            "audit.app.build.staged",
            app: row.appGUID,
            [
                "build_guid": .text(row.guid), "package_guid": .text(row.packageGUID),
                "droplet_guid": .text(droplet.guid), "buildpacks": .null,
            ],
            by: row.creator
        )
    }

    private func fail(_ row: BuildRow, _ error: String, message: String) {
        let now = now
        builds.update(row.guid) { row in
            row.state = "FAILED"
            row.error = error
            row.updatedAt = now
            row.end = nil
        }
        record(
            "audit.app.build.failed",
            app: row.appGUID,
            [
                "build_guid": .text(row.guid), "package_guid": .text(row.packageGUID), "error_id": "StagingError",
                "error_message": .text(message),
            ],
            by: row.creator
        )
    }

    /// Lets the oldest droplets go when there are too many (`cloud_controller_ng lib/cloud_controller/bits_expiration.rb`).
    private func expireDroplets(of app: String) {
        let current = apps[app]?.dropletGUID
        let candidates = droplets.rows(ofParent: app).filter { $0.state == "STAGED" && $0.guid != current }
        for droplet in candidates.dropLast(Store.keptDroplets) {
            droplets.update(droplet.guid) { $0.state = "EXPIRED" }
        }
    }

    /// Daily at 00:30 expired droplets without bits disappear
    /// (`cloud_controller_ng app/jobs/runtime/expired_resource_cleanup.rb`).
    func pruneDroplets() {
        let day = (now.seconds - 1800) / 86_400
        guard day > lastExpiry else { return }
        lastExpiry = day
        for position in droplets.all {
            guard let row = droplets[position: position], row.state == "EXPIRED", row.checksum == nil else { continue }
            droplets.remove(row.guid)
        }
    }

    /// What the quotas say to the memory of a build
    /// (`cloud_controller_ng lib/cloud_controller/quota_validating_staging_memory_calculator.rb`).
    func requireStagingMemory(_ memory: Int, _ space: SpaceRow) throws(Refusal) {
        if let quota = space.quota, !hasMemory(memory, quota, in: [space]) {
            throw .unprocessable("space's memory limit exceeded: staging requires \(memory)M memory")
        }
        guard let organization = organizations[space.organizationGUID] else { return }
        if !hasMemory(memory, organization.quota, in: spaces.rows(ofParent: organization.guid)) {
            throw .unprocessable("organization's memory limit exceeded: staging requires \(memory)M memory")
        }
    }
}

extension Refusal {
    fileprivate static let stagerUnavailable = Refusal(
        status: 503,
        title: "CF-StagerUnavailable",
        code: 170010,
        detail: "Stager is unavailable: failed with status: 500, body: bbs down"
    )
    fileprivate static func stagerError(_ reason: String) -> Refusal {
        Refusal(status: 500, title: "CF-StagerError", code: 170011, detail: "Stager error: \(reason)")
    }
}
