package import Diagnostics

extension Reconciler.Planning {
    /// A paused deployment of the app keeps it from being planned; it was told.
    package func isPaused(_ address: Address) -> Bool {
        let app = "\(address.appending(.app))"
        return diagnostics.contains { $0.code == .deploymentInFlight && $0.severity == .error && $0.subject == app }
    }

    /// The server did not show what is declared of the app; it was told why.
    func isUnseen(_ address: Address, of desired: DesiredState) -> Bool {
        let space = observed.space(organization: address.organization, space: address.space)
        if space?.unseenApps[address.app.caseFolded] != nil { return true }
        guard let app = space?.app(named: address.app) else { return false }
        let declaration = desired.apps.first { space, declared in
            declared.name.caseFolded == address.app.caseFolded
                && space.space.value.caseFolded == address.space.caseFolded
                && space.organization.value.caseFolded == address.organization.caseFolded
        }
        return declaration?.app.complaints(app, at: address, api: observed.api).hasErrors ?? false
    }

    /// So it is for an app that is declared.
    package var isPaused: Bool { diagnostics.contains { $0.code == .deploymentInFlight && $0.severity == .error } }
}

extension Reconciler {
    /// What became of an approved plan.
    package struct ApprovedApply: Sendable {
        package let report: ApplyReport
        /// What was left to do when it was planned again.
        package let plan: Plan
        /// What planning again had to say.
        package let diagnostics: [Diagnostic]
    }

    /// The plan that is left when no deployment is in flight: what has an approval is judged with nothing on the move.
    ///
    /// A platform that cannot write waits for nothing.
    package func settled(
        _ planning: Planning,
        of desired: DesiredState,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration>,
        progress: @escaping Applier.Progress
    ) async throws(PlatformError) -> (planning: Planning, problems: [Diagnostic]) {
        let context = ApplyContext(
            platform: platform,
            options: options,
            clock: clock,
            stamps: Stamps(),
            progress: progress
        )
        var rounds = Rounds(self, .declared(desired), context)
        let settled = try await rounds.settle(planning)
        return (settled, rounds.problems)
    }

    /// Performs what is left of an approved plan and nothing else; nothing at all when it is stale.
    ///
    /// An app that somebody begins to deploy in the middle is waited for. What is left of its approval is judged once more
    /// then, and performed unless it is stale.
    package func apply(
        _ approved: ApprovedPlan,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        stamps: Stamps = Stamps(),
        progress: @escaping Applier.Progress
    ) async throws(PlatformError) -> ApprovedApply {
        let context = ApplyContext(
            platform: platform,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        )
        var rounds = Rounds(self, .approved(approved), context)
        let settled = try await rounds.settle(try await plan(approved.declarations))
        let planning = try await planningUnmadeRestarts(of: approved, settled)
        if !rounds.problems.hasErrors { await rounds.perform(planning) }
        let left = ApprovalReview(of: approved, against: planning).plan
        return ApprovedApply(report: rounds.report, plan: left, diagnostics: planning.diagnostics)
    }
}
