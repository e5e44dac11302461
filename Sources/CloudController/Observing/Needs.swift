import Diagnostics
import Reconciliation

/// What the declarations need of the spaces that were found.
struct Needs: Sendable {
    /// Declared apps by space guid and by name without regard to case, as the server compares app names.
    private let apps: [String: [Text: DesiredApp]]
    let spaceGUIDs: [String]
    /// Every declared app's name once.
    let appNames: [String]
    /// Every declared task's name once.
    let taskNames: [String]
    /// So many apps are declared that whole spaces are read.
    let isBulk: Bool

    init(_ desired: DesiredState, in spaces: [ObservedSpace]) {
        var guids: [[Text]: String] = [:]
        for space in spaces { guids[[space.organization.caseFolded, space.name.caseFolded]] = space.guid }
        var apps: [String: [Text: DesiredApp]] = [:]
        var appNames: Set<Text> = []
        var taskNames: Set<Text> = []
        var count = 0
        for space in desired.spaces {
            let names = [space.organization.value.caseFolded, space.space.value.caseFolded]
            guard let guid = guids[names] else { continue }
            for app in space.apps {
                apps[guid, default: [:]][app.name.caseFolded] = app
                appNames.insert(app.name)
                for task in app.observedTasks { taskNames.insert(task.name) }
                count += 1
            }
        }
        self.apps = apps
        self.appNames = appNames.sorted().map(\.string)
        self.taskNames = taskNames.sorted().map(\.string)
        isBulk = count > Observation.fewApps
        spaceGUIDs = apps.keys.sorted()
    }

    func declaration(of name: Text, inSpace guid: String) -> DesiredApp? {
        apps[guid]?[name.caseFolded]
    }

    /// Names of declared apps that are not among the rows of their space.
    func names(missingIn rows: [WireApp]) -> [String] {
        var missing = apps.mapValues { Set($0.keys) }
        for row in rows { missing[row.spaceGUID]?.remove(row.app.name.caseFolded) }
        let names = missing.flatMap { guid, names in names.compactMap { apps[guid]?[$0]?.name.string } }
        return Set(names).sorted()
    }

    /// How many apps are declared in the space.
    func count(inSpace guid: String) -> Int { apps[guid]?.count ?? 0 }
}

/// The declared apps that exist.
struct Found: Sendable {
    let apps: [(wire: WireApp, declaration: DesiredApp)]

    /// Every app of the list, declared or not.
    init(all rows: [WireApp]) {
        let start = SourcePosition(line: 1, column: 1)
        let nowhere = SourceRange(file: "", start: start, end: start)
        apps = rows.map { ($0, DesiredApp(name: $0.app.name, origin: nowhere)) }
    }

    /// Rows that no declaration names are dropped, and rows that two requests brought are taken once.
    init(_ rows: [WireApp], needs: Needs) {
        var seen: Set<String> = []
        apps = rows.compactMap { row in
            guard let declaration = needs.declaration(of: row.app.name, inSpace: row.spaceGUID),
                seen.insert(row.app.guid).inserted
            else { return nil }
            return (row, declaration)
        }
    }

    var guids: [String] { apps.map(\.wire.app.guid) }

    /// Apps of which the rows lack a declared type, or have none at all.
    func guids(lacking rows: [WireProcess]) -> [String] {
        var types: [String: Set<Text>] = [:]
        for row in rows { types[row.appGUID, default: []].insert(row.process.type) }
        return apps.compactMap { wire, declaration in
            guard let seen = types[wire.app.guid] else { return wire.app.guid }
            return declaration.processes.allSatisfy { seen.contains($0.type) } ? nil : wire.app.guid
        }
    }

    /// Apps whose image would be staged into a new droplet.
    var restagedGUIDs: [String] {
        apps.compactMap { wire, declaration in declaration.restagedImage == nil ? nil : wire.app.guid }
    }

    /// Current droplets that something declared is about.
    var dropletGUIDs: [String] {
        apps.compactMap { wire, declaration in
            // A manager may have left a record on a droplet that the manifest does not mention any more.
            let isNeeded =
                declaration.droplet != nil || declaration.manager != nil || declaration.restagedImage != nil
                || declaration.observedTasks.contains { $0.run == .oncePerDroplet }
            return isNeeded ? wire.app.currentDropletGUID : nil
        }
    }
}
