import Diagnostics
import Reconciliation

/// Puts rows of different lists together: what belongs to which app, and which app to which space.
struct Assembly {
    private let found: Found
    private var apps: [ObservedApp]
    private let indices: [String: Int]

    init(_ found: Found) {
        self.found = found
        apps = found.apps.map(\.wire.app)
        var indices: [String: Int] = [:]
        for (index, app) in apps.enumerated() { indices[app.guid] = index }
        self.indices = indices
    }

    /// One process a type counts, the last in the server's order, which is the newest: a rolling deployment makes a second
    /// web process (`cloud_controller_ng app/fetchers/process_fetcher.rb`).
    mutating func add(_ processes: [WireProcess]) {
        var places: [Int: [Text: Int]] = [:]
        for row in processes {
            guard let app = indices[row.appGUID] else { continue }
            if let place = places[app]?[row.process.type] {
                apps[app].olderProcesses.append(apps[app].processes[place])
                apps[app].processes[place] = row.process
            } else {
                places[app, default: [:]][row.process.type] = apps[app].processes.count
                apps[app].processes.append(row.process)
            }
        }
    }

    /// The server's filter ignores case; only tasks of exactly the declared names stay.
    mutating func add(_ tasks: [WireTask]) {
        let declared = found.apps.map { Set($0.declaration.observedTasks.map(\.name)) }
        var seen: Set<String> = []
        for row in tasks {
            guard let app = indices[row.task.appGUID], declared[app].contains(row.task.name),
                seen.insert(row.task.guid).inserted
            else { continue }
            apps[app].tasks.append(row.task)
        }
        for index in apps.indices { apps[index].tasks.sort { $0.sequenceID < $1.sequenceID } }
    }

    mutating func add(_ droplets: [WireDroplet]) {
        var byGUID: [String: ObservedDroplet] = [:]
        for row in droplets { byGUID[row.droplet.guid] = row.droplet }
        for index in apps.indices { apps[index].droplet = apps[index].currentDropletGUID.flatMap { byGUID[$0] } }
    }

    mutating func add(_ staging: Observation.Staging) {
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

    mutating func add(_ deployments: [WireDeployment]) {
        for row in deployments {
            guard let app = row.appGUID.flatMap({ indices[$0] }) else { continue }
            apps[app].deployments.append(row.deployment)
        }
    }

    /// The spaces with their apps, in the server's order, and the caller's roles.
    func spaces(_ spaces: [ObservedSpace], roles: [WireRole]) -> [ObservedSpace] {
        var roleNames: [String: Set<String>] = [:]
        for role in roles {
            guard let space = role.spaceGUID else { continue }
            roleNames[space, default: []].insert(role.type)
        }
        var appsOfSpace: [String: [ObservedApp]] = [:]
        for (index, app) in apps.enumerated() { appsOfSpace[found.apps[index].wire.spaceGUID, default: []].append(app) }
        return spaces.map { space in
            var filled = space
            filled.roles = roleNames[space.guid] ?? []
            filled.apps = appsOfSpace[space.guid] ?? []
            return filled
        }
    }
}
