import CloudController
import Diagnostics
import Reconciliation

/// One apply on a connected platform: plans, shows, asks, performs, reports.
struct ApplySession: Sendable {
    let command: ApplyCommand
    let preparation: Preparation
    let desk: Desk
    let interruption: Interruption

    /// Plans, shows and asks first; with a checksum nobody is asked, and another plan is stale.
    func apply(on platform: CloudControllerPlatform) async throws(PlatformError) -> ExitStatus {
        let reconciler = Reconciler(platform: platform, options: command.limits.planOptions)
        let target = target(platform)
        var planning = try await reconciler.plan(preparation.desired)
        var (refusals, remarks): ([Diagnostic], [Diagnostic]) = ([], [])
        if let checksum = command.checksum?.lowercased() {
            let waiting = view(of: planning.plan)
            let settled = try await reconciler.settled(
                planning,
                of: preparation.desired,
                on: target,
                options: command.options,
                clock: desk.console.clock
            ) { waiting.show($0) }
            planning = settled.planning
            if settled.problems.hasErrors { refusals = settled.problems } else { remarks = settled.problems }
            if refusals.isEmpty, planning.isPaused {
                // What it holds cannot be planned, so that the checksum says nothing.
                refusals = planning.diagnostics.filter { $0.code == .deploymentInFlight }
            } else if refusals.isEmpty, planning.plan.approvableChecksum == nil {
                refusals = [.noChecksum(planning.plan)]
            } else if refusals.isEmpty, planning.plan.checksum != checksum {
                refusals = [.otherChecksum(planning.plan.checksum, approved: checksum)]
            }
        }
        let plan = planning.plan
        desk.print(plan)
        desk.talk(await platform.costs, plan)
        var warnings = remarks + (await platform.takeWarnings())
        var shown: [Diagnostic] = []
        if mustAsk(about: plan) {
            shown = preparation.diagnostics + planning.diagnostics + warnings
            desk.report(shown, sources: preparation.sources)
            let answer = interruption.asking {
                desk.console.ask("\nApply? Only `yes` is taken as agreement: ")
            }
            guard answer == "yes" else {
                desk.console.talk("Nothing was applied.")
                return .failure
            }
        }
        let view = view(of: plan)
        view.begin()
        let report = try await report(of: planning, reconciler, target, refusals, view)
        view.close(report)
        warnings += await platform.takeWarnings()
        return close(
            Ending(
                plan: plan,
                left: [plan] + report.laterPlans,
                planned: planning.diagnostics + warnings,
                report: report
            ),
            shown: shown,
            costs: await platform.costs
        )
    }

    /// Performs the plan; one that was approved by its checksum to the letter, also where apps are planned again.
    private func report(
        of planning: Reconciler.Planning,
        _ reconciler: Reconciler,
        _ target: any Platform,
        _ refusals: [Diagnostic],
        _ view: ApplyView
    ) async throws(PlatformError) -> ApplyReport {
        let plan = planning.plan
        if !refusals.isEmpty { return ApplyReport(notAttempting: plan.operations, because: refusals) }
        guard command.checksum != nil else {
            return await reconciler.apply(
                planning,
                of: preparation.desired,
                on: target,
                options: command.options,
                clock: desk.console.clock,
                stamps: stamps(plan)
            ) { view.show($0) }
        }
        let options = command.limits.planOptions
        return try await reconciler.apply(
            ApprovedPlan(planning, of: preparation.desired, options: options, warnings: []),
            on: target,
            options: command.options,
            clock: desk.console.clock,
            stamps: stamps(plan)
        ) { view.show($0) }.report
    }

    /// Performs what is left of an approved plan; nobody is asked.
    func perform(
        _ approved: ApprovedPlan,
        on platform: CloudControllerPlatform
    ) async throws(PlatformError) -> ExitStatus {
        desk.print(approved.plan)
        let view = view(of: approved.plan)
        view.begin()
        let result = try await Reconciler(platform: platform, options: approved.options).apply(
            approved,
            on: target(platform),
            options: command.options,
            clock: desk.console.clock,
            stamps: stamps(approved.plan)
        ) { view.show($0) }
        view.close(result.report)
        return close(
            Ending(
                plan: approved.plan,
                left: [result.plan] + result.report.laterPlans,
                planned: result.diagnostics + (await platform.takeWarnings()),
                report: result.report
            ),
            costs: await platform.costs
        )
    }

    /// What shows it as it goes on, and leaves the terminal as it should be when it is interrupted.
    private func view(of plan: Plan) -> ApplyView {
        let view = ApplyView(desk: desk, isDryRun: command.dryRun, plan: plan)
        interruption.onSignal(first: { view.interrupt() }, forcedEnd: { view.abandon() })
        return view
    }

    /// Who applies, and when.
    private func stamps(_ plan: Plan) -> Stamps {
        Stamps(now: desk.console.now, holder: "\(plan.user)/\(desk.console.host)")
    }

    private func target(_ platform: CloudControllerPlatform) -> any Platform {
        command.dryRun ? DryRunPlatform(reading: platform) : platform
    }

    private func mustAsk(about plan: Plan) -> Bool {
        !command.isApproved && !command.dryRun && command.checksum == nil
            && !(plan.operations.isEmpty && plan.waits.isEmpty)
            && command.options.limits.refusals(of: plan).isEmpty
    }
}

// MARK: - How it ends

extension ApplySession {
    /// What there is to report.
    private struct Ending {
        /// What was shown.
        let plan: Plan
        /// What was left to do of it.
        let left: [Plan]
        /// What planning had to say.
        let planned: [Diagnostic]
        let report: ApplyReport
    }

    private func close(
        _ ending: Ending,
        shown: [Diagnostic] = [],
        costs: RequestCosts
    ) -> ExitStatus {
        // What the caller may not do is an error here, no longer a warning.
        let planned = ending.planned.filter { $0.code != .notPermitted || command.dryRun }
            .filter { $0.code != .hiddenValue }
        let diagnostics =
            preparation.diagnostics + planned + ending.report.diagnostics
            + hidden(ending)
            + failedBefore(ending) + heldByTasks(ending)
        desk.close(
            AnswerDocument(plan: ending.plan, diagnostics: diagnostics, report: ending.report, costs: costs),
            sources: preparation.sources,
            shown: shown
        )
        return status(of: ending, diagnostics)
    }

    /// What is hidden from whoever applies; an operation that says so itself has its own diagnostic.
    private func hidden(_ ending: Ending) -> [Diagnostic] {
        let told = Set(ending.report.diagnostics.filter { $0.code == .hiddenValue }.map(\.subject))
        return ending.left.flatMap { plan in
            plan.unknowns.map {
                .hiddenValue($0.field, $0.address, user: plan.user, as: .error, at: $0.origin)
            }
        }
        .filter { !told.contains($0.subject) }
    }

    /// Runs of earlier applies; what has failed in this one has its own diagnostic.
    private func failedBefore(_ ending: Ending) -> [Diagnostic] {
        let told = Set(ending.report.diagnostics.filter { $0.code == .runFailed }.map(\.subject))
        return ending.left.flatMap(\.failedRuns).map { .failedBefore($0) }.filter { !told.contains($0.subject) }
    }

    /// What stands behind a task that `--target` leaves out, once an app.
    private func heldByTasks(_ ending: Ending) -> [Diagnostic] {
        let told = Set(ending.left.flatMap(\.failedRuns).map { $0.address.appending(.app) })
        var apps: Set<Address> = []
        return ending.report.entries.compactMap { entry in
            let app = entry.operation.address.appending(.app)
            guard entry.outcome == .notAttempted, let reason = entry.operation.blocked, !told.contains(app),
                apps.insert(app).inserted
            else { return nil }
            return .heldByTask(entry.operation, reason)
        }
    }

    private func status(of ending: Ending, _ diagnostics: [Diagnostic]) -> ExitStatus {
        var statuses: [ExitStatus] = []
        if interruption.happened { statuses.append(.interrupted) }
        for diagnostic in diagnostics where diagnostic.severity == .error {
            switch diagnostic.code {
            case .tooMuchChange, .protected: statuses.append(.refused)
            case .planStale: statuses.append(.planStale)
            case .runFailed: break
            default: statuses.append(.failure)
            }
        }
        // What waits for a task that failed is not attempted: that alone is the task's failure.
        let runFailed =
            ending.left.contains { !$0.failedRuns.isEmpty } || diagnostics.contains { $0.code == .runFailed }
        if ending.report.notAttempted > 0, !runFailed { statuses.append(.failure) }
        if runFailed { statuses.append(.taskFailed) }
        return .worst(statuses)
    }
}

extension Diagnostic {
    /// A run that an earlier apply has started, or waited for; it is not repeated.
    fileprivate static func failedBefore(_ run: Plan.FailedRun) -> Diagnostic {
        let isUnknown = run.outcome == .unknown
        return Diagnostic(
            .error,
            .runFailed,
            "`\(run.address)` \(run.outcome.words)",
            subject: "\(run.address)",
            at: Annotation(run.origin, "\(isUnknown ? "may have run" : "ran") before, and is not repeated"),
            details: [
                .note((isUnknown ? "" : "the run is FAILED: ") + (run.reason ?? "no reason given")),
                .help("give it another `revision` to run it again"),
            ]
        )
    }

    /// A task that has to succeed before is not among what was asked for.
    fileprivate static func heldByTask(_ operation: Plan.Operation, _ reason: String) -> Diagnostic {
        Diagnostic(
            .error,
            .targetTooNarrow,
            "`\(operation.address)` was not rolled out",
            subject: "\(operation.address)",
            at: Annotation(operation.origin),
            details: [
                .note("\(reason)"),
                .help("let `--target` cover that task, too; one that has failed runs again with another `revision`"),
            ]
        )
    }

    /// A checksum approves what was seen.
    fileprivate static func noChecksum(_ plan: Plan) -> Diagnostic {
        Diagnostic(
            .error,
            .hiddenValue,
            "the plan has no checksum",
            details: [
                .note(FieldText.hidden(in: plan)),
                .help("apply as somebody who sees what is declared, such as a space developer"),
            ]
        )
    }
}
