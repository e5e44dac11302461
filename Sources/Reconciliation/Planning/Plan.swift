package import Diagnostics

/// What would be done, in order, and what it was computed from.
///
/// A value: `plan` prints it, `apply` performs exactly it. Equal manifests and equal observed state give an equal
/// plan, byte for byte; it holds no times and no guids but those in preconditions.
package struct Plan: Hashable, Sendable, Codable {
    /// A declared field whose value is kept from this user, so that nobody knows whether it differs.
    ///
    /// It is planned as a change that is made only by somebody who sees the value.
    package struct Unknown: Hashable, Sendable, Codable {
        package let address: Address
        package let field: Field
        package let origin: SourceRange
    }

    /// A declared run that ended as FAILED; it is not repeated.
    package struct FailedRun: Hashable, Sendable, Codable {
        package let address: Address
        package let origin: SourceRange
        /// The server's words, if it gave any.
        package let reason: String?
        package let outcome: RunOutcome
        package let step: OperationStep
        /// The task is waited for, so what stands behind it in the app is not attempted.
        package let blocks: Bool
    }

    /// Fields of a resource that have left the manifest.
    package struct NoLongerManaged: Hashable, Sendable, Codable {
        package let address: Address
        /// Names of the fields, as in manifests.
        package let fields: [String]
    }

    /// A run that is recorded and counts as run, although its row is gone and nobody saw how it ended.
    package struct UnseenRun: Hashable, Sendable, Codable {
        package let address: Address
        package let origin: SourceRange
        package let sequenceID: Int
    }

    /// An app that is changed only when a deployment that somebody else started has ended.
    package struct Wait: Hashable, Sendable, Codable {
        package let address: Address
        package let origin: SourceRange
        package let deployment: ObservedDeployment
        /// Seconds after which a deployment that an earlier apply made is given up and cancelled; nil where none is.
        package var timeout: Int?
    }

    /// An app that is only disturbed when the command line allows it.
    package struct Protection: Hashable, Sendable, Codable {
        package let address: Address
        /// The place of `protected: true`.
        package let origin: SourceRange
    }

    package var api: String
    package var user: String
    /// `ORG/SPACE` of every declared space.
    package var spaces: [String]
    /// By app, then by `OperationStep`, then in the order of the manifest.
    package var operations: [Operation]
    /// What the others show of these apps is planned again after the wait.
    package var waits: [Wait]
    package var unknowns: [Unknown]
    package var failedRuns: [FailedRun]
    package var unseenRuns: [UnseenRun]
    /// Restarts that an earlier change left, of apps that are not rolled out.
    package var owed: [Owed]
    /// Fields that a manager has set and that its manifest does not mention any more; their values stay.
    package var noLongerManaged: [NoLongerManaged]
    /// Declared resources that need nothing.
    package var unchanged: Int
    /// The resources that cannot be planned; the diagnostics say why.
    package var erroneous: Set<String>
    /// All apps that the manifests declare, also those that targets leave out.
    package var declaredApps = 0
    /// The protected ones among the apps that were planned.
    package var protections: [Protection] = []

    package init(api: String, user: String, spaces: [String]) {
        self.api = api
        self.user = user
        self.spaces = spaces
        operations = []
        waits = []
        unknowns = []
        failedRuns = []
        unseenRuns = []
        owed = []
        noLongerManaged = []
        unchanged = 0
        erroneous = []
    }
}

extension Plan {
    /// One step on one resource: one write, with what has to go before and after it.
    package struct Operation: Hashable, Sendable, Codable {
        package enum Action: String, Hashable, Sendable, Codable {
            case update, run, cancel, restart
            /// Only records on the platform what is in place already.
            case adopt
            /// Only forgets what was recorded; what it was about is left alone.
            case release
            /// An earlier apply started the run; this one waits for its end.
            case wait
        }

        /// When the platform acts on it.
        package enum Effect: String, Hashable, Sendable, Codable {
            case atOnce = "at_once"
            case afterRestart = "after_restart"
            /// The plan restarts the app itself.
            case afterRollout = "after_rollout"
            /// The app is stopped: it shows at the next start.
            case atStart = "at_start"
        }

        package let address: Address
        package let action: Action
        package internal(set) var step: OperationStep
        package let origin: SourceRange
        package let effect: Effect
        package internal(set) var changes: [FieldChange]
        package internal(set) var request: Request
        package internal(set) var preconditions: [Precondition]
        /// What the caller lacks to do this, in words that follow "needs".
        package var needs: String?
        /// Facts worth knowing before agreeing.
        package var notes: [String]
        /// The declared fields that the answer has to show.
        package internal(set) var expected: [DeclaredField]
        /// The run that a task's operation is about; nil for others.
        package var run: Run?
        /// Why it will not be attempted, in words that follow "not attempted:"; nil for what will be.
        package var blocked: String?
        /// Seconds for a rollout to finish.
        package var timeout: Int?
        /// Seconds within which every instance has to be ready before this is attempted; nil where that does not matter.
        package internal(set) var readiness: Int?
        /// The request remembers on the process that a restart is owed.
        package var marksRestart = false
        /// A restart that is made only when a hidden value turns out to be another one.
        package internal(set) var isConditional = false
        /// What is sent before the request, each only where it is needed: a package, the claim of a run.
        package var preparing: [Request] = []
        /// What is sent after it, such as the record of a run.
        package var concluding: [Request] = []

        /// The next attempt at a run that is waited for, in case that it fails; nil where none may be made.
        package internal(set) var repetition: Repetition?

        /// All that it changes is kept from this user, who cannot tell whether there is anything to do.
        package var isUncertain: Bool {
            isConditional || (!changes.isEmpty && changes.allSatisfy { $0.isUnseen || $0.isImplied })
        }

        /// It has settings that are not live at once and of which this user knows that they change.
        package var changesWhatRuns: Bool {
            changes.isEmpty || changes.contains { !$0.isUnseen && !$0.field.definition.isLiveAtOnce }
        }

        /// All of it, in the order of sending.
        package var requests: [Request] { preparing + [request] + concluding }
    }

    /// Another attempt at a run.
    package struct Repetition: Hashable, Sendable, Codable {
        package let request: Request
        /// The declared fields that the answer has to show.
        package let expected: [DeclaredField]
    }

    /// An app whose settings wait for a restart that nobody has made and that this plan does not make.
    package struct Owed: Hashable, Sendable, Codable {
        package let address: Address
        /// Names of the settings that are not live.
        package let fields: [String]
    }

    /// Which run of a task is meant; the fingerprint is nil for one that is cancelled whatever it is.
    package struct Run: Hashable, Sendable, Codable {
        package var fingerprint: String?
        /// Of an existing row; nil for one to be created.
        package let sequenceID: Int?
        /// What the fingerprint is computed from once the droplet of its symbol is known; nil when it is known already.
        package var specification: JSON?
        /// Counted from 1.
        package var attempt = 1
        /// The last attempt that may be made: 1 and the declared retries.
        package var lastAttempt = 1
        /// Attempts that may follow, where an earlier apply has started the run and it fails.
        package var retriesLeft = 0
        /// Seconds to wait for the run's end; nil is not waited for.
        package var wait: Int?
        /// Seconds to wait at most for another live run of the name, which has to end first; nil when there is none.
        package var patience: Int?

        package init(fingerprint: String?, sequenceID: Int?) {
            self.fingerprint = fingerprint
            self.sequenceID = sequenceID
        }
    }

    /// What was observed of something that the operation depends on.
    package struct Precondition: Hashable, Sendable, Codable {
        package let name: String
        package let value: FieldValue
        /// The observed value belongs to a masked field.
        package let isMasked: Bool

        /// Of a masked field only the start of the value's hash is kept.
        package init(_ name: String, _ value: FieldValue, isMasked: Bool = false) {
            self.name = name
            self.value = isMasked && value != .null ? .text(Text(shortHash(of: value.json))) : value
            self.isMasked = isMasked
        }
    }

    /// The requests that change something, of operations that will be attempted.
    package var writes: Int {
        operations.reduce(0) { $1.blocked == nil ? $0 + $1.requests.count { $0.method != .get } : $0 }
    }

    /// Nothing to do, nothing unknown, nothing wrong.
    package var isEmpty: Bool {
        operations.isEmpty && waits.isEmpty && unknowns.isEmpty && failedRuns.isEmpty && erroneous.isEmpty
    }
}

/// How a run that is FAILED on the platform ended.
///
/// `cloud_controller_ng app/actions/task_create.rb`, `lib/cloud_controller/diego/tasks_sync.rb`.
package enum RunOutcome: String, Hashable, Sendable, Codable {
    case notStarted = "not_started"
    case unknown
    case canceled
    case failed

    package init(failureReason: String?) {
        switch failureReason {
        case "Unable to request task to be run", "Task expired in PENDING state": self = .notStarted
        case "Unable to determine completion status": self = .unknown
        case "task was cancelled": self = .canceled
        default: self = .failed
        }
    }

    /// In words that follow the address of the run.
    package var words: String {
        switch self {
        case .notStarted: "was not started"
        case .unknown: "ended with an unknown outcome"
        case .canceled: "was cancelled"
        case .failed: "failed"
        }
    }
}
