import Diagnostics
import Reconciliation
import Synchronization

/// A platform that answers from closures and keeps what it was sent.
final class ScriptedPlatform: Platform {
    typealias Sender = @Sendable (Request, _ attempt: Int) throws(PlatformError) -> Answer

    private let sender: Sender
    private let sentRequests = Mutex<[Request]>([])
    private let runListings = Mutex(0)
    /// By listing: the first one, the second one, and so on; the last stays.
    let runs: [[ObservedTask]]
    let processes: [ObservedProcess]
    let tasks: [ObservedTask]
    let droplet: ObservedDroplet?
    /// By reading: the first one, the second one, and so on; the last stays.
    let deployments: [ObservedDeployment]
    let instances: [[ObservedInstance]]
    let active: [ObservedDeployment]
    private let readings = Mutex((deployments: 0, instances: 0))

    init(
        runs: [[ObservedTask]] = [[]],
        processes: [ObservedProcess] = [],
        tasks: [ObservedTask] = [],
        droplet: ObservedDroplet? = nil,
        deployments: [ObservedDeployment] = [],
        instances: [[ObservedInstance]] = [[]],
        active: [ObservedDeployment] = [],
        sender: @escaping Sender
    ) {
        self.runs = runs
        self.processes = processes
        self.tasks = tasks
        self.droplet = droplet
        self.deployments = deployments
        self.instances = instances
        self.active = active
        self.sender = sender
    }

    var sent: [Request] { sentRequests.withLock { $0 } }

    func send(_ request: Request) async throws(PlatformError) -> Answer {
        let attempt = sentRequests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return try sender(request, attempt)
    }

    func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState {
        throw PlatformError(.unreachable)
    }

    func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        processes.first { $0.type == type }
    }

    func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] { processes }

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

    func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? { droplet }

    func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? { droplet }

    func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        let listing = runListings.withLock { count in
            count += 1
            return count
        }
        return runs[min(listing, runs.count) - 1]
    }

    func task(_ guid: String) async throws(PlatformError) -> ObservedTask? { tasks.first { $0.guid == guid } }
}
