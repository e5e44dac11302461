package import Reconciliation
import Diagnostics

extension CloudControllerPlatform {
    /// The declared spaces that have a manager, with all of their apps: lists of whole spaces, so the requests grow with pages.
    package func wholeSpaces(of desired: DesiredState) async throws(PlatformError) -> [ObservedSpace] {
        var managed = desired
        managed.spaces.removeAll { $0.managers.isEmpty }
        guard !managed.spaces.isEmpty else { return [] }
        var state = ObservedState(api: api, identity: try await identity())
        try await Observation(client: client, desired: managed, userGUID: nil).fillSpaces(&state)
        let guids = state.spaces.map(\.guid)
        let filter = ListQuery.Filter("space_guids", guids)
        async let processRows = attempted { () async throws(PlatformError) in
            try await client.list(ListQuery("/v3/processes", [filter]), of: WireProcess.self)
        }
        async let dropletRows = attempted { () async throws(PlatformError) in
            try await client.list(
                ListQuery("/v3/droplets", [filter, .init("states", ["STAGED"])]),
                of: WireDroplet.self
            )
        }
        let apps = try await client.list(ListQuery("/v3/apps", [filter]), of: WireApp.self)
        var assembly = Assembly(Found(all: apps))
        assembly.add(Sighting(rows: try await processRows.get()))
        assembly.add(Sighting(rows: try await dropletRows.get()))
        return assembly.spaces(state.spaces, roles: [])
    }
}
