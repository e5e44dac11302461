import Diagnostics

/// What everybody needs who performs something: on what, how, by which clock, in whose name, and to whom it is told.
struct ApplyContext: Sendable {
    let platform: any Platform
    var options: ApplyOptions
    let clock: any Clock<Duration>
    let stamps: Stamps
    let progress: Applier.Progress
}

/// What may be performed in the rounds of an apply.
enum Mandate: Sendable {
    /// Whatever the declarations need, also when apps are planned again.
    case declared(DesiredState)
    /// What was approved of it, by a file or by its checksum, as long as that is still what would be done.
    case approved(ApprovedPlan)

    var declarations: DesiredState {
        switch self {
        case .declared(let desired): desired
        case .approved(let approved): approved.declarations
        }
    }
}

/// The loop of every apply: observe, plan, perform, wait, again.
///
/// A plain apply, one by checksum and one of a saved plan differ in what a round may perform (`Mandate`). Apps that nobody
/// deploys come first. Then the deployments of the others are waited for side by side, and their apps are observed and planned
/// again, as often as another deployment begins and the patience for the app lasts. So are those that somebody begins to
/// deploy in the middle.
struct Rounds {
    /// An operation on its way through the rounds.
    struct Step {
        /// As it was approved; nil where nobody has approved single operations.
        var approved: Plan.Operation?
        /// As it was planned last.
        var now: Plan.Operation
        var outcome = Outcome.notAttempted

        /// It holds: it was sent, or found in place.
        var isDone: Bool {
            switch outcome {
            case .applied, .inPlace: true
            case .wouldSend, .postponed, .failed, .notAttempted: false
            }
        }

        var app: Address { now.address.appending(.app) }
    }

    /// What a round performs.
    private struct Share {
        /// Nothing of apps that have to be waited for.
        var plan: Plan
        /// Of each of its operations the place among the steps.
        var places: [Int]
    }

    private let reconciler: Reconciler
    private let mandate: Mandate
    private let context: ApplyContext
    private var waiting: DeploymentWaiting
    private var steps: [Step] = []
    private(set) var problems: [Diagnostic] = []
    private var laterPlans: [Plan] = []
    /// The apps that the rounds before have disturbed.
    private var disturbed: Set<Address> = []

    init(_ reconciler: Reconciler, _ mandate: Mandate, _ context: ApplyContext) {
        self.reconciler = reconciler
        self.mandate = mandate
        let secrets = mandate.declarations.secrets
        var options = context.options
        if case .approved(let approved) = mandate {
            options.approval = approved.id
            steps = approved.plan.operations.map { Step(approved: $0, now: $0) }
        }
        self.context = ApplyContext(
            platform: context.platform,
            options: options,
            clock: context.clock,
            stamps: context.stamps,
            progress: { await context.progress($0.hiding(secrets)) }
        )
        waiting = DeploymentWaiting(
            platform: context.platform,
            clock: context.clock,
            patience: options.deploymentPatience,
            progress: self.context.progress
        )
    }

    /// What became of every operation: those that were approved in their order, others in that of the rounds.
    var report: ApplyReport {
        var report = ApplyReport(entries: steps.map { ApplyReport.Entry($0.now, $0.outcome) })
        report.problems = problems
        report.laterPlans = laterPlans
        return report.hiding(mandate.declarations.secrets)
    }

    /// Until nothing is left to do, or nothing more can be done.
    mutating func perform(_ first: Reconciler.Planning) async {
        var planning = first
        var apps: Set<Address>?
        let known = Set(first.diagnostics)
        while let share = await take(planning, ofApps: apps) {
            var waits = context.platform.canWrite ? planning.plan.waits : []
            waits += await perform(share, planning.observed)
            if waits.isEmpty || Task.isCancelled { return }
            if context.options.failsFast, report.diagnostics.hasErrors { return }
            let (ended, troubles) = await waiting.wait(for: waits)
            problems += troubles
            guard !ended.isEmpty else { return }
            do throws(PlatformError) {
                planning = try await plan(ended)
            } catch {
                problems.append(error.diagnostic(intent: "show what is declared", api: first.plan.api))
                return
            }
            problems += planning.diagnostics.filter { !known.contains($0) }
            apps = ended
        }
    }

    /// The planning with no deployment in flight any more: what has an approval is judged with nothing on the move.
    ///
    /// A platform that cannot write waits for nothing. When a deployment does not end that is among the problems.
    mutating func settle(_ first: Reconciler.Planning) async throws(PlatformError) -> Reconciler.Planning {
        var planning = first
        while context.platform.canWrite, !planning.plan.waits.isEmpty {
            let (_, troubles) = await waiting.wait(for: planning.plan.waits)
            guard !troubles.hasErrors else {
                problems = troubles
                return planning
            }
            problems += troubles
            planning = try await reconciler.plan(mandate.declarations)
        }
        return planning
    }

    /// What is left of these apps, as it is now.
    private func plan(_ apps: Set<Address>) async throws(PlatformError) -> Reconciler.Planning {
        let planning = try await reconciler.plan(mandate.declarations.keeping(apps))
        guard case .approved(let approved) = mandate else { return planning }
        return try await reconciler.planningUnmadeRestarts(of: approved.keeping(apps), planning)
    }

    private mutating func perform(_ share: Share, _ observed: ObservedState) async -> [Plan.Wait] {
        disturbed.formUnion(share.plan.disturbances.keys)
        let report = await Applier(context, observed: observed).apply(share.plan)
        var waits: [Address: Plan.Wait] = [:]
        for (place, entry) in zip(share.places, report.entries) {
            steps[place].now = entry.operation
            steps[place].outcome = entry.outcome
            guard case .postponed(let deployment) = entry.outcome else { continue }
            let app = steps[place].app
            waits[app] = Plan.Wait(address: app, origin: entry.operation.origin, deployment: deployment)
            steps[place].outcome = .notAttempted
        }
        return waits.values.sorted { $0.address < $1.address }
    }
}

// MARK: - What a round may perform

extension Rounds {
    /// The share of a round in what was planned; nil when it may perform nothing, and nothing after it.
    ///
    /// - Parameter apps: those that were planned again; nil in the first round.
    private mutating func take(_ planning: Reconciler.Planning, ofApps apps: Set<Address>?) async -> Share? {
        let whole: Plan
        let places: [Int]
        switch mandate {
        case .declared: (whole, places) = takeAll(planning, ofApps: apps)
        case .approved(let approved):
            guard let left = await takeApproved(approved, planning, ofApps: apps) else { return nil }
            (whole, places) = left
        }
        if apps != nil { laterPlans.append(whole) }
        let refusals = context.options.limits.refusals(of: whole, after: disturbed)
        problems += refusals
        guard refusals.isEmpty else { return nil }
        guard context.platform.canWrite else { return Share(plan: whole, places: places) }
        let waiting = Set(planning.plan.waits.map(\.address))
        let kept = places.indices.filter { !waiting.contains(whole.operations[$0].address.appending(.app)) }
        return Share(plan: whole.withoutWaits, places: kept.map { places[$0] })
    }

    /// Everything; what was left of the apps that are planned again is forgotten.
    private mutating func takeAll(_ planning: Reconciler.Planning, ofApps apps: Set<Address>?) -> (Plan, [Int]) {
        if let apps { steps.removeAll { apps.contains($0.app) && $0.outcome == .notAttempted } }
        let start = steps.count
        steps += planning.plan.operations.map { Step(now: $0) }
        return (planning.plan, Array(start..<steps.count))
    }

    /// What the review leaves of it; nil when something is stale before the first write.
    ///
    /// What is stale later costs its app.
    /// An operation that is done already is done once more where the same change is needed again; else it is left as it is.
    private mutating func takeApproved(
        _ approved: ApprovedPlan,
        _ planning: Reconciler.Planning,
        ofApps apps: Set<Address>?
    ) async -> (Plan, [Int])? {
        // What a paused deployment holds is neither stale nor in place: the same approval holds when it has ended.
        let paused = planning.pausedApps
        if apps == nil, steps.contains(where: { paused.contains("\($0.app)") }) { return nil }
        let review = ApprovalReview(of: apps.map { approved.keeping($0) } ?? approved, against: planning)
        let places = steps.indices.filter { apps?.contains(steps[$0].app) ?? true }
        var waiting = context.platform.canWrite ? Set(planning.plan.waits.map(\.address)) : []
        // What the server does not show is neither stale nor in place, either; that is told, and costs the app.
        waiting.formUnion(planning.unseenApps(of: approved.declarations))
        var stale: Set<Address> = []
        for (place, (operation, verdict)) in zip(places, review.verdicts) where !steps[place].isDone {
            guard case .stale(let reasons) = verdict, !waiting.contains(steps[place].app) else { continue }
            stale.insert(steps[place].app)
            if !paused.contains("\(steps[place].app)") { problems.append(.planStale(operation, reasons)) }
        }
        if apps == nil, !stale.isEmpty { return nil }
        var kept: [ApprovalReview.Verdict] = []
        var performed: [Int] = []
        for (place, (operation, verdict)) in zip(places, review.verdicts)
        where !stale.contains(steps[place].app) && !waiting.contains(steps[place].app) {
            kept.append(verdict)
            switch verdict {
            case .inPlace(let note) where !steps[place].isDone:
                steps[place] = Step(approved: operation, now: operation, outcome: .inPlace(note: note))
                await context.progress(.ended(operation, .inPlace(note: note), .zero))
            case .postponed:
                steps[place] = Step(approved: operation, now: operation, outcome: .wouldSend(operation.requests))
            case .perform: performed.append(place)
            case .inPlace, .stale: break
            }
        }
        return (review.plan(of: kept), performed)
    }
}
