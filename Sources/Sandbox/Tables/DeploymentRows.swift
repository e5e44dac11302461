import Diagnostics

struct DeploymentRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var status: String
    var reason: String
    var lastHealthyAt: Timestamp
    var lastStatusChangeAt: Timestamp
    var error: String?
    let strategy: String
    var options = DeploymentOptions()
    let dropletGUID: String?
    let previousDropletGUID: String?
    /// The web processes that it made: one, or none on a stopped app.
    let newProcesses: [(guid: String, type: String)]
    var revision: (guid: String, version: Int)?
    /// How many instances there were before, and are again when it is cancelled.
    var originalInstances = 0
    /// Which of a canary's steps it is at, from 1.
    var canaryStep = 1
    /// Whether a canary still scales up to its step; that shows as DEPLOYING.
    var isBeforePause = false
    /// Whether it was being cancelled when another took its place.
    var wasCanceling = false
    /// When the updater looks at it next; nil when it waits for a request or is over.
    var nextStep: Timestamp?
    let appGUID: String
    var metadata: Metadata

    var parentGUID: String { appGUID }
    var isActive: Bool { status == "ACTIVE" }
    /// CANCELING no longer blocks changes of web (`cloud_controller_ng app/models/runtime/app_model.rb#deploying?`).
    var blocksWeb: Bool { isActive && reason != "CANCELING" }
    var isCanary: Bool { strategy == "canary" }
    var webGUID: String? { newProcesses.first?.guid }

    /// Seconds between two looks of the updater (`capi-release jobs/cc_deployment_updater/spec`).
    static let secondsBetweenSteps = 5

    mutating func change(to status: String, _ reason: String, at time: Timestamp) {
        if self.status != status || self.reason != reason { lastStatusChangeAt = time }
        self.status = status
        self.reason = reason
        updatedAt = time
        if status == "FINALIZED" { error = nil }
        if status == "FINALIZED" || reason == "PAUSED" { nextStep = nil }
    }
}

/// What a deployment was asked for beside its droplet; nil was left out.
struct DeploymentOptions: Sendable {
    var maxInFlight = 1
    var webInstances: Int?
    var memory: Int?
    var disk: Int?
    var logRate: Int?
    /// The weights of a canary's steps, in percent.
    var canaryWeights: [Int]?
}

extension DeploymentRow {
    /// The instances of the new web process when all is done.
    var finalInstances: Int { options.webInstances ?? originalInstances }

    var canarySteps: Int { options.canaryWeights?.count ?? 1 }

    /// How many instances there should be now: new ones, and all together.
    ///
    /// A canary stays below its end until its last step was continued
    /// (`cloud_controller_ng app/models/runtime/deployment_model.rb#canary_step`).
    var target: (new: Int, total: Int) {
        guard isBeforePause else { return (finalInstances, finalInstances) }
        guard let weight = options.canaryWeights?[canaryStep - 1] else { return (1, finalInstances + 1) }
        let new = max(1, (finalInstances * weight + 50) / 100)
        let old = weight == 100 ? 0 : max(0, finalInstances - new + 1)
        return (new, new + old)
    }
}

/// The code and the commands that an app ran with at some time.
struct RevisionRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    let version: Int
    let dropletGUID: String
    /// The commands that were set, by process type; nil where the droplet's own held.
    let commands: [(type: Text, command: Text?)]
    let description: String
    let appGUID: String
    var metadata = Metadata()

    var updatedAt: Timestamp { createdAt }
    var parentGUID: String { appGUID }

    func command(ofType type: Text) -> Text? { commands.first { $0.type == type }?.command ?? nil }
}
