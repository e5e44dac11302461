import Diagnostics

extension Store {
    func listApps(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .apps)
        let names = query.values("names").map { Set($0.map(\.caseFolded)) }
        let lifecycle = query.single("lifecycle_type")
        let parents = spaceFilter(query, call)
        return list(Listing(path: "/v3/apps", query: query, table: apps, parents: parents, rowSize: 2600)) { row in
            (names?.contains(row.name.caseFolded) ?? true)
                && query.accepts("stacks", row.lifecycle.stack.map { Text($0) })
                && (lifecycle == nil || lifecycle == row.lifecycle.type)
        } included: { rows, writer in
            self.writePlaces(of: rows, query.includes, to: &writer)
        } write: {
            write($0, to: &$1)
        }
    }

    func getApp(_ call: Call) throws(Refusal) -> Answer {
        let includes = try SingleInclude(call, allowed: ListRules.apps.includes)
        let (app, _) = try readableApp(call.parameter("guid"), call)
        return Answer.json(200, capacity: 2600) { writer in
            write(app, to: &writer) { writer in
                if includes.isEmpty { return }
                let names = ListRules.apps.includes.filter { includes.contains($0) }
                writer.object("included") { self.writePlaces(of: [app], names, to: &$0) }
            }
        }
    }

    /// `PATCH /v3/apps/:guid`: name, lifecycle and metadata (`cloud_controller_ng app/actions/app_update.rb`).
    func updateApp(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["name", "lifecycle", "metadata"])
        if let name = call.body["name"], name.text == nil { rules.messages.append("Name must be a string") }
        if let lifecycle = call.body["lifecycle"], lifecycle.object == nil {
            rules.messages.append("Lifecycle must be an object")
        }
        let change = try MetadataChange(call.body, messages: &rules.messages)
        try rules.requireNone()
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .developer, call)
        let name = call.body["name"]?.text.map { Text($0) }
        if let name { try requireUnusedName(name, for: app) }
        let lifecycle = try updatedLifecycle(of: app, call.body["lifecycle"])
        let metadata = try change.applied(to: app.metadata)
        let now = now
        apps.update(app.guid) { row in
            if let name { row.name = name }
            row.lifecycle = lifecycle
            row.metadata = metadata
            row.updatedAt = now
        }
        record("audit.app.update", app: app.guid, ["request": .object(call.body)], call)
        return Answer.json(200, capacity: 2600) { writer in
            if let row = apps[app.guid] { write(row, to: &writer) }
        }
    }

    /// Buildpacks and stack may change, the type may not.
    private func updatedLifecycle(of app: AppRow, _ given: JSONValue?) throws(Refusal) -> Lifecycle {
        guard let given else { return app.lifecycle }
        if let type = given["type"]?.text, type != app.lifecycle.type {
            throw .unprocessable("Lifecycle type cannot be changed")
        }
        guard case .buildpack(var buildpacks, var stack) = app.lifecycle else { return app.lifecycle }
        if let names = given["data"]?["buildpacks"] { buildpacks = (names.list ?? []).compactMap(\.text) }
        if let name = given["data"]?["stack"] { stack = name.text ?? stack }
        return .buildpack(buildpacks: buildpacks, stack: stack)
    }

    /// Names are unique in a space without regard to case.
    private func requireUnusedName(_ name: Text, for app: AppRow) throws(Refusal) {
        if name.isEmpty { throw .unprocessable("name presence") }
        let taken = apps.rows(ofParent: app.spaceGUID).contains {
            $0.guid != app.guid && $0.name.caseFolded == name.caseFolded
        }
        guard taken else { return }
        throw Refusal(
            status: 422,
            title: "CF-UniquenessError",
            code: 10016,
            detail: "App with the name '\(name)' already exists."
        )
    }

    /// `GET /v3/apps/:guid/permissions`: tells in advance whether commands will be hidden.
    func appPermissions(_ call: Call) throws(Refusal) -> Answer {
        let (_, space) = try readableApp(call.parameter("guid"), call)
        let readsSecrets = access(call).canReadSecrets(in: space)
        return Answer.json(200) { writer in
            writer.object { writer in
                writer.bool("read_basic_data", true)
                writer.bool("read_sensitive_data", readsSecrets)
            }
        }
    }

    private func writePlaces(of rows: [AppRow], _ includes: [String], to writer: inout JSONWriter) {
        let found = spaces.positions(ofGUIDs: Set(rows.map(\.spaceGUID))).compactMap { spaces[position: $0] }
        let wantsOrganizations = includes.contains("org") || includes.contains("space.organization")
        if includes.contains("space") || includes.contains("space.organization") {
            writer.list("spaces") { writer in
                for row in found { write(row, to: &writer) }
            }
        }
        if wantsOrganizations { writeOrganizations(of: found, to: &writer) }
    }

    /// The spaces that a list of apps or of their parts is limited to, by its filters and by what the caller may read.
    func spaceFilter(_ query: ListQuery, _ call: Call) -> [String]? {
        var result = readableSpaces(call)
        if let wanted = query.filters["space_guids"] {
            let guids = Set(wanted.map(\.string))
            result = result?.intersection(guids) ?? guids
        }
        if let wanted = query.filters["organization_guids"] {
            let guids = Set(wanted.flatMap { spaces.rows(ofParent: $0.string) }.map(\.guid))
            result = result?.intersection(guids) ?? guids
        }
        return result.map(Array.init)
    }

    /// The apps that a list of their parts is limited to; nil is all.
    func appFilter(_ query: ListQuery, _ call: Call) -> [String]? {
        let inSpaces = spaceFilter(query, call)
        guard let wanted = query.filters["app_guids"] else {
            return inSpaces.map { guids in guids.flatMap { apps.rows(ofParent: $0) }.map(\.guid) }
        }
        let spaces = inSpaces.map(Set.init)
        return Set(wanted.map(\.string)).filter { guid in
            apps[guid].map { spaces?.contains($0.spaceGUID) ?? true } ?? false
        }
    }
}
