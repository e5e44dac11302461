extension Seed {
    /// What every seeded resource may say about itself.
    package struct Identity: Sendable {
        package var guid: String?
        package var createdAt: Timestamp?
        package var updatedAt: Timestamp?

        package init(_ guid: String? = nil, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil) {
            self.guid = guid
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    package struct Organization: Sendable {
        package var name: String
        package var identity: Identity
        package var isSuspended: Bool
        package var quota: Quota
        package var quotaGUID: String?
        package var roles: [Role]
        package var metadata: Metadata
        package var spaces: [Space]

        package init(
            _ name: String,
            identity: Identity = Identity(),
            isSuspended: Bool = false,
            quota: Quota = Quota(),
            quotaGUID: String? = nil,
            roles: [Role] = [],
            metadata: Metadata = Metadata(),
            spaces: [Space] = []
        ) {
            self.name = name
            self.identity = identity
            self.isSuspended = isSuspended
            self.quota = quota
            self.quotaGUID = quotaGUID
            self.roles = roles
            self.metadata = metadata
            self.spaces = spaces
        }
    }

    package struct Space: Sendable {
        package var name: String
        package var identity: Identity
        package var count: Int
        package var isSuspended: Bool
        package var quota: Quota?
        package var roles: [Role]
        package var metadata: Metadata
        package var apps: [App]

        /// - Parameter count: How many are made; `((i))` in its texts is the number of each, from 1.
        package init(
            _ name: String,
            identity: Identity = Identity(),
            count: Int = 1,
            isSuspended: Bool = false,
            quota: Quota? = nil,
            roles: [Role] = [],
            metadata: Metadata = Metadata(),
            apps: [App] = []
        ) {
            self.name = name
            self.identity = identity
            self.count = count
            self.isSuspended = isSuspended
            self.quota = quota
            self.roles = roles
            self.metadata = metadata
            self.apps = apps
        }
    }

    package struct App: Sendable {
        package var name: String
        package var identity: Identity
        package var count: Int
        package var state: String
        package var lifecycle: Lifecycle
        package var revisionGUID: String?
        package var metadata: Metadata
        package var droplets: [Droplet]
        package var processes: [Process]
        package var tasks: [Task]
        package var deployments: [Deployment]

        /// - Parameters:
        ///   - count: How many are made; `((i))` in its texts is the number of each, from 1.
        ///   - processes: Every app has a web process, whether it is listed or not.
        package init(
            _ name: String,
            identity: Identity = Identity(),
            count: Int = 1,
            state: String = "STARTED",
            lifecycle: Lifecycle = .buildpack(),
            revisionGUID: String? = nil,
            metadata: Metadata = Metadata(),
            droplets: [Droplet] = [],
            processes: [Process] = [],
            tasks: [Task] = [],
            deployments: [Deployment] = []
        ) {
            self.name = name
            self.identity = identity
            self.count = count
            self.state = state
            self.lifecycle = lifecycle
            self.revisionGUID = revisionGUID
            self.metadata = metadata
            self.droplets = droplets
            self.processes = processes
            self.tasks = tasks
            self.deployments = deployments
        }
    }
}
