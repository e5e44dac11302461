import Diagnostics

struct PackageRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    let type: String
    var state: String
    let image: Text?
    let userName: String?
    let hasPassword: Bool
    let appGUID: String
    var metadata: Metadata

    var parentGUID: String { appGUID }
}

struct BuildRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var state: String
    var error: String?
    let memory: Int
    let disk: Int
    let logRate: Int
    let lifecycle: Lifecycle
    let packageGUID: String
    var dropletGUID: String?
    let creatorGUID: String
    /// Who audit events of its end name; nobody is when it was seeded.
    var creator: Identity = .nobody
    let appGUID: String
    var metadata: Metadata
    /// When it ends by itself; nil when it has ended or stages for ever.
    var end: Timestamp?

    static let usualMemory = 1024
    static let usualDisk = 4096

    var parentGUID: String { appGUID }
}
