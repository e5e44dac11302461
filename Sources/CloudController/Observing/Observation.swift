import Diagnostics
import Reconciliation

/// One look at everything that a set of declarations needs.
///
/// Requests grow with pages, not with resources: lists with filters, and single reads only for declared commands, which
/// lists hide. Nothing is ever listed without a filter but deployments that are ACTIVE, of which there are few.
struct Observation: Sendable {
    /// Up to so many declared apps are asked for by name; beyond that their whole spaces are read.
    static let fewApps = 150
    /// Up to so many droplets are asked for by guid.
    static let fewDroplets = 600
    /// Up to so many runs are asked for by their labels and apps: as many as one query holds.
    static let fewRuns = 90

    let client: APIClient
    let desired: DesiredState
    /// Nil when the token does not say.
    let userGUID: String?

    func fill(_ state: inout ObservedState) async throws(PlatformError) {
        guard !desired.spaces.isEmpty else { return }
        try await fillSpaces(&state)
        guard !state.spaces.isEmpty else { return }
        let spaces = state.spaces
        let needs = Needs(desired, in: spaces)

        async let roleRows = attempted { () async throws(PlatformError) in try await roles(in: spaces) }
        async let deploymentRows = attempted { () async throws(PlatformError) in try await deployments(needs) }
        async let bulkRows = relatedInBulk(needs)
        let appRows = try await apps(needs)
        for space in state.spaces.indices {
            for name in appRows.unseen.keys {
                state.spaces[space].unseenApps[Text(name).caseFolded] = appRows.unseen[name]
            }
        }
        let found = Found(appRows.rows, needs: needs)
        async let dropletRows = attempted { () async throws(PlatformError) in try await droplets(found, needs) }
        async let packageRows = attempted { () async throws(PlatformError) in try await packages(found, needs) }
        let rows = try await related(found, needs, bulk: await bulkRows)

        var assembly = Assembly(found)
        assembly.add(rows.processes)
        let current = try await dropletRows.get()
        assembly.add(current)
        assembly.add(try await staging(found, try await packageRows.get(), current: current.rows))
        assembly.add(rows.tasks)
        assembly.add(try await deployments(found, try await deploymentRows.get()))
        assembly.add(try await missedRuns(of: assembly, rows.tasks))
        state.spaces = assembly.spaces(state.spaces, roles: try await roleRows.get())
        try await fillDetails(&state, needs)
        try await suggestApps(&state, rows: appRows.rows, needs)
    }
}
