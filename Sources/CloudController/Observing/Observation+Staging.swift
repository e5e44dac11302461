import Reconciliation

/// What new droplets are made of, where a declared image is staged.
extension Observation {
    struct Staging: Sendable {
        var packages: [WirePackage] = []
        var builds: [WireBuild] = []
        var droplets: [WireDroplet] = []
    }

    /// Every package of apps whose image would be staged: the image of the current droplet is that of its package.
    func packages(_ found: Found, _ needs: Needs) async throws(PlatformError) -> [WirePackage] {
        let guids = found.restagedGUIDs
        guard !guids.isEmpty else { return [] }
        let apps = ListQuery.Filter("app_guids", guids)
        let filter = guids.count > Observation.fewApps ? ListQuery.Filter("space_guids", needs.spaceGUIDs) : apps
        return try await client.list(
            ListQuery("/v3/packages", [filter, .init("types", ["docker"])]),
            of: WirePackage.self
        )
    }

    /// Builds and droplets only of apps that have a package of the declared image beside that of the current droplet:
    /// there is something to take up.
    func staging(
        _ found: Found,
        _ packages: [WirePackage],
        current: [WireDroplet]
    ) async throws(PlatformError) -> Staging {
        var staging = Staging(packages: packages)
        let filter = ListQuery.Filter("app_guids", found.appsToLookInto(packages, current))
        guard !filter.values.isEmpty else { return staging }
        async let builds = attempted { () async throws(PlatformError) in
            try await client.list(ListQuery("/v3/builds", [filter, .init("states", ["STAGING"])]), of: WireBuild.self)
        }
        staging.droplets = try await client.list(
            ListQuery("/v3/droplets", [filter, .init("states", ["STAGED"])]),
            of: WireDroplet.self
        )
        staging.builds = try await builds.get()
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
