import Diagnostics

/// Everything that the simulated foundation knows, changed by one request at a time.
///
/// A request is one call, so that what the real server does in a transaction cannot be seen half done.
package actor Store {
    let options: SandboxServer.Options
    /// The URL that links are made of and that stands in the discovery document.
    var baseURL = "http://127.0.0.1"

    var guids: GUIDSource
    var startOfClock: Timestamp
    /// Seconds by which the clock was moved by hand.
    var secondsAdvanced = 0
    var sleepers: [Int: Sleeper] = [:]
    var lastSleeper = 0

    var users = Table<UserRow>()
    var organizations = Table<OrganizationRow>()
    var spaces = Table<SpaceRow>()
    var apps = Table<AppRow>()
    var processes = Table<ProcessRow>()
    var droplets = Table<DropletRow>()
    var tasks = Table<TaskRow>()
    var deployments = Table<DeploymentRow>()
    var revisions = Table<RevisionRow>()
    var packages = Table<PackageRow>()
    var builds = Table<BuildRow>()
    var jobs = Table<JobRow>()
    var roles = Table<RoleRow>()
    var events = Table<EventRow>()

    /// The guids of tasks that the clock still has to end.
    var tasksInFlight: Set<String> = []
    /// The guids of deployments that the updater still looks at.
    var deploymentsInFlight: Set<String> = []
    /// The guids of builds that the clock still has to end.
    var buildsInFlight: Set<String> = []
    var runtime = RuntimeState()
    /// The moment of what falls due, while that is brought about.
    var settlingAt: Timestamp?
    /// When expired droplets were last pruned, in days since 1970.
    var lastExpiry = 0
    /// When finished tasks were last pruned, in days since 1970.
    var lastPruning = 0
    /// The same for audit events.
    var lastEventPruning = 0
    var taskRuns: [Seed.TaskRun]
    var featureFlags: [Seed.FeatureFlag]

    var rateLimit: RateLimit?

    var tokens = TokenBook()
    var requestCounts: [String: RequestCount] = [:]
    var faults: [Fault]
    var journalEntries: [JournalEntry] = []
    /// How many entries the journal had before it was cleared.
    var clearedEntries = 0

    package init(seed: Seed, options: SandboxServer.Options = SandboxServer.Options()) {
        self.options = options
        guids = options.guids
        startOfClock = options.clock.start
        taskRuns = seed.taskRuns
        featureFlags = seed.featureFlags
        faults = options.faults
        rateLimit = options.rateLimit
        var filler = StoreFiller(guids: options.guids, now: options.clock.start)
        filler.fill(from: seed)
        guids = filler.guids
        users = filler.users
        organizations = filler.organizations
        spaces = filler.spaces
        apps = filler.apps
        processes = filler.processes
        droplets = filler.droplets
        tasks = filler.tasks
        deployments = filler.deployments
        revisions = filler.revisions
        packages = filler.packages
        builds = filler.builds
        deploymentsInFlight = filler.deploymentsInFlight
        lastExpiry = (startOfClock.seconds - 1800) / 86_400
        runtime.processRuns = seed.processRuns
        runtime.buildRuns = seed.buildRuns
        roles = filler.roles
        tasksInFlight = filler.tasksInFlight
    }

    /// The URL under which the server is reached, once its port is known.
    func serve(at url: String) {
        baseURL = options.externalURL ?? url
    }

    func makeGUID() -> String { guids.guid() }
}

// MARK: - Relations

extension Store {
    func space(of app: AppRow) -> SpaceRow? { spaces[app.spaceGUID] }

    func currentDroplet(of app: AppRow) -> DropletRow? { app.dropletGUID.flatMap { droplets[$0] } }

    /// The newest process of a type, which is the one that requests by app and type mean
    /// (`cloud_controller_ng app/fetchers/process_fetcher.rb`).
    func newestProcess(of app: AppRow, type: String) -> ProcessRow? {
        processes.rows(ofParent: app.guid).last { $0.type == Text(type) }
    }

    /// The command that runs: the stored one unless it is blank, else what the current droplet detected, else nothing
    /// (`cloud_controller_ng app/models/runtime/process_model.rb`).
    func effectiveCommand(of process: ProcessRow) -> Text {
        if let command = process.command, !command.isBlank { return command }
        guard let app = apps[process.appGUID], let droplet = currentDroplet(of: app) else { return "" }
        return droplet.command(ofType: process.type) ?? ""
    }

    /// The user that a process or a task runs as when none is stored.
    func defaultUser(of app: AppRow) -> Text {
        guard app.lifecycle == .docker else { return "vcap" }
        return currentDroplet(of: app)?.user ?? "root"
    }

    func deploymentBlocksWeb(of app: AppRow) -> Bool {
        deployments.rows(ofParent: app.guid).contains { $0.blocksWeb }
    }
}

extension Text {
    var isBlank: Bool { string.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
}
