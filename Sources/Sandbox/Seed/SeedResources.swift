extension Seed {
    package struct Droplet: Sendable {
        package var identity: Identity
        package var state: String
        /// The app's current droplet is the last one that says so.
        package var isCurrent: Bool
        package var image: String?
        package var processTypes: [(type: String, command: String)]
        package var executionMetadata: String?
        package var checksum: String?
        package var packageGUID: String?
        package var user: String?
        /// What staging found; nil is the app's buildpacks without anything found.
        package var buildpacks: [DetectedBuildpack]?
        package var metadata: Metadata

        package init(
            identity: Identity = Identity(),
            state: String = "STAGED",
            isCurrent: Bool = true,
            image: String? = nil,
            processTypes: [(type: String, command: String)] = [],
            executionMetadata: String? = nil,
            checksum: String? = nil,
            packageGUID: String? = nil,
            user: String? = nil,
            buildpacks: [DetectedBuildpack]? = nil,
            metadata: Metadata = Metadata()
        ) {
            self.identity = identity
            self.state = state
            self.isCurrent = isCurrent
            self.image = image
            self.processTypes = processTypes
            self.executionMetadata = executionMetadata
            self.checksum = checksum
            self.packageGUID = packageGUID
            self.user = user
            self.buildpacks = buildpacks
            self.metadata = metadata
        }
    }

    /// A process; what is nil is what the server gives a new process of that type.
    package struct Process: Sendable {
        package var type: String
        package var identity: Identity
        package var count: Int
        package var version: String?
        package var command: String?
        package var user: String?
        package var instances: Int?
        package var memory: Int?
        package var disk: Int?
        package var logRate: Int?
        package var healthCheck: HealthCheck?
        package var readinessHealthCheck: HealthCheck?
        package var metadata: Metadata

        package init(
            _ type: String,
            identity: Identity = Identity(),
            count: Int = 1,
            version: String? = nil,
            command: String? = nil,
            user: String? = nil,
            instances: Int? = nil,
            memory: Int? = nil,
            disk: Int? = nil,
            logRate: Int? = nil,
            healthCheck: HealthCheck? = nil,
            readinessHealthCheck: HealthCheck? = nil,
            metadata: Metadata = Metadata()
        ) {
            self.type = type
            self.identity = identity
            self.count = count
            self.version = version
            self.command = command
            self.user = user
            self.instances = instances
            self.memory = memory
            self.disk = disk
            self.logRate = logRate
            self.healthCheck = healthCheck
            self.readinessHealthCheck = readinessHealthCheck
            self.metadata = metadata
        }
    }

    package struct Task: Sendable {
        package var name: String
        package var identity: Identity
        package var command: String
        package var state: String
        package var memory: Int?
        package var disk: Int?
        package var logRate: Int?
        package var user: String?
        package var failureReason: String?
        package var dropletGUID: String?
        /// Seconds of the sandbox's clock until it ends; nil runs until it is cancelled.
        package var runSeconds: Int?
        package var result: TaskRun.Result
        package var metadata: Metadata

        package init(
            _ name: String,
            identity: Identity = Identity(),
            command: String = "true",
            state: String = "RUNNING",
            memory: Int? = nil,
            disk: Int? = nil,
            logRate: Int? = nil,
            user: String? = nil,
            failureReason: String? = nil,
            dropletGUID: String? = nil,
            runSeconds: Int? = nil,
            result: TaskRun.Result = .succeeded,
            metadata: Metadata = Metadata()
        ) {
            self.name = name
            self.identity = identity
            self.command = command
            self.state = state
            self.memory = memory
            self.disk = disk
            self.logRate = logRate
            self.user = user
            self.failureReason = failureReason
            self.dropletGUID = dropletGUID
            self.runSeconds = runSeconds
            self.result = result
            self.metadata = metadata
        }
    }

    package struct Deployment: Sendable {
        package var identity: Identity
        package var status: String
        package var reason: String
        package var strategy: String
        package var error: String?
        /// The guids of the web processes that it made; each is a process of the app.
        package var newProcesses: [String]
        package var metadata: Metadata

        package init(
            identity: Identity = Identity(),
            status: String = "ACTIVE",
            reason: String = "DEPLOYING",
            strategy: String = "rolling",
            error: String? = nil,
            newProcesses: [String] = [],
            metadata: Metadata = Metadata()
        ) {
            self.identity = identity
            self.status = status
            self.reason = reason
            self.strategy = strategy
            self.error = error
            self.newProcesses = newProcesses
            self.metadata = metadata
        }
    }
}
