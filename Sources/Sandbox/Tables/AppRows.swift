package import Diagnostics

/// How an app is staged and run.
package enum Lifecycle: Sendable, Hashable {
    case docker
    case buildpack(buildpacks: [String] = [], stack: String? = "cflinuxfs4")

    var type: String {
        switch self {
        case .docker: "docker"
        case .buildpack: "buildpack"
        }
    }

    var stack: String? {
        switch self {
        case .docker: nil
        case .buildpack(_, let stack): stack
        }
    }
}

struct AppRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var name: Text
    var state: String
    var lifecycle: Lifecycle
    let spaceGUID: String
    var dropletGUID: String?
    var revisionGUID: String?
    /// The sequence_id of the newest task; never reused.
    var lastSequenceID: Int
    var metadata: Metadata
    var features = AppFeature.usual

    var parentGUID: String { spaceGUID }
    var isStarted: Bool { state == "STARTED" }

    func sortText(_ key: String) -> String { key == "state" ? state : name.string }
}

/// A health check or a readiness health check, as the server stores it: the endpoint may be there while it is not shown.
package struct HealthCheck: Sendable, Hashable {
    package var type: String
    package var timeout: Int?
    package var invocationTimeout: Int?
    package var interval: Int?
    package var endpoint: Text?

    package init(
        type: String,
        timeout: Int? = nil,
        invocationTimeout: Int? = nil,
        interval: Int? = nil,
        endpoint: Text? = nil
    ) {
        self.type = type
        self.timeout = timeout
        self.invocationTimeout = invocationTimeout
        self.interval = interval
        self.endpoint = endpoint
    }
}

struct ProcessRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var version: String
    let type: Text
    var command: Text?
    var user: Text?
    var instances: Int
    var memory: Int
    var disk: Int
    var logRate: Int
    var healthCheck: HealthCheck
    var readinessHealthCheck: HealthCheck
    let appGUID: String
    var revisionGUID: String?
    var metadata: Metadata
    /// What the runtime runs for it; nil while it runs nothing.
    var workload: Workload? {
        didSet {
            if let oldValue { generations = max(generations, oldValue.generations) }
        }
    }
    /// How many times instances were started in workloads before this one.
    private(set) var generations = 0

    var parentGUID: String { appGUID }
    var isWeb: Bool { type == "web" }
}

/// A buildpack as staging used it.
package struct DetectedBuildpack: Sendable, Hashable {
    package var name: String
    package var detectOutput: String?
    package var buildpackName: String?
    package var version: String?

    package init(
        _ name: String,
        detectOutput: String? = nil,
        buildpackName: String? = nil,
        version: String? = nil
    ) {
        self.name = name
        self.detectOutput = detectOutput
        self.buildpackName = buildpackName
        self.version = version
    }
}

struct DropletRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var state: String
    var error: String?
    let lifecycle: Lifecycle
    var image: Text?
    var checksum: String?
    var executionMetadata: String
    var processTypes: [(type: Text, command: Text)]
    /// The user that the image names, for docker droplets.
    var user: Text?
    var buildpacks: [DetectedBuildpack] = []
    let appGUID: String
    let packageGUID: String?
    var metadata: Metadata

    var parentGUID: String { appGUID }

    func command(ofType type: Text) -> Text? {
        processTypes.first { $0.type == type }?.command
    }
}
