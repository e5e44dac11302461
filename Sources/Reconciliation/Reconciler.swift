package import Diagnostics

/// The pipeline, from declarations to a changed platform: start reading here.
///
///     DesiredState ──observe──▶ ObservedState ──plan──▶ Plan ──apply──▶ ApplyReport
///
/// `plan` is a pure function. `observe` and `apply` are the only effects, both through `Platform`; `apply --dry-run`
/// is the same on a platform that can only read.
package struct Reconciler: Sendable {
    /// A plan with what it was computed from.
    package struct Planning: Sendable {
        package let plan: Plan
        package let observed: ObservedState
        package let diagnostics: [Diagnostic]
    }

    let platform: any PlatformReader
    let options: PlanOptions

    package init(platform: any PlatformReader, options: PlanOptions = PlanOptions()) {
        self.platform = platform
        self.options = options
    }

    package func plan(_ desired: DesiredState) async throws(PlatformError) -> Planning {
        let observed = try await platform.observe(desired)
        let (plan, diagnostics) = Reconciliation.plan(desired, against: observed, options: options)
        return Planning(
            plan: plan.hiding(desired.secrets),
            observed: observed,
            diagnostics: diagnostics.map { $0.hiding(desired.secrets) }
        )
    }

    /// Performs exactly the plan that was made, on a platform that can write or one that cannot.
    ///
    /// A plan beyond the limits is refused as a whole. Apps with a deployment in flight come last: it is waited for, then
    /// they are observed and planned again, within the same limits. So are those that somebody begins to deploy in the
    /// middle.
    package func apply(
        _ planning: Planning,
        of desired: DesiredState,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        stamps: Stamps = Stamps(),
        progress: @escaping Applier.Progress
    ) async -> ApplyReport {
        let context = ApplyContext(
            platform: platform,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        )
        var rounds = Rounds(self, .declared(desired), context)
        await rounds.perform(planning)
        return rounds.report
    }
}
