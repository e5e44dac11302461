import Diagnostics

// cloud_controller_ng app/actions/revision_resolver.rb, app/models/runtime/revision_model.rb
extension Store {
    /// The revision that an app starts with: its newest, or a new one when the app has changed since; none when they are
    /// switched off.
    func resolveRevision(of app: AppRow, _ call: Call) -> RevisionRow? {
        guard app.features.contains(.revisions) else { return nil }
        let commands = commands(of: app)
        guard let latest = revisions.rows(ofParent: app.guid).last else {
            return addRevision(to: app, app.dropletGUID ?? "", commands, "Initial revision.", call)
        }
        let reasons = differences(from: latest, app.dropletGUID ?? "", commands)
        if reasons.isEmpty { return latest }
        return addRevision(to: app, app.dropletGUID ?? "", commands, reasons.joined(separator: " "), call)
    }

    /// The revision of a rollback: a copy of an older one, or none as above.
    func makeRollback(of app: AppRow, to target: RevisionRow, _ call: Call) throws(Refusal) -> RevisionRow? {
        guard app.features.contains(.revisions) else { return nil }
        guard let latest = revisions.rows(ofParent: app.guid).last else {
            return addRevision(to: app, target.dropletGUID, target.commands, "Initial revision.", call)
        }
        let reasons = differences(from: latest, target.dropletGUID, target.commands)
        guard !reasons.isEmpty else {
            throw .unprocessable(
                "Unable to rollback. The code and configuration you are rolling back to is the same as the deployed "
                    + "revision."
            )
        }
        let description = (reasons + ["Rolled back to revision \(target.version)."]).joined(separator: " ")
        return addRevision(to: app, target.dropletGUID, target.commands, description, call)
    }

    private func commands(of app: AppRow) -> [(type: Text, command: Text?)] {
        var commands: [(type: Text, command: Text?)] = []
        for process in processes.rows(ofParent: app.guid) {
            // the newest process of a type counts
            if let position = commands.firstIndex(where: { $0.type == process.type }) {
                commands[position].command = process.command
            } else {
                commands.append((process.type, process.command))
            }
        }
        return commands
    }

    private func differences(
        from latest: RevisionRow,
        _ droplet: String,
        _ commands: [(type: Text, command: Text?)]
    ) -> [String] {
        var reasons = droplet == latest.dropletGUID ? [] : ["New droplet deployed."]
        for (type, command) in commands {
            let before = latest.command(ofType: type)
            guard command != before else { continue }
            let verb = before == nil ? "added for" : command == nil ? "removed from" : "updated for"
            reasons.append("Custom start command \(verb) '\(type)' process.")
        }
        return reasons
    }

    private func addRevision(
        to app: AppRow,
        _ droplet: String,
        _ commands: [(type: Text, command: Text?)],
        _ description: String,
        _ call: Call
    ) -> RevisionRow {
        let row = RevisionRow(
            guid: makeGUID(),
            createdAt: now,
            version: (revisions.rows(ofParent: app.guid).last?.version ?? 0) + 1,
            dropletGUID: droplet,
            commands: commands,
            description: description,
            appGUID: app.guid
        )
        revisions.insert(row)
        apps.update(app.guid) { $0.revisionGUID = row.guid }
        record(
            "audit.app.revision.create",
            app: app.guid,
            ["revision_guid": .text(row.guid), "revision_version": .number(String(row.version))],
            call
        )
        return row
    }
}

// MARK: - Endpoints

extension Store {
    /// `GET /v3/apps/:guid/revisions`.
    func listRevisions(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        let query = try ListQuery(call, .revisions)
        let path = "/v3/apps/\(app.guid)/revisions"
        return list(Listing(path: path, query: query, table: revisions, parents: [app.guid])) { row in
            query.accepts("versions", Text(String(row.version))) && (query.single("deployable") ?? "true") == "true"
        } write: {
            write($0, to: &$1)
        }
    }

    /// `GET /v3/apps/:guid/revisions/deployed`: those that started processes run with.
    func listDeployedRevisions(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        let query = try ListQuery(call, .deployedRevisions)
        let rows = app.isStarted ? processes.rows(ofParent: app.guid).filter { $0.instances > 0 } : []
        let deployed = Set(rows.compactMap(\.revisionGUID))
        let path = "/v3/apps/\(app.guid)/revisions/deployed"
        return list(Listing(path: path, query: query, table: revisions, parents: [app.guid])) { row in
            deployed.contains(row.guid)
        } write: {
            write($0, to: &$1)
        }
    }

    func getRevision(_ call: Call) throws(Refusal) -> Answer {
        guard let row = revisions[call.parameter("guid")] else { throw .notFound("Revision") }
        _ = try readableApp(row.appGUID, call, as: "Revision")
        return Answer.json(200) { write(row, to: &$0) }
    }
}
