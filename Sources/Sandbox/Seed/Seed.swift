/// The foundation that a sandbox starts with, in the API's own names.
///
/// Guids and times that are left out are made up when the store is filled.
package struct Seed: Sendable {
    package var users: [User]
    package var clients: [Client]
    package var organizations: [Organization]
    package var taskRuns: [TaskRun]
    package var featureFlags: [FeatureFlag]
    package var processRuns: [ProcessRun]
    package var buildRuns: [BuildRun]

    package init(
        users: [User] = [],
        clients: [Client] = [],
        organizations: [Organization] = [],
        taskRuns: [TaskRun] = [],
        featureFlags: [FeatureFlag] = [],
        processRuns: [ProcessRun] = [],
        buildRuns: [BuildRun] = []
    ) {
        self.users = users
        self.clients = clients
        self.organizations = organizations
        self.taskRuns = taskRuns
        self.featureFlags = featureFlags
        self.processRuns = processRuns
        self.buildRuns = buildRuns
    }
}

extension Seed {
    package static let ordinaryScopes = ["openid", "cloud_controller.read", "cloud_controller.write"]

    package struct User: Sendable {
        package var name: String
        package var password: String
        package var guid: String?
        package var origin: String
        /// What audit events name the user by; nil is the name.
        package var email: String?
        package var scopes: [String]

        package init(
            _ name: String,
            password: String,
            guid: String? = nil,
            origin: String = "uaa",
            email: String? = nil,
            scopes: [String] = Seed.ordinaryScopes
        ) {
            self.name = name
            self.password = password
            self.guid = guid
            self.origin = origin
            self.email = email
            self.scopes = scopes
        }
    }

    /// An OAuth client; to the Cloud Controller it is a user whose guid is the id.
    package struct Client: Sendable {
        package var id: String
        package var secret: String
        package var scopes: [String]

        package init(_ id: String, secret: String, scopes: [String] = Seed.ordinaryScopes) {
            self.id = id
            self.secret = secret
            self.scopes = scopes
        }
    }

    /// How tasks of a name run that are created later.
    package struct TaskRun: Sendable {
        package enum Result: String, Sendable, CaseIterable {
            case succeeded, failed
            /// Refused by the runtime: 503 to the request, and a FAILED row stays.
            case unavailable
            /// Refused by the runtime for its content: 500 to the request, and a FAILED row stays.
            case refused
        }

        /// The task's name; `*` stands for any text.
        package var name: String
        /// nil runs until it is cancelled.
        package var runSeconds: Int?
        package var result: Result
        package var failureReason: String?

        package init(
            _ name: String,
            runSeconds: Int? = 5,
            result: Result = .succeeded,
            failureReason: String? = nil
        ) {
            self.name = name
            self.runSeconds = runSeconds
            self.result = result
            self.failureReason = failureReason
        }
    }

    package struct FeatureFlag: Sendable {
        package var name: String
        package var isEnabled: Bool
        package var errorMessage: String?

        package init(_ name: String, isEnabled: Bool, errorMessage: String? = nil) {
            self.name = name
            self.isEnabled = isEnabled
            self.errorMessage = errorMessage
        }
    }

    /// The users and clients, by name, that have one kind of role somewhere.
    package struct Role: Sendable {
        package var type: String
        package var users: [String]

        package init(_ type: String, _ users: [String]) {
            self.type = type
            self.users = users
        }
    }
}
