import Diagnostics

// What happens to a foundation without a request of the API.
extension Store {
    /// `POST /sandbox/state`: changes what is named, leaves the rest.
    func changeState(_ request: IncomingRequest) -> Answer {
        let (change, diagnostics) = StateChange.parse(String(decoding: request.body, as: UTF8.self))
        guard let change else {
            return refuse(diagnostics.first?.message ?? "expected a mapping of what to change")
        }
        let organizations = change.organizations.map { (self.organization(named: $0.name), $0) }
        let spaces = change.spaces.map { (self.space(named: $0.name), $0) }
        for (guid, change) in organizations + spaces where guid == nil { return refuse("there is no `\(change.name)`") }
        for flag in change.featureFlags { featureFlags.append(flag) }
        for (guid, change) in organizations {
            self.organizations.update(guid ?? "") { row in
                if let isSuspended = change.isSuspended { row.isSuspended = isSuspended }
                if let quota = change.quota { row.quota = quota ?? Quota() }
            }
        }
        for (guid, change) in spaces {
            self.spaces.update(guid ?? "") { row in
                if let isSuspended = change.isSuspended { row.isSuspended = isSuspended }
                if let quota = change.quota { row.quota = quota }
            }
        }
        if let limit = change.rateLimit {
            rateLimit = limit
            requestCounts = [:]
        }
        return .empty
    }

    private func organization(named name: String) -> String? {
        if organizations[name] != nil { return name }
        return organizations.all.compactMap { organizations[position: $0] }.first { $0.name == Text(name) }?.guid
    }

    /// A space by its guid or as `organization/space`.
    private func space(named name: String) -> String? {
        if spaces[name] != nil { return name }
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let organization = organization(named: parts[0]) else { return nil }
        return spaces.rows(ofParent: organization).first { $0.name == Text(parts[1]) }?.guid
    }

    /// `POST /sandbox/tasks/:guid`: the runtime reports that a task has ended.
    func endTask(_ guid: String, _ request: IncomingRequest) -> Answer {
        guard let task = tasks[guid] else { return refuse("there is no task `\(guid)`", status: 404) }
        let body = try? JSONParser.parse(request.body)
        guard let result = body?["result"]?.text, ["succeeded", "failed"].contains(result) else {
            return refuse("expected {\"result\": \"succeeded\" or \"failed\", \"failure_reason\": text}")
        }
        guard !task.isTerminal else { return refuse("the task has ended already") }
        let reason = body?["failure_reason"]?.text ?? ServerDefaults.failureReason
        end(task, at: now, failureReason: result == "failed" ? reason : nil)
        return .empty
    }

    /// `POST /sandbox/events`: an audit event of something that the sandbox does not do itself.
    func addEvent(_ request: IncomingRequest) -> Answer {
        let body = try? JSONParser.parse(request.body)
        guard let type = body?["type"]?.text, let app = body?["app"]?.text.flatMap({ apps[$0] }),
            let space = space(of: app)
        else { return refuse("expected {\"type\": text, \"app\": guid of an app, \"actor\": ..., \"data\": ...}") }
        let actor = body?["actor"]
        events.insert(
            EventRow(
                guid: makeGUID(),
                createdAt: body?["created_at"]?.text.flatMap { Timestamp($0) } ?? now,
                type: type,
                actorGUID: actor?["guid"]?.text ?? "",
                actorType: actor?["type"]?.text ?? "user",
                actorName: actor?["name"]?.text ?? "",
                appGUID: app.guid,
                appName: app.name,
                data: body?["data"] ?? [:],
                spaceGUID: space.guid,
                organizationGUID: space.organizationGUID
            )
        )
        return .empty
    }
}
