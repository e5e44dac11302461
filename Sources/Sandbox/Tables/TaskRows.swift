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
