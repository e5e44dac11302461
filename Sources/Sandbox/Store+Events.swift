extension Store {
    /// Writes an audit event; all of them have the app as their target (`cloud_controller_ng app/repositories/`).
    func record(_ type: String, app guid: String, _ data: JSONValue, _ call: Call) {
        record(type, app: guid, data, by: call.identity)
    }

    /// Writes an audit event of what someone set going before.
    func record(_ type: String, app guid: String, _ data: JSONValue, by identity: Identity) {
        guard let app = apps[guid], let space = space(of: app) else { return }
        let event = EventRow(
            guid: makeGUID(),
            createdAt: now,
            type: type,
            actorGUID: identity.userGUID,
            actorType: "user",
            actorName: identity.email,
            appGUID: app.guid,
            appName: app.name,
            data: data,
            spaceGUID: space.guid,
            organizationGUID: space.organizationGUID
        )
        events.insert(event)
    }
}
