import Diagnostics
import Reconciliation

/// Finding the declared spaces, and names for "did you mean" where one is not found.
extension Observation {
    /// Names that are read at most of one list, to suggest one of them.
    private static let suggestions = 500

    func fillSpaces(_ state: inout ObservedState) async throws(PlatformError) {
        let organizationNames = Set(desired.spaces.map(\.organization.value)).sorted()
        let organizations = try await client.list(
            ListQuery("/v3/organizations", [.init("names", organizationNames.map(\.string))]),
            of: WireNamed.self
        )
        let spaceNames = Set(desired.spaces.map(\.space.value)).sorted()
        let spaces = try await client.list(
            ListQuery(
                "/v3/spaces",
                [
                    .init("organization_guids", organizations.map(\.guid)),
                    .init("names", spaceNames.map(\.string)),
                ]
            ),
            of: WireNamed.self
        )
        state.spaces = declared(spaces, in: organizations)
        try await suggestOrganizations(&state, found: organizations)
        try await suggestSpaces(&state, found: organizations)
    }

    /// The filters cross names of spaces with those of organizations; only declared pairs are kept.
    private func declared(_ spaces: [WireNamed], in organizations: [WireNamed]) -> [ObservedSpace] {
        var wanted = Set(desired.spaces.map { [$0.organization.value.caseFolded, $0.space.value.caseFolded] })
        var names: [String: Text] = [:]
        for organization in organizations { names[organization.guid] = organization.name }
        return spaces.compactMap { space in
            guard let organization = space.organizationGUID.flatMap({ names[$0] }),
                wanted.remove([organization.caseFolded, space.name.caseFolded]) != nil
            else { return nil }
            return ObservedSpace(guid: space.guid, organization: organization, name: space.name)
        }
    }

    /// What is only read to suggest a name; nothing where that list fails.
    private func shown<Row: Decodable & Sendable>(
        _ query: ListQuery,
        of type: Row.Type
    ) async throws(PlatformError) -> [Row] {
        let rows = await attempted { () async throws(PlatformError) in try await client.firstPage(query, of: type) }
        if case .success(let rows) = try rows.ofOneList() { return rows }
        return []
    }

    private func suggestOrganizations(
        _ state: inout ObservedState,
        found: [WireNamed]
    ) async throws(PlatformError) {
        let names = Set(found.map(\.name.caseFolded))
        guard desired.spaces.contains(where: { !names.contains($0.organization.value.caseFolded) }) else { return }
        let query = ListQuery("/v3/organizations", [], perPage: Observation.suggestions)
        state.organizationNames = try await shown(query, of: WireNamed.self).map(\.name)
    }

    private func suggestSpaces(_ state: inout ObservedState, found: [WireNamed]) async throws(PlatformError) {
        let missing = desired.spaces.filter {
            state.space(organization: $0.organization.value, space: $0.space.value) == nil
        }
        let folded = Set(missing.map(\.organization.value.caseFolded))
        let organizations = found.filter { folded.contains($0.name.caseFolded) }
        guard !organizations.isEmpty else { return }
        let query = ListQuery(
            "/v3/spaces",
            [.init("organization_guids", organizations.map(\.guid))],
            perPage: Observation.suggestions
        )
        let spaces = try await shown(query, of: WireNamed.self)
        for organization in organizations {
            state.spaceNames[organization.name] =
                spaces.filter { $0.organizationGUID == organization.guid }.map(\.name)
        }
    }

    /// Names of the apps of spaces in which a declared app is missing.
    func suggestApps(_ state: inout ObservedState, rows: [WireApp], _ needs: Needs) async throws(PlatformError) {
        let lacking = state.spaces.filter { $0.apps.count < needs.count(inSpace: $0.guid) }
        // Where some could not be read, a list of all cannot be.
        guard !lacking.isEmpty, lacking.allSatisfy(\.unseenApps.isEmpty) else { return }
        var apps = rows
        if !needs.isBulk {
            let query = ListQuery(
                "/v3/apps",
                [.init("space_guids", lacking.map(\.guid))],
                perPage: Observation.suggestions
            )
            apps = try await shown(query, of: WireApp.self)
        }
        let names = Dictionary(grouping: apps, by: \.spaceGUID).mapValues { $0.map(\.app.name) }
        let guids = Set(lacking.map(\.guid))
        for index in state.spaces.indices where guids.contains(state.spaces[index].guid) {
            state.spaces[index].appNames = names[state.spaces[index].guid] ?? []
        }
    }
}
