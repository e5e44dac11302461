import Diagnostics

/// Performs a plan, and what had to wait for deployments of others once they have ended.
///
/// The other apps come first. Then the deployments are waited for side by side, and their apps are observed and planned
/// again, as often as another deployment begins and the patience for the app lasts.
struct ApplyRounds {
    let reconciler: Reconciler
    let desired: DesiredState
    let platform: any Platform
    let options: ApplyOptions
    let clock: any Clock<Duration>
    let stamps: Stamps
    let progress: Applier.Progress

    func perform(_ first: Reconciler.Planning) async -> ApplyReport {
        let refusals = options.limits.refusals(of: first.plan)
        if !refusals.isEmpty { return ApplyReport(notAttempting: first.plan.operations, because: refusals) }
        // A dry run waits for nothing and shows everything.
        guard platform.canWrite else { return await perform(first.plan, first.observed) }
        var planning = first
        var report = ApplyReport(entries: [])
        var disturbed: Set<Address> = []
        let known = Set(first.diagnostics)
        var waiting = DeploymentWaiting(
            platform: platform,
            clock: clock,
            patience: options.deploymentPatience,
            progress: progress
        )
        while true {
            let round = await perform(planning.plan.withoutWaits, planning.observed).separatingPostponed()
            report = report.followed(by: round.done)
            disturbed.formUnion(planning.plan.withoutWaits.disturbances.keys)
            let waits = planning.plan.waits + round.waits
            let postponed = planning.plan.postponed + round.operations
            if Task.isCancelled || (options.failsFast && report.diagnostics.hasErrors) {
                return report.followed(by: ApplyReport(notAttempting: postponed))
            }
            let (ended, problems) = await waiting.wait(for: waits)
            let stuck = postponed.filter { !ended.contains($0.address.appending(.app)) }
            report = report.followed(by: ApplyReport(notAttempting: stuck))
            report.problems += problems
            guard !ended.isEmpty else { return report }
            do {
                let again = try await reconciler.plan(desired.keeping(ended))
                report.problems += again.diagnostics.filter { !known.contains($0) }
                report.laterPlans.append(again.plan)
                planning = again
                let refusals = options.limits.refusals(of: again.plan, after: disturbed)
                guard refusals.isEmpty else {
                    return report.followed(by: ApplyReport(notAttempting: again.plan.operations, because: refusals))
                }
            } catch {
                report.problems.append(error.diagnostic(intent: "show what is declared", api: first.plan.api))
                let lost = postponed.filter { ended.contains($0.address.appending(.app)) }
                return report.followed(by: ApplyReport(notAttempting: lost))
            }
        }
    }

    private func perform(_ plan: Plan, _ observed: ObservedState) async -> ApplyReport {
        await Applier(
            platform: platform,
            observed: observed,
            options: options,
            clock: clock,
            stamps: stamps,
            progress: progress
        ).apply(plan)
    }
}
