import Diagnostics

extension Store {
    /// `PATCH /v3/deployments/:guid`: metadata only.
    func updateDeployment(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["metadata"])
        let change = try MetadataChange(call.body, messages: &rules.messages)
        try rules.requireNone()
        guard let row = deployments[call.parameter("guid")] else { throw .notFound("Deployment") }
        let (_, space) = try readableApp(row.appGUID, call, as: "Deployment")
        try requireWritable(space, by: .supporter, call)
        let metadata = try change.applied(to: row.metadata)
        let now = now
        deployments.update(row.guid) { row in
            row.metadata = metadata
            row.updatedAt = now
        }
        return answer(200, deployment: row.guid)
    }

    /// `POST /v3/deployments/:guid/actions/cancel` (`cloud_controller_ng app/actions/deployment_cancel.rb`).
    ///
    /// The current droplet goes back at once, the processes at the updater's next look.
    func cancelDeployment(_ call: Call) throws(Refusal) -> Answer {
        let (row, app) = try writableDeployment(call)
        guard row.isActive else { throw .stuck("cancel", row) }
        if let guid = row.previousDropletGUID {
            assign(try assignableDroplet(guid, app), to: app, call)
        }
        let now = now
        deployments.update(row.guid) { row in
            row.change(to: "ACTIVE", "CANCELING", at: now)
            row.nextStep = row.nextStep ?? now.advanced(by: DeploymentRow.secondsBetweenSteps)
        }
        deploymentsInFlight.insert(row.guid)
        recordAction("cancel", on: row, call)
        return .emptyDocument
    }

    /// `POST /v3/deployments/:guid/actions/continue`: from one pause of a canary to the next
    /// (`cloud_controller_ng app/actions/deployment_continue.rb`).
    func continueDeployment(_ call: Call) throws(Refusal) -> Answer {
        let (row, _) = try writableDeployment(call)
        guard row.isActive, row.reason == "PAUSED" else { throw .stuck("continue", row) }
        let now = now
        deployments.update(row.guid) { row in
            if row.canaryStep < row.canarySteps {
                row.canaryStep += 1
            } else {
                row.isBeforePause = false
            }
            row.change(to: "ACTIVE", "DEPLOYING", at: now)
            row.nextStep = now.advanced(by: DeploymentRow.secondsBetweenSteps)
        }
        deploymentsInFlight.insert(row.guid)
        recordAction("continue", on: row, call)
        return .emptyDocument
    }

    func answer(_ status: Int, deployment guid: String) -> Answer {
        Answer.json(status) { writer in
            if let row = deployments[guid] { write(row, to: &writer) }
        }
    }

    /// Who may read a deployment and not change it does not find it here.
    private func writableDeployment(_ call: Call) throws(Refusal) -> (DeploymentRow, AppRow) {
        guard let row = deployments[call.parameter("guid")], let app = apps[row.appGUID], let space = space(of: app),
            access(call).canSupport(in: space)
        else { throw .notFound("Deployment") }
        try requireWritable(space, by: .supporter, call)
        return (row, app)
    }

    private func recordAction(_ name: String, on row: DeploymentRow, _ call: Call) {
        record(
            "audit.app.deployment.\(name)",
            app: row.appGUID,
            ["deployment_guid": .text(row.guid), "droplet_guid": row.dropletGUID.map { .text($0) } ?? .null],
            call
        )
    }
}

extension Answer {
    /// What Rails sends for a status without a body.
    fileprivate static let emptyDocument = Answer(status: 200, headers: [("Content-Type", "text/html")])
}

extension Refusal {
    fileprivate static func stuck(_ action: String, _ row: DeploymentRow) -> Refusal {
        .unprocessable("Cannot \(action) a deployment with status: \(row.status) and reason: \(row.reason)")
    }
}
