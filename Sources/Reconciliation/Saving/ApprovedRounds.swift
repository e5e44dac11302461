import Diagnostics

/// Performs an approved plan, and what had to wait for deployments of others once they have ended.
///
/// Everything is judged before the first write. An app that somebody begins to deploy in the middle is waited for, observed,
/// planned and judged again, as often as another deployment begins and the patience for the app lasts.
struct ApprovedRounds {
    private let reconciler: Reconciler
    private let approved: ApprovedPlan
    private let platform: any Platform
    private var options: ApplyOptions
    private let clock: any Clock<Duration>
    private let stamps: Stamps
    private let progress: Applier.Progress
    private var waiting: DeploymentWaiting
    /// Of each approved operation, in their order.
    private var entries: [ApplyReport.Entry]
    private var problems: [Diagnostic] = []
    private var laterPlans: [Plan] = []
    private var disturbed: Set<Address> = []

    init(
        reconciler: Reconciler,
        approved: ApprovedPlan,
        platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration>,
        stamps: Stamps,
        progress: @escaping Applier.Progress
    ) {
        self.reconciler = reconciler
        self.approved = approved
        self.platform = platform
        self.options = options
        self.options.approval = approved.id
        self.clock = clock
        self.stamps = stamps
        self.progress = progress
        waiting = DeploymentWaiting(
            platform: platform,
            clock: clock,
            patience: options.deploymentPatience,
            progress: progress
        )
        entries = approved.plan.operations.map { ApplyReport.Entry($0, .notAttempted) }
    }

    mutating func perform() async throws(PlatformError) -> Reconciler.ApprovedApply {
        let desired = approved.declarations
        let first = try await reconciler.plan(desired)
        let (settled, unsettled) = try await reconciler.settled(first, of: desired, &waiting)
        let planning = try await reconciler.planningUnmadeRestarts(of: approved, settled)
        let review = ApprovalReview(of: approved, against: planning)
        // What a paused deployment holds is neither stale nor in place: the same approval holds when it has ended.
        let isHeld = approved.plan.operations.contains { planning.isPaused($0.address) }
        problems = unsettled.hasErrors || isHeld ? unsettled : unsettled + review.stale
        if !isHeld, !problems.hasErrors { problems += options.limits.refusals(of: review.plan) }
        if !isHeld, !problems.hasErrors {
            let judged = review.verdicts.enumerated().map { Judged(place: $0.offset, verdict: $0.element.verdict) }
            var waits = await perform(judged, review, planning.observed)
            while !waits.isEmpty, !Task.isCancelled, !(options.failsFast && report.diagnostics.hasErrors) {
                waits = await performAgain(after: waits, knowing: planning.diagnostics)
            }
        }
        return Reconciler.ApprovedApply(report: report, plan: review.plan, diagnostics: planning.diagnostics)
    }

    private var report: ApplyReport {
        var report = ApplyReport(entries: entries)
        report.problems = problems
        report.laterPlans = laterPlans
        return report.hiding(approved.declarations.secrets)
    }

    /// An approved operation by its place, with what becomes of it.
    private struct Judged {
        let place: Int
        let verdict: ApprovalReview.Verdict
    }

    /// Performs what the review has left of these operations; gives the deployments that got ahead of it.
    ///
    /// An operation that is done already is done once more where the same change is needed again; else it is left as it is.
    private mutating func perform(
        _ judged: [Judged],
        _ review: ApprovalReview,
        _ observed: ObservedState
    ) async -> [Plan.Wait] {
        var performed: [Int] = []
        for operation in judged {
            let approved = entries[operation.place].operation
            switch operation.verdict {
            case .inPlace(let note) where !entries[operation.place].isDone:
                entries[operation.place] = .init(approved, .inPlace(note: note))
                await progress(.ended(approved, .inPlace(note: note), .zero))
            case .postponed: entries[operation.place] = .init(approved, .wouldSend(approved.requests))
            case .perform: performed.append(operation.place)
            case .inPlace, .stale: break
            }
        }
        let applier = Applier(
            platform: platform,
            observed: observed,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        )
        let plan = review.plan(of: judged.map(\.verdict))
        disturbed.formUnion(plan.disturbances.keys)
        var waits: [Plan.Wait] = []
        for (place, entry) in zip(performed, await applier.apply(plan).entries) {
            guard case .postponed(let deployment) = entry.outcome else {
                entries[place] = entry
                continue
            }
            let app = entry.operation.address.appending(.app)
            waits.append(Plan.Wait(address: app, origin: entry.operation.origin, deployment: deployment))
            entries[place] = .init(entry.operation, .notAttempted)
        }
        return waits
    }

    /// Judges and performs what is left of the apps whose deployments have ended.
    private mutating func performAgain(after waits: [Plan.Wait], knowing known: [Diagnostic]) async -> [Plan.Wait] {
        let apps: Set<Address>
        let planning: Reconciler.Planning
        do throws(PlatformError) {
            guard let settled = try await settled(after: waits) else { return [] }
            apps = settled.apps
            planning = try await reconciler.planningUnmadeRestarts(of: approved.keeping(apps), settled.planning)
        } catch {
            problems.append(error.diagnostic(intent: "show what is declared", api: approved.plan.api))
            return []
        }
        let known = Set(known)
        problems += planning.diagnostics.filter { !known.contains($0) }
        let places = entries.indices.filter { apps.contains(entries[$0].operation.address.appending(.app)) }
        let review = ApprovalReview(of: approved.keeping(apps), against: planning)
        var stale: Set<Address> = []
        for (place, (operation, verdict)) in zip(places, review.verdicts) where !entries[place].isDone {
            guard case .stale(let reasons) = verdict else { continue }
            stale.insert(operation.address.appending(.app))
            if !planning.isPaused(operation.address) { problems.append(.planStale(operation, reasons)) }
        }
        let judged = zip(places, review.verdicts).filter { !stale.contains($0.1.operation.address.appending(.app)) }
            .map { Judged(place: $0.0, verdict: $0.1.verdict) }
        let left = review.plan(of: judged.map(\.verdict))
        laterPlans.append(left)
        let refusals = options.limits.refusals(of: left, after: disturbed)
        problems += refusals
        return refusals.isEmpty ? await perform(judged, review, planning.observed) : []
    }

    /// The apps that have no deployment in flight any more, planned again; nil when there are none.
    private mutating func settled(
        after waits: [Plan.Wait]
    ) async throws(PlatformError) -> (apps: Set<Address>, planning: Reconciler.Planning)? {
        var waits = waits
        var apps: Set<Address> = []
        while true {
            let (ended, unsettled) = await waiting.wait(for: waits)
            problems += unsettled
            apps = apps.subtracting(waits.map(\.address)).union(ended)
            guard !apps.isEmpty else { return nil }
            let planning = try await reconciler.plan(approved.declarations.keeping(apps))
            if planning.plan.waits.isEmpty { return (apps, planning) }
            waits = planning.plan.waits
        }
    }
}

extension ApplyReport.Entry {
    /// It holds: it was sent, or found in place.
    fileprivate var isDone: Bool {
        switch outcome {
        case .applied, .inPlace: true
        case .wouldSend, .postponed, .failed, .notAttempted: false
        }
    }
}
