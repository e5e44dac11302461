import Diagnostics

struct TaskRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    let sequenceID: Int
    let name: Text
    let command: Text
    let user: Text?
    var state: String
    let memory: Int
    let disk: Int
    let logRate: Int
    var failureReason: String?
    let dropletGUID: String
    let appGUID: String
    var metadata: Metadata
    /// When and how the task ends by itself; nil while it would run for ever.
    var ending: Ending?

    struct Ending: Sendable {
        let time: Timestamp
        /// Why it fails; nil when it succeeds.
        let failureReason: String?
    }

    var parentGUID: String { appGUID }
    var isTerminal: Bool { state == "SUCCEEDED" || state == "FAILED" }
}

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
    let maxInFlight: Int
    let dropletGUID: String?
    let previousDropletGUID: String?
    let newProcesses: [(guid: String, type: String)]
    let revision: (guid: String, version: Int)?
    let appGUID: String
    var metadata: Metadata

    var parentGUID: String { appGUID }
    var isActive: Bool { status == "ACTIVE" }
    /// CANCELING no longer blocks changes of web (`cloud_controller_ng app/models/runtime/app_model.rb#deploying?`).
    var blocksWeb: Bool { isActive && reason != "CANCELING" }
}

struct EventRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    let type: String
    let actorGUID: String
    let actorType: String
    let actorName: String
    let appGUID: String
    let appName: Text
    let data: JSONValue
    let spaceGUID: String
    let organizationGUID: String

    var updatedAt: Timestamp { createdAt }
    var parentGUID: String { appGUID }
}
