package import Diagnostics

/// What the API reported.
///
/// It knows guids and no places in files.
/// Made by a `Platform`.
package struct ObservedState: Hashable, Sendable {
    /// The API's URL as the user gave it, without a trailing slash.
    package var api: String
    /// The V3 API version, from `/`: `links.cloud_controller_v3.meta.version`.
    package var apiVersion: String?
    package var identity: Identity
    /// The declared spaces that exist and are visible.
    package var spaces: [ObservedSpace]
    /// Names of visible organizations, for "did you mean"; only filled when a declared one was not found.
    package var organizationNames: [Text]
    /// Names of visible spaces a found organization (its name as observed), filled when a declared one was not found.
    package var spaceNames: [Text: [Text]]

    package init(api: String, identity: Identity) {
        self.api = api
        self.identity = identity
        spaces = []
        organizationNames = []
        spaceNames = [:]
    }

    /// The space of these names; the server compares both without regard to case.
    package func space(organization: Text, space: Text) -> ObservedSpace? {
        spaces.first {
            $0.organization.caseFolded == organization.caseFolded && $0.name.caseFolded == space.caseFolded
        }
    }
}

/// Who is asking, and what the token allows.
package struct Identity: Hashable, Sendable {
    /// The user's name, else the client's id.
    package var name: String
    /// The token's scopes, such as `cloud_controller.write`.
    package var scopes: Set<String>

    package init(name: String, scopes: Set<String>) {
        self.name = name
        self.scopes = scopes
    }
}

/// A space and the declared apps that were found in it.
package struct ObservedSpace: Hashable, Sendable {
    package var guid: String
    package var organization: Text
    package var name: Text
    /// The caller's roles here, such as `space_developer`; empty for admins, who have none.
    ///
    /// Nil when the server did not show them.
    package var roles: Set<String>?
    package var apps: [ObservedApp]
    /// Why nothing is known of apps, by their names without case.
    package var unseenApps: [Text: PlatformError] = [:]
    /// Names of visible apps, for "did you mean"; only filled when a declared app was not found.
    package var appNames: [Text]

    package init(guid: String, organization: Text, name: Text) {
        self.guid = guid
        self.organization = organization
        self.name = name
        roles = []
        apps = []
        appNames = []
    }

    /// The apps by their names without case, for whoever looks up many of them.
    package var appsByName: [Text: ObservedApp] {
        Dictionary(apps.map { ($0.name.caseFolded, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The app of this name; the server compares app names without regard to case.
    package func app(named name: Text) -> ObservedApp? {
        apps.first { $0.name.caseFolded == name.caseFolded }
    }
}

/// The fields that a resource showed.
///
/// A field that is missing here is one whose key was absent from the response.
package typealias ObservedFields = [Field: ObservedValue]

/// An app with its processes, current droplet, tasks and deployments.
package struct ObservedApp: Hashable, Sendable {
    package enum Lifecycle: Hashable, Sendable {
        case buildpack, docker, other(String)
    }

    /// What is read of an app by requests of its own.
    package enum Part: Int, Hashable, Sendable, CaseIterable {
        case processes, tasks, droplet, staging, deployments
    }

    package var guid: String
    /// Nil where the app was read alone.
    package var spaceGUID: String?
    package var name: Text
    /// The desired state of the app on the platform is STARTED.
    package var isStarted: Bool
    package var lifecycle: Lifecycle
    package var currentDropletGUID: String?
    /// Labels and annotations.
    package var fields: ObservedFields
    /// One entry a type: of `web` the newest.
    package var processes: [ObservedProcess]
    /// Of types with several processes those that are not the newest: a deployment makes a second web.
    package var olderProcesses: [ObservedProcess] = []
    /// The current droplet; only read where something declared needs it.
    package var droplet: ObservedDroplet?
    /// Only read where a new image is to be staged.
    package var staging = ObservedStaging()
    /// Tasks whose names or run labels matter to the declared ones.
    package var tasks: [ObservedTask]
    /// Deployments whose status is ACTIVE.
    package var deployments: [ObservedDeployment]
    /// Why parts are not known; they look then as if there were none.
    package var unseen: [Part: PlatformError] = [:]

    package init(guid: String, name: Text, isStarted: Bool, lifecycle: Lifecycle) {
        self.guid = guid
        self.name = name
        self.isStarted = isStarted
        self.lifecycle = lifecycle
        fields = [:]
        processes = []
        tasks = []
        deployments = []
    }
}

/// A process as the API shows it.
package struct ObservedProcess: Hashable, Sendable {
    package var guid: String
    package var type: Text
    /// Changes exactly when a restart picked up new settings.
    package var version: String?
    package var fields: ObservedFields

    package init(guid: String, type: Text, version: String? = nil, fields: ObservedFields = [:]) {
        self.guid = guid
        self.type = type
        self.version = version
        self.fields = fields
    }
}

/// A droplet as the API shows it.
package struct ObservedDroplet: Hashable, Sendable {
    package var guid: String
    /// STAGED, EXPIRED, FAILED, ...
    package var state: String
    package var isDocker: Bool
    /// The package that it was made from; nil when it does not say.
    package var packageGUID: String?
    /// Image, labels and annotations.
    package var fields: ObservedFields
    /// The commands that staging detected, by process type; nil when they were not read.
    package var detectedCommands: [Text: Text]?
    /// The user that the image runs as, for a docker droplet whose details were read; nil when not known.
    package var imageUser: Text?

    package init(guid: String, state: String, isDocker: Bool, fields: ObservedFields = [:]) {
        self.guid = guid
        self.state = state
        self.isDocker = isDocker
        self.fields = fields
    }
}

/// A task, that is one run, as the API shows it.
package struct ObservedTask: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case pending = "PENDING"
        case running = "RUNNING"
        case canceling = "CANCELING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"

        package var isTerminal: Bool { self == .succeeded || self == .failed }
    }

    package var guid: String
    package var appGUID: String
    package var name: Text
    /// Counted per app, never reused.
    package var sequenceID: Int
    package var state: State
    package var failureReason: String?
    package var dropletGUID: String?
    package var createdAt: String
    /// Labels, annotations; of a task that was read alone or just created also command, memory and so on.
    package var fields: ObservedFields

    package init(guid: String, appGUID: String, name: Text, sequenceID: Int, state: State, createdAt: String) {
        self.guid = guid
        self.appGUID = appGUID
        self.name = name
        self.sequenceID = sequenceID
        self.state = state
        self.createdAt = createdAt
        fields = [:]
    }
}

/// A deployment of an app's web process.
package struct ObservedDeployment: Hashable, Sendable, Codable {
    package var guid: String
    /// ACTIVE, not FINALIZED.
    package var isActive = true
    /// DEPLOYING, PREPAUSED, PAUSED or CANCELING; DEPLOYED, CANCELED or SUPERSEDED when it is finished.
    package var reason: String
    /// What the server last said about why it does not get on; not final.
    package var error: String?
    package var createdAt: String
    /// The droplet that it rolls out; nil when it does not say.
    package var dropletGUID: String?
    /// The guids of the web processes that it makes.
    package var newProcessGUIDs: [String]
    /// The app that it is of; nil where that is not known.
    package var appGUID: String?
    /// The label `evenkeel.dev/rollout`, which an apply puts on the deployments that it makes; nil on those of others.
    package var rollout: String?

    package init(guid: String, reason: String, createdAt: String, newProcessGUIDs: [String] = []) {
        self.guid = guid
        self.reason = reason
        self.createdAt = createdAt
        self.newProcessGUIDs = newProcessGUIDs
    }
}

/// One instance of a process, as the runtime sees it.
package struct ObservedInstance: Hashable, Sendable {
    package var index: Int
    /// STARTING, RUNNING, CRASHED, DOWN, STOPPING or UNKNOWN.
    package var state: String
    /// The result of the readiness health check; nil where there is none.
    package var isRoutable: Bool?
    /// Why it is not running, if the runtime said.
    package var details: String?
    /// Seconds in this state.
    package var uptime: Int?
    /// Another one after the instance was replaced; nil where none runs.
    package var guid: String?
    package var memory = Usage()
    package var disk = Usage()

    /// Bytes; nil where the server does not say.
    package struct Usage: Hashable, Sendable {
        package var used: Int?
        package var quota: Int?

        package init(used: Int? = nil, quota: Int? = nil) {
            self.used = used
            self.quota = quota
        }
    }

    package init(index: Int, state: String) {
        self.index = index
        self.state = state
    }

    /// Running, and ready for requests where that is checked.
    package var isReady: Bool { state == "RUNNING" && isRoutable != false }
}
