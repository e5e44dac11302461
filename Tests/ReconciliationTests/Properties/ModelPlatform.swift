import Diagnostics
import Reconciliation

/// A platform in memory that merges what it is sent, the way the server does.
actor ModelPlatform: Platform {
    var state: ObservedState
    private(set) var sent: [Request] = []

    init(_ state: ObservedState) {
        self.state = state
    }

    /// The first app of the first space.
    var app: ObservedApp { state.spaces[0].apps[0] }

    /// Changes that app, past whoever applies.
    func change(_ body: (inout ObservedApp) -> Void) { body(&state.spaces[0].apps[0]) }

    func send(_ request: Request) async throws(PlatformError) -> Answer {
        sent.append(request)
        // What is sent is not masked.
        let request = Request(request.kind, path: request.path, body: request.body?.revealed)
        for space in state.spaces.indices {
            for app in state.spaces[space].apps.indices {
                if let answer = change(&state.spaces[space].apps[app], by: request) { return answer }
            }
        }
        var error = PlatformError(.rejected)
        error.status = 404
        throw error
    }

    private func change(_ app: inout ObservedApp, by request: Request) -> Answer? {
        let parts = request.path.split(separator: "/").map(String.init)
        if let answer = stage(&app, by: request) { return answer }
        guard parts.count >= 3 || request.kind == .createDeployment else { return nil }
        switch request.kind {
        case .patchApp where parts[2] == app.guid:
            merge(request.body, into: &app.fields)
            return .app(app.fields)
        case .patchProcess, .scaleProcess:
            guard let index = app.processes.firstIndex(where: { $0.guid == parts[2] }) else { return nil }
            merge(request.body, into: &app.processes[index].fields)
            forgetEndpoints(request.body, in: &app.processes[index].fields)
            if app.processes[index].fields[.command] == .value(.null) {
                app.processes[index].fields[.command] = .value(.text(detected(app, app.processes[index].type)))
            }
            return .process(app.processes[index])
        case .patchDroplet where parts[2] == app.droplet?.guid:
            guard var droplet = app.droplet else { return nil }
            merge(request.body, into: &droplet.fields)
            app.droplet = droplet
            return .droplet(droplet)
        case .createTask where parts[2] == app.guid:
            return .task(create(request.body, in: &app))
        case .patchTask, .cancelTask:
            guard let index = app.tasks.firstIndex(where: { $0.guid == parts[2] }) else { return nil }
            merge(request.body, into: &app.tasks[index].fields)
            if request.kind == .cancelTask { app.tasks[index].state = .canceling }
            return .task(app.tasks[index])
        case .restartApp where parts[2] == app.guid:
            restart(&app, isRolling: false)
            return .app(app.fields)
        case .createDeployment where request.body?["relationships"]?["app"]?["data"]?["guid"] == .text(Text(app.guid)):
            assign(request.body?["droplet"]?["guid"], in: &app)
            restart(&app, isRolling: true)
            var deployment = ObservedDeployment(guid: "deployment", reason: "DEPLOYED", createdAt: "now")
            deployment.isActive = false
            return .deployment(deployment)
        case .patchApp, .patchDroplet, .createTask, .awaitTask, .restartApp, .createDeployment, .cancelDeployment,
            .terminateInstance, .createPackage, .createBuild, .assignDroplet, .awaitBuild, .takeDroplet,
            .createProcess:
            return nil
        }
    }

    /// Every process gets another version, and a rolling deployment makes a new web process with what the old one had.
    private func restart(_ app: inout ObservedApp, isRolling: Bool) {
        for index in app.processes.indices {
            app.processes[index].version = (app.processes[index].version ?? "") + "+"
            if isRolling, app.processes[index].type == "web" { app.processes[index].guid += "+" }
        }
    }

    private func detected(_ app: ObservedApp, _ type: Text) -> Text { app.droplet?.detectedCommands?[type] ?? "" }

    private func create(_ body: JSON?, in app: inout ObservedApp) -> ObservedTask {
        guard case .text(let name) = body?["name"] ?? .null, case .text(let droplet) = body?["droplet_guid"] ?? .null
        else {
            fatalError("a task without a name or droplet")
        }
        let sequence = (app.tasks.map(\.sequenceID).max() ?? 0) + 1
        var task = ObservedTask(
            guid: "\(app.guid)-task-\(sequence)",
            appGUID: app.guid,
            name: name,
            sequenceID: sequence,
            state: .running,
            createdAt: "now"
        )
        task.dropletGUID = droplet.string
        merge(body, into: &task.fields)
        app.tasks.append(task)
        return task
    }

    /// Leaving http makes the server forget the endpoint.
    private func forgetEndpoints(_ body: JSON?, in fields: inout ObservedFields) {
        for (name, check) in [
            ("health_check", Field.healthCheck), ("readiness_health_check", Field.readinessHealthCheck),
        ] {
            guard let type = body?[Text(name)]?["type"], type != "http" else { continue }
            fields[check(.endpoint)] = nil
        }
    }

    func merge(_ body: JSON?, into fields: inout ObservedFields) {
        guard case .object(let members) = body else { return }
        for member in members where member.name == "metadata" {
            for (group, field) in [("labels", Field.label), ("annotations", Field.annotation)] {
                guard case .object(let entries) = member.value[Text(group)] ?? .null else { continue }
                for entry in entries { fields[field(entry.name)] = value(entry.value).map { .value($0) } }
            }
        }
        for field in Field.ofProcess + [.image] {
            guard let sent = at(field.definition.path, in: body) else { continue }
            fields[field] = .value(value(sent) ?? .null)
        }
    }

    private func at(_ path: [String], in body: JSON?) -> JSON? {
        path.reduce(body) { $0?[Text($1)] }
    }

    private func value(_ json: JSON) -> FieldValue? {
        switch json {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .masked(let secret, _): value(secret)
        case .null, .bool, .symbol, .template, .list, .object: nil
        }
    }

    func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState { state }

    var apps: [ObservedApp] { state.spaces.flatMap(\.apps) }

    func app(_ guid: String) async throws(PlatformError) -> ObservedApp? { apps.first { $0.guid == guid } }

    func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        apps.first { $0.guid == appGUID }?.processes.first { $0.type == type }
    }

    func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] {
        apps.first { $0.guid == appGUID }?.processes ?? []
    }

    func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance] {
        [ObservedInstance(index: 0, state: "RUNNING")]
    }

    /// Looking at a deployment again finds that it has ended.
    func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment? {
        for space in state.spaces.indices {
            for app in state.spaces[space].apps.indices { state.spaces[space].apps[app].deployments = [] }
        }
        return nil
    }

    func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment] { [] }

    func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? {
        apps.first { $0.guid == appGUID }?.droplet
    }

    func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? {
        apps.flatMap { [$0.droplet].compactMap(\.self) + $0.staging.droplets }.first { $0.guid == guid }
    }

    func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        let label = ObservedValue.value(.text(Text(fingerprint)))
        return apps.first { $0.guid == appGUID }?.tasks.filter { $0.fields[.label(RunLabel.run)] == label } ?? []
    }

    func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask] {
        apps.first { $0.guid == appGUID }?.tasks.filter { $0.name == name } ?? []
    }

    /// Looking at a run again finds that it has ended.
    func task(_ guid: String) async throws(PlatformError) -> ObservedTask? {
        for space in state.spaces.indices {
            for app in state.spaces[space].apps.indices {
                guard let index = state.spaces[space].apps[app].tasks.firstIndex(where: { $0.guid == guid }) else {
                    continue
                }
                if !state.spaces[space].apps[app].tasks[index].state.isTerminal {
                    state.spaces[space].apps[app].tasks[index].state = .succeeded
                }
                return state.spaces[space].apps[app].tasks[index]
            }
        }
        return nil
    }
}

extension JSON {
    fileprivate var revealed: JSON {
        switch self {
        case .null, .bool, .number, .text, .symbol, .template: self
        case .masked(let secret, _): secret
        case .list(let elements): .list(elements.map(\.revealed))
        case .object(let members): .object(members.map { JSON.Member($0.name, $0.value.revealed) })
        }
    }
}
