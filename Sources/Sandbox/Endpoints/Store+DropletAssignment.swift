import Diagnostics

// cloud_controller_ng app/actions/app_assign_droplet.rb
extension Store {
    /// `PATCH /v3/apps/:guid/relationships/current_droplet`: nothing restarts.
    func assignDroplet(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["data"])
        try rules.requireNone()
        if call.body["data"]?.isNull == true {
            throw .unprocessable("Current droplet cannot be removed. Replace it with a preferred droplet.")
        }
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .supporter, call)
        guard !deploymentBlocksWeb(of: app) else {
            throw .unprocessable(
                "Unable to assign current droplet while the app has a deployment in progress. "
                    + "Wait for the deployment to complete or cancel it."
            )
        }
        let droplet = try assignableDroplet(call.body["data"]?["guid"]?.text ?? "", app)
        assign(droplet, to: app, call)
        return try currentDropletRelationship(call)
    }

    /// A droplet that can become the current one of an app.
    func assignableDroplet(_ guid: String, _ app: AppRow) throws(Refusal) -> DropletRow {
        guard let droplet = droplets[guid], droplet.appGUID == app.guid else {
            throw .unprocessable(
                "Unable to assign current droplet. Ensure the droplet exists and belongs to this app."
            )
        }
        guard droplet.state == "STAGED" else { throw .unprocessable("droplet must be in staged state") }
        return droplet
    }

    /// Makes a droplet the current one, and processes of the types that the app does not have yet.
    func assign(_ droplet: DropletRow, to app: AppRow, _ call: Call) {
        let now = now
        apps.update(app.guid) { row in
            guard row.dropletGUID != droplet.guid else { return }
            row.dropletGUID = droplet.guid
            row.updatedAt = now
        }
        record("audit.app.droplet.mapped", app: app.guid, ["request": ["droplet_guid": .text(droplet.guid)]], call)
        let present = processes.rows(ofParent: app.guid).map(\.type)
        for (type, _) in droplet.processTypes where !present.contains(type) {
            _ = makeProcess(ofType: type, of: app, call)
        }
    }

    /// Makes a process of a type that the app does not have yet.
    func makeProcess(ofType type: Text, of app: AppRow, byManifest: Bool = false, _ call: Call) -> ProcessRow {
        let process = ProcessRow(ofType: type, guid: makeGUID(), version: makeGUID(), in: app, at: now)
        processes.insert(process)
        var data = JSONObject([
            (name: "process_guid", value: .text(process.guid)),
            (name: "process_type", value: .text(process.type.string)),
        ])
        if byManifest { data["manifest_triggered"] = .bool(true) }
        record("audit.app.process.create", app: app.guid, .object(data), call)
        return process
    }
}

extension ProcessRow {
    /// A process as the server makes it for a type that a droplet brings along
    /// (`cloud_controller_ng app/actions/process_create.rb`).
    fileprivate init(ofType type: Text, guid: String, version: String, in app: AppRow, at time: Timestamp) {
        self.init(
            guid: guid,
            createdAt: time,
            updatedAt: time,
            version: version,
            type: type,
            instances: type == "web" ? 1 : 0,
            memory: ServerDefaults.memory,
            disk: ServerDefaults.disk,
            logRate: ServerDefaults.logRate,
            healthCheck: HealthCheck(type: type == "web" ? "port" : "process"),
            readinessHealthCheck: HealthCheck(type: "process"),
            appGUID: app.guid,
            revisionGUID: nil,
            metadata: Metadata()
        )
    }
}
