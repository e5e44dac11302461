import Diagnostics
import Reconciliation

/// Single reads, for what lists hide.
extension Observation {
    /// A process whose command is declared; its place in the state.
    private struct HiddenCommand: Sendable {
        let space: Int
        let app: Int
        let process: Int
        let observed: ObservedProcess
        let appGUID: String
    }

    /// An app of which a field is to be cleared; whether it is clear already shows only beside the droplet's own values.
    private struct ClearedField: Sendable {
        let space: Int
        let app: Int
        let appGUID: String
    }

    func fillDetails(_ state: inout ObservedState, _ needs: Needs) async throws(PlatformError) {
        var commands: [HiddenCommand] = []
        var cleared: [ClearedField] = []
        for (spaceIndex, space) in state.spaces.enumerated() {
            for (appIndex, app) in space.apps.enumerated() {
                guard let declaration = needs.declaration(of: app.name, inSpace: space.guid) else { continue }
                commands += hiddenCommands(of: app, declaration, space: spaceIndex, app: appIndex)
                guard clearsDetected(declaration, of: app) else { continue }
                cleared.append(ClearedField(space: spaceIndex, app: appIndex, appGUID: app.guid))
            }
        }
        try await fillBringers(&state, needs)
        let (hidden, clearing) = (commands, cleared)
        async let droplets = attempted { () async throws(PlatformError) in try await readDroplets(clearing) }
        let processes = try await parallelMap(hidden) { (hidden) async throws(PlatformError) in
            try await attempted { () async throws(PlatformError) in try await read(hidden) }.ofOneList()
        }
        for (place, process) in zip(hidden, processes) {
            switch process {
            case .success(nil): break
            case .success(let process?): state.spaces[place.space].apps[place.app].processes[place.process] = process
            case .failure(let error): state.spaces[place.space].apps[place.app].unseen[.processes] = error
            }
        }
        for (place, droplet) in zip(clearing, try await droplets.get()) {
            switch droplet {
            case .success(nil): break
            case .success(let droplet?):
                state.spaces[place.space].apps[place.app].droplet = droplet
                state.spaces[place.space].apps[place.app].currentDropletGUID = droplet.guid
            case .failure(let error): state.spaces[place.space].apps[place.app].unseen[.droplet] = error
            }
        }
    }

    /// What a droplet brings that was staged for an app which lacks declared types.
    private func fillBringers(_ state: inout ObservedState, _ needs: Needs) async throws(PlatformError) {
        var places: [(space: Int, app: Int, droplet: ObservedDroplet)] = []
        for (spaceIndex, space) in state.spaces.enumerated() {
            for (appIndex, app) in space.apps.enumerated() {
                guard let declaration = needs.declaration(of: app.name, inSpace: space.guid),
                    case .text(let image) = declaration.restagedImage?.value,
                    let droplet = app.staging.droplet(of: image, besides: app.currentDropletGUID),
                    droplet.detectedCommands == nil
                else { continue }
                let types = Set(app.processes.map(\.type))
                if declaration.processes.allSatisfy({ types.contains($0.type) }) { continue }
                places.append((spaceIndex, appIndex, droplet))
            }
        }
        let paths = places.map { "/v3/droplets/\(PercentEncoding.once($0.droplet.guid))" }
        let droplets = try await parallelMap(paths) { (path) async throws(PlatformError) in
            try await attempted { () async throws(PlatformError) in
                try await client.getIfPresent(path, as: WireDroplet.self)
            }.ofOneList()
        }
        for (place, droplet) in zip(places, droplets) {
            guard case .success(let found?) = droplet else { continue }
            state.spaces[place.space].apps[place.app].staging.show(found.droplet)
        }
    }

    private func hiddenCommands(
        of app: ObservedApp,
        _ declaration: DesiredApp,
        space: Int,
        app appIndex: Int
    ) -> [HiddenCommand] {
        let types = Set(
            declaration.processes.filter { $0.fields.contains { $0.field == .command } }.map(\.type)
        )
        guard !types.isEmpty else { return [] }
        return app.processes.enumerated().filter { types.contains($0.element.type) }
            .map { index, process in
                HiddenCommand(space: space, app: appIndex, process: index, observed: process, appGUID: app.guid)
            }
    }

    private func clearsDetected(_ declaration: DesiredApp, of app: ObservedApp) -> Bool {
        guard app.currentDropletGUID != nil else { return false }
        return declaration.processes.flatMap(\.fields).contains { declared in
            declared.value == .null
                && (declared.field == .command || declared.field == .user && app.lifecycle == .docker)
        }
    }

    /// A process that a deployment has replaced meanwhile is looked up again by its type; nil when it is gone.
    private func read(_ hidden: HiddenCommand) async throws(PlatformError) -> ObservedProcess? {
        let single = "/v3/processes/\(PercentEncoding.once(hidden.observed.guid))"
        if let process = try await client.getIfPresent(single, as: WireProcess.self) { return process.process }
        return try await client.newestProcess(ofApp: hidden.appGUID, type: hidden.observed.type)
    }

    private func readDroplets(
        _ places: [ClearedField]
    ) async throws(PlatformError) -> [Result<ObservedDroplet?, PlatformError>] {
        try await parallelMap(places) { (place) async throws(PlatformError) in
            try await attempted { () async throws(PlatformError) in
                try await client.currentDroplet(ofApp: place.appGUID)
            }.ofOneList()
        }
    }
}
