import Diagnostics

// cloud_controller_ng app/actions/droplet_copy.rb
extension Store {
    /// `POST /v3/droplets?source_guid=`: a droplet like another, staged at once; labels are not copied.
    func copyDroplet(_ call: Call) throws(Refusal) -> Answer {
        // droplets to upload are not made here
        guard let sourceGUID = call.query.text("source_guid") else { throw .unknownRequest }
        var rules = BodyRules(call.body)
        rules.allowOnly(["relationships"])
        rules.guid("Relationships App guid", call.body["relationships"]?["app"]?["data"]?["guid"])
        try rules.requireNone()
        guard let source = droplets[sourceGUID] else { throw .notFound("Droplet") }
        _ = try readableApp(source.appGUID, call, as: "Droplet")
        let guid = call.body["relationships"]?["app"]?["data"]?["guid"]?.text ?? ""
        let (app, space) = try readableApp(guid, call)
        try requireWritable(space, by: .developer, call)
        guard source.state == "STAGED" else { throw .unprocessable("source droplet is not staged") }
        let row = DropletRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            state: "STAGED",
            error: nil,
            lifecycle: source.lifecycle,
            image: source.image,
            checksum: source.checksum,
            executionMetadata: source.executionMetadata,
            processTypes: source.processTypes,
            user: source.user,
            buildpacks: source.buildpacks,
            appGUID: app.guid,
            packageGUID: nil,
            metadata: Metadata()
        )
        droplets.insert(row)
        record(
            "audit.app.droplet.create",
            app: app.guid,
            ["droplet_guid": .text(row.guid), "request": ["source_droplet_guid": .text(source.guid)]],
            call
        )
        return Answer.json(201) { write(row, to: &$0) }
    }
}
