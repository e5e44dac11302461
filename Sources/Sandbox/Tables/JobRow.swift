/// Work that the server does behind its answer (`cloud_controller_ng app/models/runtime/pollable_job_model.rb`).
struct JobRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    let operation: String
    /// When it is done.
    let endsAt: Timestamp
    /// Why it has failed by then; nil when it has not.
    let error: Refusal?
    let spaceGUID: String

    var parentGUID: String { spaceGUID }
    var updatedAt: Timestamp { createdAt }
}
