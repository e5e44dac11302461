import Diagnostics

// cloud_controller_ng app/actions/deployment_create.rb
extension Store {
    /// `POST /v3/deployments`: an app that may not be changed is answered like one that is not there.
    func createDeployment(_ call: Call) throws(Refusal) -> Answer {
        let guid = call.body["relationships"]?["app"]?["data"]?["guid"]?.text ?? ""
        guard let app = apps[guid], let space = space(of: app), access(call).canSupport(in: space) else {
            throw .unprocessable("Unable to use app. Ensure that the app exists and you have access to it.")
        }
        try requireWritable(space, by: .supporter, call)
        let message = try DeploymentMessage(call.body)
        let metadata = try message.metadata.applied(to: Metadata())
        let target = try target(of: message, app)
        guard let web = newestProcess(of: app, type: "web") else { throw .unknownError }
        try requireQuota(for: message.options, web, app)

        let previous = deployments.rows(ofParent: app.guid).last { $0.isActive }
        var deployment = DeploymentRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            status: app.isStarted ? "ACTIVE" : "FINALIZED",
            reason: app.isStarted ? "DEPLOYING" : "DEPLOYED",
            lastHealthyAt: now,
            lastStatusChangeAt: now,
            strategy: message.strategy,
            options: message.options,
            dropletGUID: target.droplet.guid,
            previousDropletGUID: app.dropletGUID,
            newProcesses: app.isStarted ? [(makeGUID(), "web")] : [],
            revision: nil,
            originalInstances: previous?.originalInstances ?? web.instances,
            appGUID: app.guid,
            metadata: metadata
        )
        deployment.isBeforePause = deployment.isCanary && app.isStarted
        let process = try webProcess(for: deployment, clonedFrom: web)
        let revision = try commitTarget(target, app, call)
        deployment = deployment.with(revision)
        let guids = app.isStarted ? begin(&deployment, process, revision) : start(app, revision, process)
        deployments.insert(deployment)
        recordCreation(of: deployment, target, call)
        // the runtime hears of it after the commit: a 503 leaves the deployment behind
        try desire(guids)
        return answer(201, deployment: deployment.guid)
    }

    private struct Target {
        let droplet: DropletRow
        /// The revision to roll back to.
        let rollback: RevisionRow?
    }

    private func target(of message: DeploymentMessage, _ app: AppRow) throws(Refusal) -> Target {
        if let guid = message.revisionGUID {
            guard let revision = revisions[guid], revision.appGUID == app.guid else {
                throw .unprocessable("The revision does not exist")
            }
            guard let droplet = droplets[revision.dropletGUID], droplet.state == "STAGED" else {
                throw .unprocessable(
                    "Unable to deploy this revision, the droplet for this revision no longer exists."
                )
            }
            return Target(droplet: droplet, rollback: revision)
        }
        guard let guid = message.dropletGUID ?? app.dropletGUID else {
            throw .unprocessable(
                "Invalid droplet. Please specify a droplet in the request or set a current droplet for the app."
            )
        }
        return Target(droplet: try assignableDroplet(guid, app), rollback: nil)
    }

    /// Assigns the droplet and finds the revision.
    private func commitTarget(_ target: Target, _ app: AppRow, _ call: Call) throws(Refusal) -> RevisionRow? {
        let rollback: RevisionRow?
        if let revision = target.rollback {
            rollback = try makeRollback(of: app, to: revision, call)
        } else {
            rollback = nil
        }
        assign(target.droplet, to: app, call)
        return rollback ?? resolveRevision(of: apps[app.guid] ?? app, call)
    }

    /// The new web process as it begins, or on a stopped app the present one with the options.
    private func webProcess(for row: DeploymentRow, clonedFrom web: ProcessRow) throws(Refusal) -> ProcessRow {
        var process = web
        if let guid = row.webGUID {
            process = web.cloned(guid, version: makeGUID(), at: now)
            process.instances = min(row.options.maxInFlight, row.target.new)
        } else if let instances = row.options.webInstances {
            process.instances = instances
        }
        process.memory = row.options.memory ?? web.memory
        process.disk = row.options.disk ?? web.disk
        process.logRate = row.options.logRate ?? web.logRate
        if row.webGUID == nil, let app = apps[web.appGUID] {
            do throws(Refusal) {
                try requireQuota(forStarting: app)
            } catch {
                throw explained(error.detail, app)
            }
        }
        let messages = ProcessModelRules.messages(process) + quotaMessages(process)
        guard messages.isEmpty else { throw explained(messages.joined(separator: ", "), apps[web.appGUID]) }
        return process
    }

    /// What the options ask for is held against the quotas as a whole, in place of the present web process
    /// (`cloud_controller_ng app/actions/deployment_create.rb#validate_quota!`).
    private func requireQuota(for options: DeploymentOptions, _ web: ProcessRow, _ app: AppRow) throws(Refusal) {
        guard app.isStarted, options.webInstances ?? options.memory ?? options.logRate != nil else { return }
        var process = web
        process.instances = options.webInstances ?? web.instances
        process.memory = options.memory ?? web.memory
        process.disk = options.disk ?? web.disk
        process.logRate = options.logRate ?? web.logRate
        let messages = ProcessModelRules.messages(process) + quotaMessages(process)
        guard messages.isEmpty else { throw explained(messages.joined(separator: ", "), app) }
    }

    /// A refusal, with what a quota among its reasons means for a deployment: that is said once, and of the space when
    /// both have no more (`cloud_controller_ng app/actions/deployment_create.rb#enhanced_deployment_create_error`).
    private func explained(_ message: String, _ app: AppRow?) -> Refusal {
        guard let app, let space = space(of: app) else { return .unprocessable(message) }
        func names(_ reasons: String...) -> Bool { reasons.contains { message.contains($0) } }
        let place: (kind: String, name: Text)
        if names("space_quota_exceeded", "space_app_instance_limit_exceeded") {
            place = ("space", space.name)
        } else if names("quota_exceeded", "app_instance_limit_exceeded") {
            place = ("organization", organizations[space.organizationGUID]?.name ?? "")
        } else {
            return .unprocessable(message)
        }
        return .unprocessable(
            "\(message) for \(place.kind) \(place.name). This \(place.kind)'s quota may not be large enough to support "
                + "rolling deployments or your configured max-in-flight."
        )
    }

    /// Lets a deployment of a started app begin, in place of those under way.
    private func begin(_ row: inout DeploymentRow, _ process: ProcessRow, _ revision: RevisionRow?) -> [String] {
        for other in deployments.rows(ofParent: row.appGUID) where other.isActive {
            deployments.update(other.guid) { row in
                row.wasCanceling = row.reason == "CANCELING"
                row.change(to: "FINALIZED", "SUPERSEDED", at: now)
            }
            deploymentsInFlight.remove(other.guid)
        }
        var process = process
        process.revisionGUID = revision?.guid
        if let revision { process.command = revision.command(ofType: "web") }
        processes.insert(process)
        row.nextStep = now.advanced(by: DeploymentRow.secondsBetweenSteps)
        deploymentsInFlight.insert(row.guid)
        return [process.guid]
    }

    private func start(_ app: AppRow, _ revision: RevisionRow?, _ process: ProcessRow) -> [String] {
        for other in processes.rows(ofParent: app.guid) {
            processes.update(other.guid) { row in
                if row.guid == process.guid { row = process }
                if let revision { row.command = revision.command(ofType: row.type) }
            }
        }
        return setStarted(app, revision)
    }

    private func recordCreation(of row: DeploymentRow, _ target: Target, _ call: Call) {
        if row.newProcesses.isEmpty { record("audit.app.start", app: row.appGUID, [:], call) }
        record(
            "audit.app.deployment.create",
            app: row.appGUID,
            [
                "deployment_guid": .text(row.guid), "droplet_guid": .text(target.droplet.guid),
                "type": target.rollback == nil ? .null : "rollback",
                "revision_guid": row.revision.map { .text($0.guid) } ?? .null, "request": .object(call.body),
                "strategy": .text(row.strategy),
            ],
            call
        )
    }
}

extension DeploymentRow {
    fileprivate func with(_ revision: RevisionRow?) -> DeploymentRow {
        var result = self
        result.revision = revision.map { ($0.guid, $0.version) }
        return result
    }
}

extension ProcessRow {
    /// The same process under another guid, of which nothing runs.
    fileprivate func cloned(_ guid: String, version: String, at time: Timestamp) -> ProcessRow {
        ProcessRow(
            guid: guid,
            createdAt: time,
            updatedAt: time,
            version: version,
            type: type,
            command: command,
            user: user,
            instances: instances,
            memory: memory,
            disk: disk,
            logRate: logRate,
            healthCheck: healthCheck,
            readinessHealthCheck: readinessHealthCheck,
            appGUID: appGUID,
            revisionGUID: revisionGUID,
            metadata: metadata
        )
    }
}
