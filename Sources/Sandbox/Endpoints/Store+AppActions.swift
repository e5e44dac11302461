import Diagnostics

// cloud_controller_ng app/actions/app_start.rb, app_stop.rb, app_restart.rb; bodies are not looked at.
extension Store {
    /// `POST /v3/apps/:guid/actions/start`: nothing happens to an app that is started, not even its new settings.
    func startApp(_ call: Call) throws(Refusal) -> Answer {
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .supporter, call)
        try requireStartable(app, call)
        var guids: [String] = []
        if !app.isStarted {
            try requireQuota(forStarting: app)
            let revision = resolveRevision(of: app, call)
            guids = setStarted(app, revision)
        }
        record("audit.app.start", app: app.guid, [:], call)
        // the runtime hears of it after the commit
        try desire(guids)
        return answer(app)
    }

    /// `POST /v3/apps/:guid/actions/stop`.
    func stopApp(_ call: Call) throws(Refusal) -> Answer {
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .supporter, call)
        var guids: [String] = []
        if app.isStarted {
            let now = now
            apps.update(app.guid) { row in
                row.state = "STOPPED"
                row.updatedAt = now
            }
            guids = processes.rows(ofParent: app.guid).map(\.guid)
            for guid in guids { processes.update(guid) { $0.updatedAt = now } }
        }
        record("audit.app.stop", app: app.guid, [:], call)
        try desire(guids)
        return answer(app)
    }

    /// `POST /v3/apps/:guid/actions/restart`: within one transaction, so that it has not happened without a runtime.
    func restartApp(_ call: Call) throws(Refusal) -> Answer {
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .supporter, call)
        try requireStartable(app, call)
        try requireQuota(forStarting: app)
        let rows = processes.rows(ofParent: app.guid)
        if let first = rows.first { try requireRuntime(for: first) }
        let revision = resolveRevision(of: app, call)
        let guids = setStarted(app, revision)
        record("audit.app.restart", app: app.guid, [:], call)
        try desire(guids)
        return answer(app)
    }

    private func requireStartable(_ app: AppRow, _ call: Call) throws(Refusal) {
        guard app.dropletGUID != nil else { throw .unprocessable("Assign a droplet before starting this app.") }
        if app.lifecycle == .docker { try requireFeature("diego_docker", call) }
    }

    /// Starts an app, each process with a new version.
    ///
    /// - Returns: The processes that the runtime has to hear of.
    func setStarted(_ app: AppRow, _ revision: RevisionRow?) -> [String] {
        let now = now
        if !app.isStarted {
            apps.update(app.guid) { row in
                row.state = "STARTED"
                row.updatedAt = now
            }
        }
        let guids = processes.rows(ofParent: app.guid).map(\.guid)
        for guid in guids { renewVersion(of: guid, revision) }
        return guids
    }

    func renewVersion(of guid: String, _ revision: RevisionRow?) {
        let (version, now) = (makeGUID(), now)
        processes.update(guid) { row in
            row.version = version
            row.updatedAt = now
            if let revision { row.revisionGUID = revision.guid }
        }
    }

    /// What the quotas say to an app when it is started.
    func requireQuota(forStarting app: AppRow) throws(Refusal) {
        let state = app.state
        apps.update(app.guid) { $0.state = "STARTED" }
        defer { apps.update(app.guid) { $0.state = state } }
        for process in processes.rows(ofParent: app.guid) {
            let messages = quotaMessages(process)
            guard messages.isEmpty else { throw .unprocessable(messages) }
        }
    }

    private func answer(_ app: AppRow) -> Answer {
        Answer.json(200, capacity: 2600) { writer in
            if let row = apps[app.guid] { write(row, to: &writer) }
        }
    }
}
