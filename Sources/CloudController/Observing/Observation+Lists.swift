import Diagnostics
import Reconciliation

/// The lists of one observation.
extension Observation {
    /// Processes and tasks of the apps.
    struct Related: Sendable {
        let processes: [WireProcess]
        let tasks: [WireTask]
    }

    func apps(_ needs: Needs) async throws(PlatformError) -> [WireApp] {
        var filters = [ListQuery.Filter("space_guids", needs.spaceGUIDs)]
        if !needs.isBulk { filters.append(.init("names", needs.appNames)) }
        return try await client.list(ListQuery("/v3/apps", filters), of: WireApp.self)
    }

    /// By spaces, at the same time as their apps; nil when only few apps are declared.
    func relatedInBulk(_ needs: Needs) async throws(PlatformError) -> Related? {
        guard needs.isBulk else { return nil }
        return try await related(.init("space_guids", needs.spaceGUIDs), needs)
    }

    func related(_ filter: ListQuery.Filter, _ needs: Needs) async throws(PlatformError) -> Related {
        async let tasks = attempted { () async throws(PlatformError) in
            try await client.list(ListQuery("/v3/tasks", [filter, .init("names", needs.taskNames)]), of: WireTask.self)
        }
        let processes = try await client.list(ListQuery("/v3/processes", [filter]), of: WireProcess.self)
        return Related(processes: processes, tasks: try await tasks.get())
    }

    /// By guid; where that would be many requests, whole spaces are read first.
    func droplets(_ found: Found, _ needs: Needs) async throws(PlatformError) -> [WireDroplet] {
        var wanted = Set(found.dropletGUIDs)
        var rows: [WireDroplet] = []
        if wanted.count > Observation.fewDroplets {
            rows = try await client.list(
                ListQuery("/v3/droplets", [.init("space_guids", needs.spaceGUIDs), .init("states", ["STAGED"])]),
                of: WireDroplet.self
            )
            wanted.subtract(rows.map(\.droplet.guid))
        }
        return rows
            + (try await client.list(ListQuery("/v3/droplets", [.init("guids", wanted.sorted())]), of: WireDroplet.self))
    }

    /// Every deployment that is ACTIVE: one small list, where filters by app would be many requests.
    func deployments(_ needs: Needs) async throws(PlatformError) -> [WireDeployment] {
        guard !needs.spaceGUIDs.isEmpty else { return [] }
        return try await client.list(
            ListQuery("/v3/deployments", [.init("status_values", ["ACTIVE"])]),
            of: WireDeployment.self
        )
    }

    /// The caller's own roles in the spaces; admins have none.
    func roles(in spaces: [ObservedSpace]) async throws(PlatformError) -> [WireRole] {
        guard let userGUID else { return [] }
        let query = ListQuery(
            "/v3/roles",
            [.init("space_guids", spaces.map(\.guid)), .init("user_guids", [userGUID])]
        )
        return try await client.list(query, of: WireRole.self)
    }
}
