import Diagnostics

extension Store {
    /// `GET /v3/droplets`, and with an app in the path only that app's; droplets that are being staged never show.
    func listDroplets(_ call: Call) throws(Refusal) -> Answer {
        guard let guid = call.parameters["guid"] ?? call.query.text("app_guid") else {
            let query = try ListQuery(call, .droplets.refusing(["current"]))
            return listDroplets("/v3/droplets", query, appFilter(query, call), only: nil)
        }
        let refused = ["app_guids", "organization_guids", "space_guids"]
        let query = try ListQuery(call, .droplets.refusing(refused))
        var current: String?
        if let value = query.single("current") {
            guard value == "true" else { throw .badQuery(["Current only accepts the value 'true'"]) }
            current = apps[guid]?.dropletGUID ?? ""
        }
        let (app, _) = try readableApp(guid, call)
        return listDroplets("/v3/apps/\(app.guid)/droplets", query, [app.guid], only: current)
    }

    private func listDroplets(_ path: String, _ query: ListQuery, _ parents: [String]?, only guid: String?) -> Answer {
        list(Listing(path: path, query: query, table: droplets, parents: parents)) { row in
            row.state != "STAGING" && query.accepts("states", Text(row.state)) && (guid == nil || guid == row.guid)
        } write: {
            write($0, hidden: Hidden.inLists, to: &$1)
        }
    }

    func getDroplet(_ call: Call) throws(Refusal) -> Answer {
        let (droplet, space) = try readableDroplet(call)
        let shows = access(call).canReadSecrets(in: space)
        return answer(droplet.guid, hidden: shows ? nil : Hidden.text)
    }

    /// `GET /v3/apps/:guid/droplets/current`: hidden from nobody who can read the app.
    func currentDroplet(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        guard let droplet = currentDroplet(of: app) else { throw .notFound("Droplet") }
        return answer(droplet.guid)
    }

    func currentDropletRelationship(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        guard let droplet = currentDroplet(of: app) else { throw .notFound("Droplet") }
        let url = "\(baseURL)/v3/apps/\(app.guid)"
        return Answer.json(200) { writer in
            writer.object { writer in
                writer.object("data") { $0.text("guid", droplet.guid) }
                writer.object("links") { writer in
                    writer.link("self", url + "/relationships/current_droplet")
                    writer.link("related", url + "/droplets/current")
                }
            }
        }
    }

    /// `PATCH /v3/droplets/:guid` (`cloud_controller_ng app/controllers/v3/droplets_controller.rb#update`).
    ///
    /// A body with `image` needs a scope instead of a role, and no check of a suspended organization is made.
    func updateDroplet(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["metadata", "image"])
        let image = call.body["image"]
        if let image, !image.isNull, image.text == nil { rules.messages.append("Image must be a string") }
        let change = try MetadataChange(call.body, messages: &rules.messages)
        try rules.requireNone()
        let (droplet, space) = try readableDroplet(call)
        if image == nil {
            try requireWritable(space, by: .developer, call)
        } else {
            guard call.identity.updatesBuildState else { throw .notAuthorized }
            // the action refuses with an error that nothing translates
            guard droplet.state == "STAGED", droplet.lifecycle == .docker else { throw .unknownError }
            if image?.text?.utf8.contains(0) == true { throw .unknownError }
        }
        let metadata = try change.applied(to: droplet.metadata)
        let now = now
        droplets.update(droplet.guid) { row in
            row.metadata = metadata
            if let image { row.image = image.text.map { Text($0) } }
            row.updatedAt = now
        }
        return answer(droplet.guid)
    }

    private func readableDroplet(_ call: Call) throws(Refusal) -> (DropletRow, SpaceRow) {
        guard let droplet = droplets[call.parameter("guid")] else { throw .notFound("Droplet") }
        let (_, space) = try readableApp(droplet.appGUID, call, as: "Droplet")
        return (droplet, space)
    }

    private func answer(_ guid: String, hidden: String? = nil) -> Answer {
        Answer.json(200) { writer in
            if let row = droplets[guid] { write(row, hidden: hidden, to: &writer) }
        }
    }
}
