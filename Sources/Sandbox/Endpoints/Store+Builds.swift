import Diagnostics

// cloud_controller_ng app/controllers/v3/builds_controller.rb
extension Store {
    /// `GET /v3/builds`, and with an app in the path only that app's.
    func listBuilds(_ call: Call) throws(Refusal) -> Answer {
        guard let guid = call.parameters["guid"] else {
            let query = try ListQuery(call, .builds)
            return listBuilds("/v3/builds", query, appFilter(query, call))
        }
        let query = try ListQuery(call, .builds.refusing(["app_guids"]))
        let (app, _) = try readableApp(guid, call)
        return listBuilds("/v3/apps/\(app.guid)/builds", query, [app.guid])
    }

    private func listBuilds(_ path: String, _ query: ListQuery, _ parents: [String]?) -> Answer {
        list(Listing(path: path, query: query, table: builds, parents: parents, rowSize: 1100)) { row in
            query.accepts("states", Text(row.state)) && query.accepts("package_guids", Text(row.packageGUID))
        } write: {
            write($0, to: &$1)
        }
    }

    func getBuild(_ call: Call) throws(Refusal) -> Answer {
        let (row, _) = try readableBuild(call)
        return Answer.json(200) { write(row, to: &$0) }
    }

    /// `PATCH /v3/builds/:guid`: metadata; the state is for those who update the states of builds.
    func updateBuild(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["metadata", "state", "error", "lifecycle"])
        let change = try MetadataChange(call.body, messages: &rules.messages)
        try rules.requireNone()
        let (row, space) = try readableBuild(call)
        if call.body["state"] != nil, !call.identity.updatesBuildState { throw .notAuthorized }
        try requireWritable(space, by: .developer, call)
        let metadata = try change.applied(to: row.metadata)
        let now = now
        builds.update(row.guid) { row in
            row.metadata = metadata
            row.updatedAt = now
        }
        return answer(200, build: row.guid)
    }

    /// `POST /v3/builds` (`cloud_controller_ng app/actions/build_create.rb`); a package that may not be built is answered
    /// like one that is not there.
    func createBuild(_ call: Call) throws(Refusal) -> Answer {
        let message = try BuildMessage(call.body)
        guard let package = packages[message.packageGUID], let app = apps[package.appGUID], let space = space(of: app),
            access(call).canSupport(in: space)
        else {
            throw .unprocessable("Unable to use package. Ensure that the package exists and you have access to it.")
        }
        try requireWritable(space, by: .supporter, call)
        if package.type == "docker" { try requireFeature("diego_docker", call) }
        guard package.state == "READY" else {
            throw .unprocessable("Cannot stage package whose state is not ready.")
        }
        if builds.rows(ofParent: app.guid).contains(where: { $0.state == "STAGING" }) { throw .stagingInProgress }
        try requireStagingMemory(message.memory, space)
        let row = BuildRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            state: "STAGING",
            memory: message.memory,
            disk: message.disk,
            logRate: message.logRate,
            lifecycle: message.isDocker ?? (package.type == "docker") ? .docker : .buildpack(),
            packageGUID: package.guid,
            creatorGUID: call.identity.userGUID,
            creator: call.identity,
            appGUID: app.guid,
            metadata: try message.metadata.applied(to: Metadata())
        )
        builds.insert(row)
        let data: JSONValue = ["build_guid": .text(row.guid), "package_guid": .text(package.guid)]
        record("audit.app.build.create", app: app.guid, data, call)
        try stage(row, package)
        return answer(201, build: row.guid)
    }

    private func readableBuild(_ call: Call) throws(Refusal) -> (BuildRow, SpaceRow) {
        guard let row = builds[call.parameter("guid")] else { throw .notFound("Build") }
        let (_, space) = try readableApp(row.appGUID, call, as: "Build")
        return (row, space)
    }

    private func answer(_ status: Int, build guid: String) -> Answer {
        Answer.json(status) { writer in
            if let row = builds[guid] { write(row, to: &writer) }
        }
    }
}

/// The checked body of a new build (`cloud_controller_ng app/messages/build_create_message.rb`).
private struct BuildMessage {
    let packageGUID: String
    let memory: Int
    let disk: Int
    let logRate: Int
    /// The lifecycle that was asked for; nil is the package's own.
    let isDocker: Bool?
    let metadata: MetadataChange

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly([
            "staging_memory_in_mb", "staging_disk_in_mb", "staging_log_rate_limit_bytes_per_second", "package",
            "lifecycle", "metadata",
        ])
        func number(_ name: String, _ lowest: BodyRules.Bound, _ usual: Int) -> Int {
            rules.number(name, body[name], lowest) ?? usual
        }
        memory = number("staging_memory_in_mb", .above(0), BuildRow.usualMemory)
        disk = number("staging_disk_in_mb", .above(0), BuildRow.usualDisk)
        logRate = number("staging_log_rate_limit_bytes_per_second", .atLeast(-1), ServerDefaults.logRate)
        let guid = body["package"]?["guid"]
        packageGUID = guid?.text ?? ""
        if packageGUID.isEmpty { rules.messages.append("Package guid can't be blank") }
        rules.guid("Package guid", guid)
        isDocker = body["lifecycle"]?["type"]?.text.map { $0 == "docker" }
        metadata = try MetadataChange(body, messages: &rules.messages)
        try rules.requireNone()
    }
}

extension Refusal {
    fileprivate static let stagingInProgress = Refusal(
        status: 422,
        title: "CF-StagingInProgress",
        code: 170017,
        detail: "Only one build can be STAGING at a time per application."
    )
}
