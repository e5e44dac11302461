import Diagnostics

struct OrganizationRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var name: Text
    var isSuspended: Bool
    var quota: Quota
    let quotaGUID: String
    var metadata: Metadata

    var parentGUID: String { "" }
    func sortText(_ key: String) -> String { name.string }
}

struct SpaceRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var name: Text
    var isSuspended: Bool
    var quota: Quota?
    let quotaGUID: String
    let organizationGUID: String
    var metadata: Metadata

    var parentGUID: String { organizationGUID }
    func sortText(_ key: String) -> String { name.string }
}

/// What the apps of an organization or a space may use together; nil is unlimited.
package struct Quota: Sendable, Hashable {
    package var totalMemory: Int?
    package var memoryPerProcess: Int?
    package var totalInstances: Int?
    package var tasksPerApp: Int?
    package var logRate: Int?

    package init(
        totalMemory: Int? = nil,
        memoryPerProcess: Int? = nil,
        totalInstances: Int? = nil,
        tasksPerApp: Int? = nil,
        logRate: Int? = nil
    ) {
        self.totalMemory = totalMemory
        self.memoryPerProcess = memoryPerProcess
        self.totalInstances = totalInstances
        self.tasksPerApp = tasksPerApp
        self.logRate = logRate
    }
}

struct RoleRow: TableRow {
    enum Place: Sendable {
        case organization(String)
        case space(String)
    }

    let guid: String
    let createdAt: Timestamp
    let type: String
    let userGUID: String
    let place: Place

    var updatedAt: Timestamp { createdAt }
    var parentGUID: String { userGUID }

    var organizationGUID: String? {
        guard case .organization(let guid) = place else { return nil }
        return guid
    }

    var spaceGUID: String? {
        guard case .space(let guid) = place else { return nil }
        return guid
    }
}

/// A user or a client of the token endpoint, with what it may ask for.
struct UserRow: TableRow {
    let guid: String
    let createdAt: Timestamp
    let name: Text
    let secret: Text
    let origin: Text
    let email: Text
    let scopes: [String]
    let isClient: Bool

    var updatedAt: Timestamp { createdAt }
    var parentGUID: String { "" }
}
