import Diagnostics
import Reconciliation

/// The lists of one observation.
///
/// A list that fails costs what needs it, and a row that breaks it costs its app. What a list of several pages does not hold
/// is asked for by itself: rows move from page to page while they are read.
extension Observation {
    /// Processes and tasks of the apps.
    struct Related: Sendable {
        var processes: Sighting<WireProcess>
        var tasks: Sighting<WireTask>
    }

    /// The lists of whole spaces, or why they failed.
    struct Bulk: Sendable {
        let processes: Result<Listing<WireProcess>, PlatformError>
        let tasks: Result<Listing<WireTask>, PlatformError>
    }

    func apps(_ needs: Needs) async throws(PlatformError) -> Sighting<WireApp> {
        let spaces = ListQuery.Filter("space_guids", needs.spaceGUIDs)
        let names = ListQuery.Filter("names", needs.appNames)
        let query = PartedQuery("/v3/apps", by: names, [spaces])
        var sighting = Sighting<WireApp>()
        if needs.isBulk {
            let whole = await attempted { () async throws(PlatformError) in
                try await client.listing(ListQuery("/v3/apps", [spaces]), of: WireApp.self)
            }
            switch whole {
            case .success(let listing): sighting = Sighting(listing)
            case .failure(let error):
                sighting = try await client.sight(query, after: error, isWhole: false, of: WireApp.self)
            }
        } else {
            sighting = try await client.sight(query, of: WireApp.self)
        }
        // Without any app nothing can be said of the others.
        if let error = sighting.unseen.first?.value, sighting.unseen.count == needs.appNames.count { throw error }
        guard sighting.isPaged else { return sighting }
        let missing = needs.names(missingIn: sighting.rows).filter { sighting.unseen[$0] == nil }
        let moved = try await client.sight(
            PartedQuery("/v3/apps", by: .init("names", missing), [spaces]),
            of: WireApp.self
        )
        sighting.add(moved)
        return sighting
    }

    /// By spaces, at the same time as their apps; nil when only few apps are declared.
    func relatedInBulk(_ needs: Needs) async -> Bulk? {
        guard needs.isBulk else { return nil }
        let spaces = ListQuery.Filter("space_guids", needs.spaceGUIDs)
        async let tasks = attempted { () async throws(PlatformError) in
            try await client.listing(
                ListQuery("/v3/tasks", [spaces, .init("names", needs.taskNames)]),
                of: WireTask.self
            )
        }
        let processes = await attempted { () async throws(PlatformError) in
            try await client.listing(ListQuery("/v3/processes", [spaces]), of: WireProcess.self)
        }
        return Bulk(processes: processes, tasks: await tasks)
    }

    func related(_ found: Found, _ needs: Needs, bulk: Bulk?) async throws(PlatformError) -> Related {
        let apps = ListQuery.Filter("app_guids", found.guids)
        async let tasks = attempted { () async throws(PlatformError) in
            try await sight(
                PartedQuery("/v3/tasks", by: apps, [.init("names", needs.taskNames)]),
                bulk: bulk?.tasks,
                of: WireTask.self
            )
        }
        var processes = try await sight(
            PartedQuery("/v3/processes", by: apps),
            bulk: bulk?.processes,
            of: WireProcess.self
        )
        if processes.isPaged {
            let lacking = found.guids(lacking: processes.rows).filter { processes.unseen[$0] == nil }
            let again = try await client.sight(
                PartedQuery("/v3/processes", by: .init("app_guids", lacking)),
                of: WireProcess.self
            )
            let asked = Set(lacking)
            processes.rows.removeAll { asked.contains($0.appGUID) }
            processes.add(again)
        }
        return Related(processes: processes, tasks: try await tasks.get())
    }

    /// What the list of whole spaces has shown, or the list by apps.
    private func sight<Row: Decodable & Sendable>(
        _ query: PartedQuery,
        bulk: Result<Listing<Row>, PlatformError>?,
        of type: Row.Type
    ) async throws(PlatformError) -> Sighting<Row> {
        switch bulk {
        case nil: try await client.sight(query, of: type)
        case .success(let listing): Sighting(listing)
        case .failure(let error): try await client.sight(query, after: error, isWhole: false, of: type)
        }
    }

    /// Runs of what is declared that no page held: by their labels, and what is to be canceled by its names.
    func missedRuns(
        of assembly: Assembly,
        _ tasks: Sighting<WireTask>
    ) async throws(PlatformError) -> Sighting<WireTask> {
        guard tasks.isPaged else { return Sighting() }
        let runs = assembly.unseenRuns.batches(of: Observation.fewRuns).map { batch in
            let labels = Set(batch.map(\.label)).sorted().joined(separator: ",")
            let selector = PercentEncoding.once("evenkeel.dev/run in (\(labels))")
            let apps = ListQuery.Filter("app_guids", Set(batch.map(\.app)).sorted())
            return PartedQuery("/v3/tasks", by: apps, fixed: "label_selector=\(selector)")
        }
        let canceled = assembly.unseenCancels.batches(of: Observation.fewRuns).map { batch in
            let apps = ListQuery.Filter("app_guids", Set(batch.map(\.app)).sorted())
            let names = ListQuery.Filter("names", Set(batch.map(\.name)).sorted())
            return PartedQuery("/v3/tasks", by: apps, [names, .init("states", ["PENDING", "RUNNING"])])
        }
        let parts = try await parallelMap(runs + canceled) { (query) async throws(PlatformError) in
            try await client.sight(query, of: WireTask.self)
        }
        return parts.reduce(into: Sighting()) { $0.add($1) }
    }

    /// By guid; where that would be many requests, whole spaces are read first.
    func droplets(_ found: Found, _ needs: Needs) async throws(PlatformError) -> Sighting<WireDroplet> {
        var wanted = Set(found.dropletGUIDs)
        var rows: [WireDroplet] = []
        if wanted.count > Observation.fewDroplets {
            let whole = await attempted { () async throws(PlatformError) in
                try await client.list(
                    ListQuery("/v3/droplets", [.init("space_guids", needs.spaceGUIDs), .init("states", ["STAGED"])]),
                    of: WireDroplet.self
                )
            }
            // What it does not bring is asked for by guid.
            if case .success(let found) = whole { rows = found }
            wanted.subtract(rows.map(\.droplet.guid))
        }
        var sighting = try await client.sight(
            PartedQuery("/v3/droplets", by: .init("guids", wanted.sorted())),
            of: WireDroplet.self
        )
        sighting.rows = rows + sighting.rows
        if sighting.isPaged {
            let missing = wanted.subtracting(sighting.rows.map(\.droplet.guid)).filter { sighting.unseen[$0] == nil }
            let query = PartedQuery("/v3/droplets", by: .init("guids", missing.sorted()))
            sighting.add(try await client.sight(query, of: WireDroplet.self))
        }
        return sighting
    }

    /// Every deployment that is ACTIVE: one small list, where filters by app would be many requests.
    ///
    /// - Returns: why there is none where the list alone has failed.
    func deployments(_ needs: Needs) async throws(PlatformError) -> Result<[WireDeployment], PlatformError> {
        guard !needs.spaceGUIDs.isEmpty else { return .success([]) }
        return try await attempted { () async throws(PlatformError) in
            try await client.list(
                ListQuery("/v3/deployments", [.init("status_values", ["ACTIVE"])]),
                of: WireDeployment.self
            )
        }.ofOneList()
    }

    /// By app where the list of all has failed.
    func deployments(
        _ found: Found,
        _ rows: Result<[WireDeployment], PlatformError>
    ) async throws(PlatformError) -> Sighting<WireDeployment> {
        switch rows {
        case .success(let rows): Sighting(rows: rows)
        case .failure(let error):
            try await client.sight(
                PartedQuery(
                    "/v3/deployments",
                    by: .init("app_guids", found.guids),
                    [.init("status_values", ["ACTIVE"])]
                ),
                after: error,
                isWhole: false,
                of: WireDeployment.self
            )
        }
    }

    /// The caller's own roles in the spaces; admins have none.
    ///
    /// Nil where the server does not show them.
    func roles(in spaces: [ObservedSpace]) async throws(PlatformError) -> [WireRole]? {
        guard let userGUID else { return [] }
        let query = ListQuery(
            "/v3/roles",
            [.init("space_guids", spaces.map(\.guid)), .init("user_guids", [userGUID])]
        )
        let rows = await attempted { () async throws(PlatformError) in try await client.list(query, of: WireRole.self) }
        switch try rows.ofOneList() {
        case .success(let rows): return rows
        case .failure: return nil
        }
    }
}

extension Array {
    fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
