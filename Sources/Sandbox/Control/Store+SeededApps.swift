import Diagnostics
import YAML

// Apps that come and go while the sandbox runs.
extension Store {
    /// `POST /sandbox/apps`: an app as in a seed, with the guid of its space.
    func addApp(_ request: IncomingRequest) -> Answer {
        let parsed = YAML.parse(String(decoding: request.body, as: UTF8.self), file: "-")
        guard parsed.diagnostics.isEmpty, let document = parsed.documents.first else {
            return refuse(parsed.diagnostics.first?.message ?? "expected a space and an app")
        }
        var reader = SeedReader()
        let kind = SeedKind(
            "new_app",
            [
                SeedKey("space", .text, isRequired: true),
                SeedKey("app", .mapping(SeedLanguage.app), isRequired: true),
            ]
        )
        let value = reader.read(document, as: .mapping(kind), at: "the document").map(SeedValue.init)
        guard let value, reader.diagnostics.isEmpty else {
            return refuse(reader.diagnostics.map(\.message).joined(separator: "; "))
        }
        let space = value["space"].text ?? ""
        guard spaces[space] != nil else { return refuse("there is no space `\(space)`") }
        let app = Seed.App(value["app"])
        guard app.identity.guid.map({ apps[$0] == nil }) ?? true else { return refuse("the app is there already") }
        add(app, to: space)
        return .empty
    }

    private func add(_ app: Seed.App, to space: String) {
        var filler = StoreFiller(guids: guids, now: now)
        (filler.apps, filler.processes, filler.droplets) = (apps, processes, droplets)
        (filler.tasks, filler.deployments, filler.tasksInFlight) = (tasks, deployments, tasksInFlight)
        (filler.revisions, filler.packages) = (revisions, packages)
        filler.deploymentsInFlight = deploymentsInFlight
        filler.addApp(app, to: space)
        guids = filler.guids
        (apps, processes, droplets) = (filler.apps, filler.processes, filler.droplets)
        (tasks, deployments, tasksInFlight) = (filler.tasks, filler.deployments, filler.tasksInFlight)
        (revisions, packages) = (filler.revisions, filler.packages)
        deploymentsInFlight = filler.deploymentsInFlight
    }

    /// `DELETE /sandbox/apps/:guid`: the app and all that belongs to it.
    func removeApp(_ guid: String) -> Answer {
        guard apps[guid] != nil else { return refuse("there is no app `\(guid)`", status: 404) }
        for row in processes.rows(ofParent: guid) { processes.remove(row.guid) }
        for row in droplets.rows(ofParent: guid) { droplets.remove(row.guid) }
        for row in tasks.rows(ofParent: guid) { tasks.remove(row.guid) }
        for row in deployments.rows(ofParent: guid) { deployments.remove(row.guid) }
        for row in packages.rows(ofParent: guid) { packages.remove(row.guid) }
        for row in builds.rows(ofParent: guid) { builds.remove(row.guid) }
        for row in revisions.rows(ofParent: guid) { revisions.remove(row.guid) }
        apps.remove(guid)
        return .empty
    }
}
