package import Diagnostics

/// What runs of the declared apps, as it was observed at one time.
///
/// A value: the text, the live view and the JSON of `status` are made from it.
package struct StatusReport: Hashable, Sendable {
    package var api: String
    package var user: String
    /// `ORG/SPACE` of every declared space.
    package var spaces: [String]
    /// By address; apps that were not found are in the diagnostics alone.
    package var apps: [AppStatus]
    /// The declared resources that cannot be shown; the diagnostics say why.
    package var erroneous: Set<String>

    package init(api: String, user: String, spaces: [String]) {
        self.api = api
        self.user = user
        self.spaces = spaces
        apps = []
        erroneous = []
    }
}

/// A declared app, what runs of it, and what of it is still to come.
package struct AppStatus: Hashable, Sendable {
    package var address: Address
    /// The place of the app's name.
    package var origin: SourceRange
    package var isStarted: Bool
    package var rollout: DesiredRollout.Strategy
    /// Web first, the others by type; declared or not.
    package var processes: [ProcessStatus]
    /// Those that are ACTIVE.
    package var deployments: [ObservedDeployment]
    /// The declared ones, in the order of the manifest.
    package var tasks: [TaskStatus]
    /// Names of settings that wait for a restart.
    package var restartOwed: [String]
    /// A task whose failure keeps the next apply from restarting the app.
    package var failedTask: Address?
}

/// A process with its instances and its checks.
package struct ProcessStatus: Hashable, Sendable {
    /// What a deployment makes of the process.
    package enum Role: String, Hashable, Sendable {
        /// No deployment makes another process of the type.
        case only
        /// Ran before the deployment, which takes its instances away.
        case old
        /// Was made by the deployment.
        case new
    }

    package var address: Address
    /// The place of the type; nil for a process that is not declared.
    package var origin: SourceRange?
    package var guid: String
    package var role: Role
    /// How many instances the platform is to run, whether the app is started or not.
    package var wanted: Int
    package var instances: InstanceReading
    /// The number of instances and both checks, each with what is declared of it.
    package var fields: [FieldStatus]

    /// The instances that run and are ready; nil when nobody knows.
    package var ready: Int? {
        switch instances {
        case .known(let instances): instances.count(where: \.isReady)
        case .stopped: 0
        case .unknown: nil
        }
    }
}

/// What is known of the instances of a process.
package enum InstanceReading: Hashable, Sendable {
    /// By index.
    case known([ObservedInstance])
    /// The app is stopped: nothing is to run, and the runtime was not asked.
    case stopped
    /// The runtime did not say, for this reason.
    case unknown(String)
}

/// A field of a process as it was observed, with what is declared of it.
package struct FieldStatus: Hashable, Sendable {
    package let field: Field
    /// Nil when the server does not show the field.
    package let observed: ObservedValue?
    /// Nil when the manifest does not mention it.
    package let declared: DeclaredField?
    /// Nil when nothing is declared.
    package let standing: FieldStanding?

    /// A secret went into what is declared, so neither value is shown.
    package var isMasked: Bool { declared?.masked != nil }
}

/// A declared task and its runs.
package struct TaskStatus: Hashable, Sendable {
    package var address: Address
    /// The place of the name.
    package var origin: SourceRange
    /// Declared with `state: canceled`.
    package var isToBeCanceled: Bool
    /// The newest run of what is declared, else the newest of the name; nil when no row of either is left, or when the
    /// record knows of a later run of what is declared.
    package var run: ObservedTask?
    /// What the app remembers in the place of `run`: the row is deleted.
    package var recorded: RunRecord.Entry?
    /// `run` or `recorded` is one of what is declared, and not of an earlier specification.
    package var isDeclaredRun: Bool
    /// Why nobody can tell what the app remembers, in words that follow "the record"; nil where somebody can, or where
    /// the row says it.
    package var unreadableRecord: String?
    /// Runs of the name that have not ended, besides `run`.
    package var others: [ObservedTask]

    /// The run that was declared has ended as FAILED.
    package var hasFailed: Bool {
        isDeclaredRun && (run?.state == .failed || recorded?.state == .failed || recorded?.state == .canceled)
    }
}
