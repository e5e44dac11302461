import Diagnostics

/// What one identity may see and do, from its scopes and its roles (`cloud_controller_ng lib/cloud_controller/permissions.rb`).
struct Access {
    let identity: Identity
    private var roleTypesBySpace: [String: Set<String>] = [:]
    private var roleTypesByOrganization: [String: Set<String>] = [:]

    init(_ identity: Identity, roles: [RoleRow]) {
        self.identity = identity
        for role in roles {
            switch role.place {
            case .space(let guid): roleTypesBySpace[guid, default: []].insert(role.type)
            case .organization(let guid): roleTypesByOrganization[guid, default: []].insert(role.type)
            }
        }
    }

    private func has(_ types: Set<String>, in space: SpaceRow) -> Bool {
        !(roleTypesBySpace[space.guid] ?? []).isDisjoint(with: types)
    }

    private func has(_ types: Set<String>, inOrganization guid: String) -> Bool {
        !(roleTypesByOrganization[guid] ?? []).isDisjoint(with: types)
    }

    func canRead(_ space: SpaceRow) -> Bool {
        identity.readsEverything
            || has(["space_developer", "space_manager", "space_auditor", "space_supporter"], in: space)
            || has(["organization_manager"], inOrganization: space.organizationGUID)
    }

    /// Any role in the organization makes it visible; roles in its spaces come with `organization_user`.
    func canRead(_ organization: OrganizationRow, spaces: [SpaceRow]) -> Bool {
        identity.readsEverything || roleTypesByOrganization[organization.guid] != nil
            || spaces.contains { roleTypesBySpace[$0.guid] != nil }
    }

    func canReadSecrets(in space: SpaceRow) -> Bool {
        identity.readsSecretsEverywhere || has(["space_developer"], in: space)
    }

    func canReadEvents(in space: SpaceRow) -> Bool {
        identity.readsEverything
            || has(["space_developer", "space_auditor", "space_supporter"], in: space)
            || has(["organization_auditor"], inOrganization: space.organizationGUID)
    }

    /// What only developers may do: apps, droplets, tasks.
    func canDevelop(in space: SpaceRow) -> Bool {
        identity.isAdmin || has(["space_developer"], in: space)
    }

    /// What supporters may do as well: processes, cancelling, restarting.
    func canSupport(in space: SpaceRow) -> Bool {
        canDevelop(in: space) || has(["space_supporter"], in: space)
    }

    func isManager(ofOrganization guid: String) -> Bool {
        has(["organization_manager"], inOrganization: guid)
    }
}

extension Store {
    /// Who may write to something.
    enum Writer {
        case developer
        case supporter
    }

    func access(_ call: Call) -> Access {
        Access(call.identity, roles: roles.rows(ofParent: call.identity.userGUID))
    }

    /// The guids of the spaces that the caller may read; nil is all of them.
    func readableSpaces(_ call: Call) -> Set<String>? {
        guard !call.identity.readsEverything else { return nil }
        let access = access(call)
        return Set(spaces.all.lazy.compactMap { self.spaces[position: $0] }.filter { access.canRead($0) }.map(\.guid))
    }

    /// An app that the caller may read, else the 404 of a resource of that kind.
    func readableApp(_ guid: String, _ call: Call, as kind: String = "App") throws(Refusal) -> (AppRow, SpaceRow) {
        guard let app = apps[guid], let space = space(of: app), access(call).canRead(space) else {
            throw .notFound(kind)
        }
        return (app, space)
    }

    /// Checks in the server's order: role, then suspension.
    ///
    /// That it can be read was checked before.
    func requireWritable(_ space: SpaceRow, by writer: Writer, _ call: Call) throws(Refusal) {
        let access = access(call)
        let mayWrite =
            switch writer {
            case .developer: access.canDevelop(in: space)
            case .supporter: access.canSupport(in: space)
            }
        guard mayWrite else { throw .notAuthorized }
        guard !call.identity.isAdmin else { return }
        if organizations[space.organizationGUID]?.isSuspended == true { throw .organizationSuspended }
        if space.isSuspended, !access.isManager(ofOrganization: space.organizationGUID) { throw .spaceSuspended }
    }

    /// Feature flags do not bind admins.
    func requireFeature(_ name: String, _ call: Call) throws(Refusal) {
        guard !call.identity.isAdmin, let flag = featureFlags.last(where: { $0.name == name }), !flag.isEnabled else {
            return
        }
        throw .featureDisabled(flag.errorMessage ?? name)
    }
}
