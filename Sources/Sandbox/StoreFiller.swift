import Diagnostics

/// Makes the tables of a store from a seed.
struct StoreFiller {
    var guids: GUIDSource
    let now: Timestamp

    var users = Table<UserRow>()
    var organizations = Table<OrganizationRow>()
    var spaces = Table<SpaceRow>()
    var apps = Table<AppRow>()
    var processes = Table<ProcessRow>()
    var droplets = Table<DropletRow>()
    var tasks = Table<TaskRow>()
    var deployments = Table<DeploymentRow>()
    var roles = Table<RoleRow>()
    var revisions = Table<RevisionRow>()
    var packages = Table<PackageRow>()
    var builds = Table<BuildRow>()
    var tasksInFlight: Set<String> = []
    var deploymentsInFlight: Set<String> = []

    init(guids: GUIDSource, now: Timestamp) {
        self.guids = guids
        self.now = now
    }

    mutating func fill(from seed: Seed) {
        for user in seed.users { addUser(user) }
        for client in seed.clients {
            let row = UserRow(
                guid: client.id,
                createdAt: now,
                name: Text(client.id),
                secret: Text(client.secret),
                origin: "uaa",
                email: Text(client.id),
                scopes: client.scopes,
                isClient: true
            )
            users.insert(row)
        }
        for organization in seed.organizations { addOrganization(organization) }
        organizations = organizations.inOrderOfCreation
        spaces = spaces.inOrderOfCreation
        apps = apps.inOrderOfCreation
        processes = processes.inOrderOfCreation
        droplets = droplets.inOrderOfCreation
        tasks = tasks.inOrderOfCreation
        deployments = deployments.inOrderOfCreation
        packages = packages.inOrderOfCreation
        addBuilds()
    }

    private mutating func addUser(_ user: Seed.User) {
        let row = UserRow(
            guid: user.guid ?? guids.guid(),
            createdAt: now,
            name: Text(user.name),
            secret: Text(user.password),
            origin: Text(user.origin),
            email: Text(user.email ?? user.name),
            scopes: user.scopes,
            isClient: false
        )
        users.insert(row)
    }

    private mutating func addOrganization(_ organization: Seed.Organization) {
        let identity = complete(organization.identity)
        let row = OrganizationRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            name: Text(organization.name),
            isSuspended: organization.isSuspended,
            quota: organization.quota,
            quotaGUID: organization.quotaGUID ?? guids.guid(),
            metadata: organization.metadata
        )
        organizations.insert(row)
        addRoles(organization.roles, in: .organization(row.guid))
        for space in organization.spaces {
            if space.count == 1 {
                addSpace(space, to: row.guid)
            } else {
                for number in 1...max(1, space.count) { addSpace(space.numbered(number), to: row.guid) }
            }
        }
    }

    private mutating func addRoles(_ seeded: [Seed.Role], in place: RoleRow.Place) {
        for role in seeded {
            for name in role.users {
                guard let user = user(named: name) else { continue }
                roles.insert(
                    RoleRow(guid: guids.guid(), createdAt: now, type: role.type, userGUID: user.guid, place: place)
                )
            }
        }
    }

    private func user(named name: String) -> UserRow? {
        users.all.lazy.compactMap { users[position: $0] }.first { $0.name == Text(name) }
    }

    private mutating func addSpace(_ space: Seed.Space, to organization: String) {
        let identity = complete(space.identity)
        let row = SpaceRow(
            guid: identity.guid,
            createdAt: identity.created,
            updatedAt: identity.updated,
            name: Text(space.name),
            isSuspended: space.isSuspended,
            quota: space.quota,
            quotaGUID: guids.guid(),
            organizationGUID: organization,
            metadata: space.metadata
        )
        spaces.insert(row)
        addRoles(space.roles, in: .space(row.guid))
        for app in space.apps {
            if app.count == 1 {
                addApp(app, to: row.guid)
            } else {
                for number in 1...max(1, app.count) { addApp(app.numbered(number), to: row.guid) }
            }
        }
    }

    func complete(_ identity: Seed.Identity, _ guid: String) -> (guid: String, created: Timestamp, updated: Timestamp) {
        let created = identity.createdAt ?? now
        return (identity.guid ?? guid, created, identity.updatedAt ?? created)
    }

    mutating func complete(_ identity: Seed.Identity) -> (guid: String, created: Timestamp, updated: Timestamp) {
        complete(identity, identity.guid ?? guids.guid())
    }
}
