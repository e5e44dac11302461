import Diagnostics
import Reconciliation

/// Puts rows of different lists together: what belongs to which app, and which app to which space.
struct Assembly {
    private let found: Found
    private var apps: [ObservedApp]
    private let indices: [String: Int]

    init(_ found: Found) {
        self.found = found
        apps = found.apps.map { found in
            var app = found.wire.app
            app.spaceGUID = found.wire.spaceGUID
            return app
        }
        var indices: [String: Int] = [:]
        for (index, app) in apps.enumerated() { indices[app.guid] = index }
        self.indices = indices
    }

    /// One process a type counts, the last in the server's order, which is the newest: a rolling deployment makes a second
    /// web process (`cloud_controller_ng app/fetchers/process_fetcher.rb`).
    mutating func add(_ processes: Sighting<WireProcess>) {
        var places: [Int: [Text: Int]] = [:]
        for row in processes.rows {
            guard let app = indices[row.appGUID] else { continue }
            if let place = places[app]?[row.process.type] {
                apps[app].olderProcesses.append(apps[app].processes[place])
                apps[app].processes[place] = row.process
            } else {
                places[app, default: [:]][row.process.type] = apps[app].processes.count
                apps[app].processes.append(row.process)
            }
        }
        note(processes.unseen, as: .processes)
    }

    mutating func add(_ tasks: Sighting<WireTask>) {
        add(tasks.rows)
        note(tasks.unseen, as: .tasks)
    }

    /// The server's filter ignores case; only tasks of exactly the declared names stay.
    mutating func add(_ tasks: [WireTask]) {
        let declared = found.apps.map { Set($0.declaration.observedTasks.map(\.name)) }
        var seen = Set(apps.flatMap { $0.tasks.map(\.guid) })
        for row in tasks {
            guard let app = indices[row.task.appGUID], declared[app].contains(row.task.name),
                seen.insert(row.task.guid).inserted
            else { continue }
            apps[app].tasks.append(row.task)
        }
        for index in apps.indices { apps[index].tasks.sort { $0.sequenceID < $1.sequenceID } }
    }

    /// Labels of declared runs that no row carries, with the apps' guids.
    var unseenRuns: [(app: String, label: String)] {
        zip(found.apps, apps).flatMap { found, app in
            app.labelsOfUnseenRuns(found.declaration).map { (app.guid, $0) }
        }
    }

    /// Names of tasks to cancel of which there is no row, with the apps' guids.
    var unseenCancels: [(app: String, name: String)] {
        zip(found.apps, apps).flatMap { found, app in
            let seen = Set(app.tasks.map(\.name))
            return found.declaration.tasks.filter { $0.canceled?.value == true && !seen.contains($0.name) }
                .map { (app.guid, $0.name.string) }
        }
    }

    mutating func add(_ droplets: Sighting<WireDroplet>) {
        add(droplets.rows)
        for index in apps.indices {
            guard let guid = apps[index].currentDropletGUID, let error = droplets.unseen[guid] else { continue }
            apps[index].unseen[.droplet] = error
        }
    }

    mutating func add(_ droplets: [WireDroplet]) {
        var byGUID: [String: ObservedDroplet] = [:]
        for row in droplets { byGUID[row.droplet.guid] = row.droplet }
        for index in apps.indices { apps[index].droplet = apps[index].currentDropletGUID.flatMap { byGUID[$0] } }
    }

    private mutating func note(_ errors: [String: PlatformError], as part: ObservedApp.Part) {
        for (guid, error) in errors { if let index = indices[guid] { apps[index].unseen[part] = error } }
    }

    mutating func add(_ staging: Observation.Staging) {
        note(staging.unseen, as: .staging)
        for row in staging.packages {
            if let app = row.appGUID.flatMap({ indices[$0] }) { apps[app].staging.packages.append(row.package) }
        }
        for row in staging.builds {
            if let app = row.appGUID.flatMap({ indices[$0] }) { apps[app].staging.builds.append(row.build) }
        }
        for row in staging.droplets {
            if let app = row.appGUID.flatMap({ indices[$0] }) { apps[app].staging.droplets.append(row.droplet) }
        }
    }

    mutating func add(_ deployments: Sighting<WireDeployment>) {
        note(deployments.unseen, as: .deployments)
        for row in deployments.rows {
            guard let app = row.appGUID.flatMap({ indices[$0] }) else { continue }
            apps[app].deployments.append(row.deployment)
        }
    }

    /// The spaces with their apps, in the server's order, and the caller's roles; nil where they are not known.
    func spaces(_ spaces: [ObservedSpace], roles: [WireRole]?) -> [ObservedSpace] {
        var roleNames: [String: Set<String>] = [:]
        for role in roles ?? [] {
            guard let space = role.spaceGUID else { continue }
            roleNames[space, default: []].insert(role.type)
        }
        var appsOfSpace: [String: [ObservedApp]] = [:]
        for (index, app) in apps.enumerated() { appsOfSpace[found.apps[index].wire.spaceGUID, default: []].append(app) }
        return spaces.map { space in
            var filled = space
            filled.roles = roles == nil ? nil : roleNames[space.guid] ?? []
            filled.apps = appsOfSpace[space.guid] ?? []
            return filled
        }
    }
}
