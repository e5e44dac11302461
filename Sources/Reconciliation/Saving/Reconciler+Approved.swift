package import Diagnostics

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
        guard platform.canWrite, !planning.plan.waits.isEmpty else { return (planning, []) }
        var waiting = DeploymentWaiting(
            platform: platform,
            clock: clock,
            patience: options.deploymentPatience,
            progress: progress
        )
        let (_, problems) = await waiting.wait(for: planning.plan.waits)
        guard problems.isEmpty else { return (planning, problems) }
        let again = try await plan(desired)
        // Another deployment has begun meanwhile.
        let late = again.plan.waits.map { Diagnostic.deploymentNotEnded($0, reason: $0.deployment.reason, after: 0) }
        return (again, late)
    }

    /// Performs what is left of an approved plan and nothing else; nothing at all when it is stale.
    package func apply(
        _ approved: ApprovedPlan,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        stamps: Stamps = Stamps(),
        progress: @escaping Applier.Progress
    ) async throws(PlatformError) -> ApprovedApply {
        let desired = approved.declarations
        let progress: Applier.Progress = { await progress($0.hiding(desired.secrets)) }
        let (planning, problems) = try await settled(
            try await plan(desired),
            of: desired,
            on: platform,
            options: options,
            clock: clock,
            progress: progress
        )
        let review = ApprovalReview(of: approved, against: planning)
        func refused(_ problems: [Diagnostic]) -> ApprovedApply {
            ApprovedApply(
                report: ApplyReport(notAttempting: approved.plan.operations, because: problems),
                plan: review.plan,
                diagnostics: planning.diagnostics
            )
        }
        if !problems.isEmpty { return refused(problems) }
        if !review.stale.isEmpty { return refused(review.stale) }
        let refusals = options.limits.refusals(of: review.plan)
        if !refusals.isEmpty { return refused(refusals) }
        for operation in review.inPlace { await progress(.ended(operation, .inPlace(note: nil), .zero)) }
        let applier = Applier(
            platform: platform,
            observed: planning.observed,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        )
        let performed = await applier.apply(review.plan)
        return ApprovedApply(
            report: review.report(performed).hiding(desired.secrets),
            plan: review.plan,
            diagnostics: planning.diagnostics
        )
    }
}
