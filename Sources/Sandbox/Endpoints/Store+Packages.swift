import Diagnostics

// cloud_controller_ng app/controllers/v3/packages_controller.rb, app/messages/package_create_message.rb
extension Store {
    /// `GET /v3/packages`, and with an app in the path only that app's.
    func listPackages(_ call: Call) throws(Refusal) -> Answer {
        guard let guid = call.parameters["guid"] else {
            let query = try ListQuery(call, .packages)
            return listPackages("/v3/packages", query, appFilter(query, call))
        }
        let query = try ListQuery(call, .packages.refusing(["app_guids", "space_guids", "organization_guids"]))
        let (app, _) = try readableApp(guid, call)
        return listPackages("/v3/apps/\(app.guid)/packages", query, [app.guid])
    }

    private func listPackages(_ path: String, _ query: ListQuery, _ parents: [String]?) -> Answer {
        list(Listing(path: path, query: query, table: packages, parents: parents, rowSize: 700)) { row in
            query.accepts("states", Text(row.state)) && query.accepts("types", Text(row.type))
        } write: {
            write($0, to: &$1)
        }
    }

    func getPackage(_ call: Call) throws(Refusal) -> Answer {
        let row = try readablePackage(call)
        return Answer.json(200) { write(row, to: &$0) }
    }

    /// `GET /v3/packages/:guid/droplets`.
    func listPackageDroplets(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .packageDroplets)
        let package = try readablePackage(call)
        let path = "/v3/packages/\(package.guid)/droplets"
        return list(Listing(path: path, query: query, table: droplets, parents: [package.appGUID])) { row in
            row.packageGUID == package.guid && row.state != "STAGING" && query.accepts("states", Text(row.state))
        } write: {
            write($0, hidden: Hidden.inLists, to: &$1)
        }
    }

    /// `POST /v3/packages`: a docker package is ready at once, whatever its image is called.
    func createPackage(_ call: Call) throws(Refusal) -> Answer {
        let message = try PackageMessage(call.body)
        guard let app = apps[message.appGUID], let space = space(of: app), access(call).canRead(space) else {
            throw .unprocessable("App is invalid. Ensure it exists and you have access to it.")
        }
        try requireWritable(space, by: .developer, call)
        switch (message.type, app.lifecycle) {
        case ("bits", .docker): throw .unprocessable("Cannot create bits package for a Docker app.")
        case ("docker", .buildpack): throw .unprocessable("Cannot create Docker package for a buildpack app.")
        default: break
        }
        let row = PackageRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            type: message.type,
            state: message.type == "docker" ? "READY" : "AWAITING_UPLOAD",
            image: message.image.map { Text($0) },
            userName: message.userName,
            hasPassword: message.hasPassword,
            appGUID: app.guid,
            metadata: try message.metadata.applied(to: Metadata())
        )
        packages.insert(row)
        var request = call.body
        if message.type == "docker", var data = request["data"]?.object {
            // written whether one came along or not
            data["password"] = "***"
            request["data"] = .object(data)
        }
        record(
            "audit.app.package.create",
            app: app.guid,
            ["package_guid": .text(row.guid), "request": .object(request)],
            call
        )
        return Answer.json(201) { write(row, to: &$0) }
    }

    private func readablePackage(_ call: Call) throws(Refusal) -> PackageRow {
        guard let row = packages[call.parameter("guid")] else { throw .notFound("Package") }
        _ = try readableApp(row.appGUID, call, as: "Package")
        return row
    }
}

/// The checked body of a new package.
private struct PackageMessage {
    let type: String
    let appGUID: String
    let image: String?
    let userName: String?
    let hasPassword: Bool
    let metadata: MetadataChange

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly(["relationships", "type", "data", "metadata"])
        type = body["type"]?.text ?? ""
        if !["bits", "docker"].contains(type) { rules.messages.append("Type must be one of 'bits, docker'") }
        appGUID = body["relationships"]?["app"]?["data"]?["guid"]?.text ?? ""
        if body["relationships"]?.object == nil {
            rules.messages.append("Relationships 'relationships' is not an object")
        }
        let data = body["data"] ?? .object(JSONObject())
        if type == "docker" { rules.messages += PackageMessage.messages(about: data) }
        metadata = try MetadataChange(body, messages: &rules.messages)
        try rules.requireNone()
        image = type == "docker" ? data["image"]?.text : nil
        userName = data["username"]?.text
        hasPassword = data["password"]?.text != nil
    }

    private static func messages(about data: JSONValue) -> [String] {
        guard let object = data.object else { return ["Data must be an object"] }
        var messages: [String] = []
        let unknown = object.names.filter { !["image", "username", "password"].contains($0) }
        if !unknown.isEmpty {
            messages.append("Data Unknown field(s): " + unknown.map { "'\($0)'" }.joined(separator: ", "))
        }
        let image = object["image"] ?? .null
        if image.text == nil { messages.append("Data Image must be a string") }
        if image.isNull || image.text?.isEmpty == true { messages.append("Data Image required") }
        for (key, label) in [("username", "Username"), ("password", "Password")] {
            if let value = object[key], !value.isNull, value.text == nil {
                messages.append("Data \(label) must be a string")
            }
        }
        return messages
    }
}
