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
    private let options: PlanOptions

    package init(platform: any PlatformReader, options: PlanOptions = PlanOptions()) {
        self.platform = platform
        self.options = options
    }

    package func plan(_ desired: DesiredState) async throws(PlatformError) -> Planning {
        let observed = try await platform.observe(desired)
        let (plan, diagnostics) = Reconciliation.plan(desired, against: observed, options: options)
        return Planning(plan: plan, observed: observed, diagnostics: diagnostics)
    }

    /// Performs exactly the plan that was made, on a platform that can write or one that cannot.
    ///
    /// A plan beyond the limits is refused as a whole. Apps with a deployment in flight come last: it is waited for, then
    /// they are observed and planned again, within the same limits.
    package func apply(
        _ planning: Planning,
        of desired: DesiredState,
        on platform: any Platform,
        options: ApplyOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        stamps: Stamps = Stamps(),
        progress: @escaping Applier.Progress
    ) async -> ApplyReport {
        func perform(_ plan: Plan, _ observed: ObservedState) async -> ApplyReport {
            await Applier(
                platform: platform,
                observed: observed,
                options: options,
                clock: clock,
                stamps: stamps,
                progress: progress
            ).apply(plan)
        }
        let refusals = options.limits.refusals(of: planning.plan)
        if !refusals.isEmpty { return ApplyReport(notAttempting: planning.plan.operations, because: refusals) }
        guard platform.canWrite, !planning.plan.waits.isEmpty else {
            return await perform(planning.plan, planning.observed)
        }
        let first = await perform(planning.plan.withoutWaits, planning.observed)
        let postponed = planning.plan.postponed
        if Task.isCancelled || (options.failsFast && !first.diagnostics.isEmpty) {
            return first.followed(by: ApplyReport(notAttempting: postponed))
        }
        let waiting = DeploymentWaiting(platform: platform, clock: clock, progress: progress)
        let (ended, problems) = await waiting.wait(for: planning.plan.waits, upTo: options.deploymentPatience)
        let stuck = postponed.filter { !ended.contains($0.address.appending(.app)) }
        var rest = ApplyReport(notAttempting: stuck)
        rest.problems = problems
        guard !ended.isEmpty else { return first.followed(by: rest) }
        do {
            let again = try await plan(desired.keeping(ended))
            let disturbed = Set(planning.plan.withoutWaits.disturbances.keys)
            let refusals = options.limits.refusals(of: again.plan, after: disturbed)
            var second =
                refusals.isEmpty
                ? await perform(again.plan.withoutWaits, again.observed)
                    .followed(by: ApplyReport(notAttempting: again.plan.postponed))
                : ApplyReport(notAttempting: again.plan.operations, because: refusals)
            // Another deployment has begun meanwhile.
            let late = again.plan.waits.map {
                Diagnostic.deploymentNotEnded($0, reason: $0.deployment.reason, after: 0)
            }
            second.problems += again.diagnostics + late
            return first.followed(by: second).followed(by: rest)
        } catch {
            rest.problems.append(error.diagnostic(intent: "show what is declared", api: planning.plan.api))
            let lost = postponed.filter { ended.contains($0.address.appending(.app)) }
            return first.followed(by: ApplyReport(notAttempting: lost)).followed(by: rest)
        }
    }
}
