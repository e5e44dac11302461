import Reconciliation

/// What new droplets are made of, where a declared image is staged.
extension Observation {
    struct Staging: Sendable {
        var packages: [WirePackage] = []
        var builds: [WireBuild] = []
        var droplets: [WireDroplet] = []
        /// Why one of these is not known of an app, by its guid.
        var unseen: [String: PlatformError] = [:]
    }

    /// Every package of apps whose image would be staged: the image of the current droplet is that of its package.
    func packages(_ found: Found, _ needs: Needs) async throws(PlatformError) -> Sighting<WirePackage> {
        let guids = found.restagedGUIDs
        guard !guids.isEmpty else { return Sighting() }
        let docker = ListQuery.Filter("types", ["docker"])
        let query = PartedQuery("/v3/packages", by: .init("app_guids", guids), [docker])
        guard guids.count > Observation.fewApps else { return try await client.sight(query, of: WirePackage.self) }
        let whole = await attempted { () async throws(PlatformError) in
            try await client.listing(
                ListQuery("/v3/packages", [.init("space_guids", needs.spaceGUIDs), docker]),
                of: WirePackage.self
            )
        }
        switch whole {
        case .success(let listing): return Sighting(listing)
        case .failure(let error):
            return try await client.sight(query, after: error, isWhole: false, of: WirePackage.self)
        }
    }

    /// Builds and droplets only of apps that have a package of the declared image beside that of the current droplet:
    /// there is something to take up.
    func staging(
        _ found: Found,
        _ packages: Sighting<WirePackage>,
        current: [WireDroplet]
    ) async throws(PlatformError) -> Staging {
        var staging = Staging(packages: packages.rows, unseen: packages.unseen)
        let filter = ListQuery.Filter("app_guids", found.appsToLookInto(packages.rows, current))
        guard !filter.values.isEmpty else { return staging }
        // Before the droplets: a build that ends in between is in one of the lists.
        let builds = try await client.sight(
            PartedQuery("/v3/builds", by: filter, [.init("states", ["STAGING"])]),
            of: WireBuild.self
        )
        let droplets = try await client.sight(
            PartedQuery("/v3/droplets", by: filter, [.init("states", ["STAGED"])]),
            of: WireDroplet.self
        )
        staging.builds = builds.rows
        staging.droplets = droplets.rows
        staging.unseen.merge(builds.unseen) { first, _ in first }
        staging.unseen.merge(droplets.unseen) { first, _ in first }
        return staging
    }
}

extension Found {
    /// Apps whose current droplet was not made from a package of the declared image, and that have such a package.
    fileprivate func appsToLookInto(_ packages: [WirePackage], _ current: [WireDroplet]) -> [String] {
        let rows = Dictionary(grouping: packages) { $0.appGUID ?? "" }
        var madeFrom: [String: String] = [:]
        for row in current { madeFrom[row.droplet.guid] = row.droplet.packageGUID }
        return apps.compactMap { wire, declaration in
            guard case .text(let image) = declaration.restagedImage?.value else { return nil }
            let guids = Set((rows[wire.app.guid] ?? []).filter { $0.package.image == image }.map(\.package.guid))
            guard !guids.isEmpty else { return nil }
            let package = wire.app.currentDropletGUID.flatMap { madeFrom[$0] }
            return package.map(guids.contains) == true ? nil : wire.app.guid
        }
    }
}
