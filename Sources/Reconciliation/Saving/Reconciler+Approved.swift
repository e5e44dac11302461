package import Diagnostics

extension Reconciler.Planning {
    /// The apps that a paused deployment keeps from being planned; it was told.
    var pausedApps: Set<String> {
        let told = diagnostics.filter { $0.code == .deploymentInFlight && $0.severity == .error }
        return Set(told.compactMap(\.subject))
    }

    /// The apps of which the server did not show what is declared; it was told why.
    func unseenApps(of desired: DesiredState) -> Set<Address> {
        var unseen: Set<Address> = []
        for declared in desired.spaces {
            let (organization, name) = (declared.organization.value, declared.space.value)
            guard let space = observed.space(organization: organization, space: name) else { continue }
            let apps = space.appsByName
            for app in declared.apps {
                let address = Address(organization: organization, space: name, app: app.name)
                let complaints =
                    apps[app.name.caseFolded].map { app.complaints($0, at: address, api: observed.api) } ?? []
                if space.unseenApps[app.name.caseFolded] != nil || complaints.hasErrors { unseen.insert(address) }
            }
        }
        return unseen
    }

    /// A paused deployment keeps an app from being planned.
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
