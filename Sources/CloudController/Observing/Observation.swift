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
        async let bulkRows = attempted { () async throws(PlatformError) in try await relatedInBulk(needs) }
        let appRows = try await apps(needs)
        let found = Found(appRows, needs: needs)
        async let dropletRows = attempted { () async throws(PlatformError) in try await droplets(found, needs) }
        async let packageRows = attempted { () async throws(PlatformError) in try await packages(found, needs) }
        var rows = try await bulkRows.get()
        if rows == nil { rows = try await related(.init("app_guids", found.guids), needs) }

        var assembly = Assembly(found)
        assembly.add(rows?.processes ?? [])
        assembly.add(rows?.tasks ?? [])
        let current = try await dropletRows.get()
        assembly.add(current)
        assembly.add(try await staging(found, try await packageRows.get(), current: current))
        assembly.add(try await deploymentRows.get())
        state.spaces = assembly.spaces(spaces, roles: try await roleRows.get())
        try await fillDetails(&state, needs)
        try await suggestApps(&state, rows: appRows, needs)
    }
}
