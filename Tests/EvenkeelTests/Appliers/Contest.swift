import CloudController
import Diagnostics
import Manifest
import Sandbox

@testable import Reconciliation

/// Several appliers of the same manifest at once, each with a client of its own, against one sandbox.
struct Contest: Sendable {
    /// How requests travel, in milliseconds.
    struct Network: Sendable, CustomStringConvertible {
        let description: String
        /// Before an applier begins.
        let start: ClosedRange<Int>
        /// There, and the same back.
        let way: ClosedRange<Int>

        static let lockstep = Network(description: "lockstep", start: 0...0, way: 10...10)
        static let jitter = Network(description: "jitter", start: 0...120, way: 5...25)
        static let slow = Network(description: "slow network", start: 0...300, way: 0...375)
        static let all = [lockstep, jitter, slow]
    }

    /// What came of it.
    struct Result: Sendable {
        let reports: [ApplyReport]
        /// The state of the app that another plan sees.
        let planning: Reconciler.Planning
        /// What plans of all specifications still want to do.
        let left: [Plan.Operation]
        let steps: [Int]
        /// On the clock of the world.
        let duration: Duration

        var app: ObservedApp? { planning.observed.spaces.first?.apps.first }

        /// How often each declared run was started.
        var starts: [Int] {
            let rows = app?.tasks ?? []
            return Contest.taskNames.map { name in rows.count { $0.name == name } }
        }

        /// How many runs of each task are recorded.
        var recorded: [Int] {
            Contest.taskNames.map { name in
                guard case .record(let record) = RunRecord.reading(of: name, in: app?.fields ?? [:]) else { return 0 }
                return record.runs.count
            }
        }

        /// Seconds between the starts of runs of one name.
        var gaps: [Int] {
            Contest.taskNames.flatMap { name in
                let rows = (app?.tasks ?? []).filter { $0.name == name }
                let starts = rows.compactMap { Moment($0.createdAt)?.seconds }.sorted()
                return zip(starts.dropFirst(), starts).map { $0 - $1 }
            }
        }

        /// The annotations without what differs from run to run: guids, sequence numbers, times.
        var memory: [String] {
            (app?.fields ?? [:]).compactMap { field, value in
                guard case .annotation(let key) = field, case .value(.text(let text)) = value else { return nil }
                let plain = text.string
                    .replacing(#/"seq":[0-9]+/#, with: "")
                    .replacing(#/"task":"[^"]*"/#, with: "")
                    .replacing(#/"at":"[^"]*"/#, with: "")
                return "\(key) \(plain)"
            }.sorted()
        }
    }

    static let taskNames: [Text] = ["migrate", "seed"]

    private static func manifest(_ specification: Int) -> String {
        """
        version: 1
        organization: acme
        space: production
        apps:
          storefront:
            tasks:
              migrate: {command: bin/migrate, wait: {timeout: 10m}, when: before_rollout, revision: \(specification)}
              seed: {command: bin/seed, revision: \(specification)}
        """
    }

    var appliers: Int
    var network: Network
    var seed: UInt64
    var death: World.Death?
    var usesClaims = true
    /// The appliers take turns with so many specifications of each task.
    var specifications = 1

    private func desired(of applier: Int) -> DesiredState {
        let manifest = Contest.manifest(applier % specifications)
        return readManifests(ManifestInput(paths: ["-"]) { Array(manifest.utf8) }).state
    }

    func run() async throws -> Result {
        let store = Store(seed: Contest.foundation, options: .testing)
        let world = World(appliers: appliers, seed: seed, death: death)
        var platforms: [CloudControllerPlatform] = []
        var plannings: [Reconciler.Planning] = []
        // All have planned before the first of them writes.
        for applier in 0..<appliers {
            let platform = try platform(store, world, applier)
            plannings.append(try await Reconciler(platform: try self.platform(store)).plan(desired(of: applier)))
            platforms.append(platform)
        }
        let starts = (0..<appliers).map { _ in world.random(in: network.start) }
        let reports = await withTaskGroup(of: (Int, ApplyReport).self) { group in
            for applier in 0..<appliers {
                let (platform, planning, start) = (platforms[applier], plannings[applier], starts[applier])
                group.addTask {
                    let desired = desired(of: applier)
                    return (applier, await apply(planning, of: desired, on: platform, world, applier, after: start))
                }
            }
            var reports: [Int: ApplyReport] = [:]
            for await (applier, report) in group { reports[applier] = report }
            return (0..<appliers).compactMap { reports[$0] }
        }
        var left: [Plan.Operation] = []
        for applier in 0..<specifications {
            let plan = try await Reconciler(platform: try platform(store)).plan(desired(of: applier)).plan
            left += plan.operations
        }
        return Result(
            reports: reports,
            planning: try await Reconciler(platform: try platform(store)).plan(desired(of: 0)),
            left: left,
            steps: (0..<appliers).map { world.steps(of: $0) },
            duration: world.now
        )
    }

    private func apply(
        _ planning: Reconciler.Planning,
        of desired: DesiredState,
        on platform: CloudControllerPlatform,
        _ world: World,
        _ applier: Int,
        after start: Duration
    ) async -> ApplyReport {
        _ = await world.wait(applier, start)
        let stamps = Stamps(
            now: { 1_795_230_000 + Int(world.now.components.seconds) },
            random: { world.random() },
            holder: "dev/machine-\(applier)"
        )
        var options = ApplyOptions()
        options.claimsRuns = usesClaims
        let report = await Reconciler(platform: platform).apply(
            planning,
            of: desired,
            on: platform,
            options: options,
            clock: WorldClock(world: world, applier: applier),
            stamps: stamps
        ) { _ in
        }
        world.leave()
        return report
    }

    /// A client whose requests take their time in the world; without one they do not.
    private func platform(
        _ store: Store,
        _ world: World? = nil,
        _ applier: Int = 0
    ) throws -> CloudControllerPlatform {
        let endpoint = try Endpoint("http://127.0.0.1")
        return CloudControllerPlatform(
            endpoint: endpoint,
            discovery: Discovery(login: endpoint, apiVersion: "3.228.0"),
            credentials: Credentials(.password(username: "dev", password: "dev", origin: nil), from: .environment),
            transport: WorldTransport(store: store, world: world, applier: applier, network: network)
        )
    }

    private static var foundation: Seed {
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 5), Seed.TaskRun("seed", runSeconds: 5)]
        return seed
    }
}

/// Takes requests to a sandbox in this process, in the world's time.
private struct WorldTransport: HTTPTransport {
    let store: Store
    let world: World?
    let applier: Int
    let network: Contest.Network

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        try await travel(request)
        let answer = await store.answer(IncomingRequest(request))
        try await travel(request)
        return TransportResponse(answer)
    }

    private func travel(_ request: TransportRequest) async throws(PlatformError) {
        guard let world else { return }
        guard await world.wait(applier, world.random(in: network.way)) else { throw PlatformError(.cancelled) }
        await store.advance(by: world.secondsPassed())
    }
}
