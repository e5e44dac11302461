import Diagnostics

/// How an apply goes about it.
package struct ApplyOptions: Hashable, Sendable {
    /// Apps that are worked on side by side, at least 1.
    package var parallelism: Int
    /// Tasks of one space that are created side by side, at least 1.
    package var taskParallelism: Int
    /// After a failure no further app is begun.
    package var failsFast: Bool
    /// Seconds to wait for a deployment that somebody else started.
    package var deploymentPatience: Int
    package var limits: SafetyLimits
    /// Seconds after which somebody else's claim to create a run is dead when it does not change, at least 3.
    package var claimTimeout: Int
    /// Seconds to wait at most when the server limits the rate of requests that create runs.
    package var rateLimitPatience: Int
    /// The saved plan that is performed, as markers and deployments name it; nil for a plan that was not saved.
    var approval: String?
    /// False only in tests, which show that without claims a run can be started twice.
    var claimsRuns = true

    package init(
        parallelism: Int = 10,
        taskParallelism: Int = 1,
        failsFast: Bool = false,
        deploymentPatience: Int = 600,
        limits: SafetyLimits = SafetyLimits(),
        claimTimeout: Int = 90,
        rateLimitPatience: Int = 60
    ) {
        self.parallelism = parallelism
        self.taskParallelism = taskParallelism
        self.failsFast = failsFast
        self.deploymentPatience = deploymentPatience
        self.limits = limits
        self.claimTimeout = claimTimeout
        self.rateLimitPatience = rateLimitPatience
    }
}

/// Performs a plan: the operations of an app one after the other, apps side by side.
///
/// The first failed operation of an app ends that app. Cancelling the task that runs it lets the requests in flight
/// end and attempts nothing more.
package struct Applier: Sendable {
    /// What happens while a plan is performed.
    package enum Event: Sendable {
        case began(Plan.Operation)
        case ended(Plan.Operation, Outcome, Duration)
        /// Something on the platform has to end first; said once, and when it changes.
        case waiting(Address, String)
        /// The same, and until then nothing of the operation is asked of the server; it begins anew afterwards.
        case held(Address, String)
    }

    package typealias Progress = @Sendable (Event) async -> Void

    private let context: ApplyContext
    private let observed: ObservedState

    init(_ context: ApplyContext, observed: ObservedState) {
        self.context = context
        self.observed = observed
    }

    package init(
        platform: any Platform,
        observed: ObservedState,
        options: ApplyOptions = ApplyOptions(),
        clock: any Clock<Duration> = ContinuousClock(),
        stamps: Stamps = Stamps(),
        progress: @escaping Progress = { _ in }
    ) {
        let context = ApplyContext(
            platform: platform,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        )
        self.init(context, observed: observed)
    }

    package func apply(_ plan: Plan) async -> ApplyReport {
        let groups = grouped(plan.operations)
        let apps = observedApps(of: groups)
        let gates = gates(for: groups)
        let (platform, clock, options) = (context.platform, context.clock, context.options)
        let watch = platform.canWrite && !groups.isEmpty ? DeploymentWatch(platform: platform, clock: clock) : nil
        await watch?.look()
        var outcomes = [[Outcome]](repeating: [], count: groups.count)
        await withTaskGroup(of: (Int, [Outcome]).self) { tasks in
            var next = 0
            var mayBegin = true
            func begin() {
                guard next < groups.count else { return }
                let index = next
                next += 1
                let worker = worker(for: groups[index], apps[index], gates, watch)
                let operations = groups[index]
                let isWanted = mayBegin
                tasks.addTask { (index, isWanted ? await worker(operations) : operations.map { _ in .notAttempted }) }
            }
            for _ in 0..<max(1, min(groups.count, options.parallelism)) { begin() }
            while let (index, results) = await tasks.next() {
                outcomes[index] = results
                if options.failsFast, results.contains(where: \.isFailure) { mayBegin = false }
                begin()
            }
        }
        let entries = zip(groups.joined(), outcomes.joined()).map { ApplyReport.Entry($0, $1) }
        return ApplyReport(entries: entries)
    }

    /// The operations of each app, apps in the plan's order.
    private func grouped(_ operations: [Plan.Operation]) -> [[Plan.Operation]] {
        operations.reduce(into: [[Plan.Operation]]()) { groups, operation in
            let app = operation.address.appending(.app)
            if groups.last?.first?.address.appending(.app) == app {
                groups[groups.count - 1].append(operation)
            } else {
                groups.append([operation])
            }
        }
    }

    /// The app of each group; every space's apps are indexed once, since there can be thousands of both.
    private func observedApps(of groups: [[Plan.Operation]]) -> [ObservedApp?] {
        var spaces: [String: [Text: ObservedApp]] = [:]
        return groups.map { operations in
            guard let address = operations.first?.address else { return nil }
            if spaces[address.spaceName] == nil {
                let space = observed.space(organization: address.organization, space: address.space)
                spaces[address.spaceName] = space?.appsByName ?? [:]
            }
            return spaces[address.spaceName]?[address.app.caseFolded]
        }
    }

    private func gates(for groups: [[Plan.Operation]]) -> [String: Gate] {
        var gates: [String: Gate] = [:]
        for address in groups.compactMap(\.first?.address) where gates[address.spaceName] == nil {
            gates[address.spaceName] = Gate(limit: max(1, context.options.taskParallelism))
        }
        return gates
    }

    private func worker(
        for operations: [Plan.Operation],
        _ app: ObservedApp?,
        _ gates: [String: Gate],
        _ watch: DeploymentWatch?
    ) -> @Sendable ([Plan.Operation]) async -> [Outcome] {
        guard let address = operations.first?.address, let app
        else { return { operations in operations.map { _ in .notAttempted } } }
        let gate = gates[address.spaceName] ?? Gate(limit: 1)
        let user = observed.identity.name
        let applier = AppApplier(context: context, app: app, user: user, taskGate: gate, deployments: watch)
        return { await applier.perform($0) }
    }
}

extension Address {
    fileprivate var spaceName: String { "\(organization)/\(space)" }
}

extension Outcome {
    var isFailure: Bool { if case .failed = self { true } else { false } }

    var isPostponed: Bool { if case .postponed = self { true } else { false } }

    /// Nothing more is attempted of the app.
    var endsApp: Bool { isFailure || isPostponed }
}
