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

    private let platform: any PlatformReader

    package init(platform: any PlatformReader) {
        self.platform = platform
    }

    package func plan(_ desired: DesiredState) async throws(PlatformError) -> Planning {
        let observed = try await platform.observe(desired)
        let (plan, diagnostics) = Reconciliation.plan(desired, against: observed)
        return Planning(plan: plan, observed: observed, diagnostics: diagnostics)
    }

    /// Performs exactly the plan that was made, on a platform that can write or one that cannot.
    package func apply(
        _ planning: Planning,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        progress: @escaping Applier.Progress
    ) async -> ApplyReport {
        let applier = Applier(
            platform: platform,
            observed: planning.observed,
            options: options,
            clock: clock,
            progress: progress
        )
        return await applier.apply(planning.plan)
    }
}
