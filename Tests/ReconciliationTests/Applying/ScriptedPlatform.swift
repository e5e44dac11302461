import Diagnostics
import Reconciliation
import Synchronization

/// A platform that answers from closures and keeps what it was sent.
///
/// What apps remember of runs it merges itself, since nearly every run has it.
final class ScriptedPlatform: Platform {
    typealias Sender = @Sendable (Request, _ attempt: Int) throws(PlatformError) -> Answer

    private let sender: Sender
    private let sentRequests = Mutex<[Request]>([])
    private let runListings = Mutex(0)
    private let appFields = Mutex<ObservedFields>([:])
    private let rememberings = Mutex<[Request]>([])
    /// By listing: the first one, the second one, and so on; the last stays.
    let runs: [[ObservedTask]]
    let processes: [ObservedProcess]
    /// All of an app from the second reading on; nil is the same as before.
    let laterProcesses: [ObservedProcess]?
    let tasks: [ObservedTask]
    let droplet: ObservedDroplet?
    /// By reading: the first one, the second one, and so on; the last stays.
    let deployments: [ObservedDeployment]
    let instances: [[ObservedInstance]]
    let active: [ObservedDeployment]
    /// Happens before the ACTIVE deployments of all apps are answered.
    let beforeActive: @Sendable () async -> Void
    /// What carries the label of the rollout.
    let ours: [ObservedDeployment]
    /// By look: the first one, the second one, and so on; the last stays.
    let stagings: [ObservedStaging]
    /// By reading, as above.
    let builds: [ObservedBuild]
    private let readings = Mutex((deployments: 0, instances: 0, stagings: 0, builds: 0, processes: 0))

    init(
        runs: [[ObservedTask]] = [[]],
        processes: [ObservedProcess] = [],
        laterProcesses: [ObservedProcess]? = nil,
        tasks: [ObservedTask] = [],
        droplet: ObservedDroplet? = nil,
        deployments: [ObservedDeployment] = [],
        instances: [[ObservedInstance]] = [[]],
        active: [ObservedDeployment] = [],
        beforeActive: @escaping @Sendable () async -> Void = {},
        remembering: ObservedFields = [:],
        ours: [ObservedDeployment] = [],
        stagings: [ObservedStaging] = [],
        builds: [ObservedBuild] = [],
        sender: @escaping Sender
    ) {
        self.runs = runs
        self.processes = processes
        self.laterProcesses = laterProcesses
        self.tasks = tasks
        self.droplet = droplet
        self.deployments = deployments
        self.instances = instances
        self.active = active
        self.beforeActive = beforeActive
        self.ours = ours
        self.stagings = stagings
        self.builds = builds
        self.sender = sender
        appFields.withLock { $0 = remembering }
    }

    /// But for claims and records.
    var sent: [Request] { sentRequests.withLock { $0 } }
    /// Claims and records.
    var remembered: [Request] { rememberings.withLock { $0 } }
    /// What the app remembers now.
    var memory: ObservedFields { appFields.withLock { $0 } }

    func send(_ request: Request) async throws(PlatformError) -> Answer {
        if request.kind == .patchApp, let fields = merge(request) { return .app(fields) }
        let attempt = sentRequests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return try sender(request, attempt)
    }

    /// Nil for annotations that are no memory of runs.
    private func merge(_ request: Request) -> ObservedFields? {
        let members = request.body?["metadata"]?["annotations"]?.members ?? []
        let isMemory = members.contains {
            $0.name.string.hasPrefix("evenkeel.dev/run.") || $0.name.string.hasPrefix("evenkeel.dev/claim.")
        }
        guard isMemory else { return nil }
        rememberings.withLock { $0.append(request) }
        return appFields.withLock { fields in
            for member in members {
                fields[.annotation(member.name)] = member.value.text.map { .value(.text($0)) }
            }
            return fields
        }
    }

    func app(_ guid: String) async throws(PlatformError) -> ObservedApp? {
        var app = ObservedApp(guid: guid, name: "storefront", isStarted: true, lifecycle: .buildpack)
        app.fields = memory
        return app
    }

    func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState {
        throw PlatformError(.unreachable)
    }

    func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        processes.first { $0.type == type }
    }

    func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] {
        let reading = readings.withLock { counts in
            counts.processes += 1
            return counts.processes
        }
        return reading > 1 ? laterProcesses ?? processes : processes
    }

    func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance] {
        let reading = readings.withLock { counts in
            counts.instances += 1
            return counts.instances
        }
        return instances[min(reading, instances.count) - 1]
    }

    func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment? {
        let reading = readings.withLock { counts in
            counts.deployments += 1
            return counts.deployments
        }
        return deployments.isEmpty ? nil : deployments[min(reading, deployments.count) - 1]
    }

    func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment] { active }

    func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] {
        await beforeActive()
        return active.isEmpty ? [:] : ["storefront-guid": active]
    }

    func deployments(ofApp appGUID: String, rollout: String) async throws(PlatformError) -> [ObservedDeployment] {
        ours
    }

    func deployments(ofApp appGUID: String, approval id: String) async throws(PlatformError) -> [ObservedDeployment] {
        ours
    }

    func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        let reading = readings.withLock { counts in
            counts.stagings += 1
            return counts.stagings
        }
        return stagings.isEmpty ? ObservedStaging() : stagings[min(reading, stagings.count) - 1]
    }

    func job(_ guid: String) async throws(PlatformError) -> ObservedJob? { nil }

    func build(_ guid: String) async throws(PlatformError) -> ObservedBuild? {
        let reading = readings.withLock { counts in
            counts.builds += 1
            return counts.builds
        }
        return builds.isEmpty ? nil : builds[min(reading, builds.count) - 1]
    }

    func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? { droplet }

    func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? { droplet }

    func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        let listing = runListings.withLock { count in
            count += 1
            return count
        }
        return runs[min(listing, runs.count) - 1]
    }

    func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask] {
        try await runs(ofApp: appGUID, fingerprint: "").filter { $0.name == name }
    }

    func task(_ guid: String) async throws(PlatformError) -> ObservedTask? { tasks.first { $0.guid == guid } }
}
