/// The counts of a plan's closing line.
///
/// They count resources: a process that is patched and scaled is one. A deployment counts as a restart.
package struct PlanSummary: Hashable, Sendable {
    package let run: Int
    package let update: Int
    package let cancel: Int
    package let restart: Int
    package let unchanged: Int
    package let adopted: Int
    package let released: Int
    /// Tasks with a run that an earlier apply has started and that has not ended.
    package let waitedFor: Int
    package let failed: Int
    package let unknown: Int
    package let withErrors: Int
    /// What an app needs is known only when the deployment that it waits for has ended.
    private let isWaiting: Bool

    package init(_ plan: Plan) {
        func count(_ action: Plan.Operation.Action) -> Int {
            Set(plan.operations.filter { $0.action == action && !$0.isUncertain }.map(\.address)).count
        }
        run = count(.run)
        update = count(.update)
        cancel = count(.cancel)
        restart = count(.restart)
        unchanged = plan.unchanged
        adopted = count(.adopt)
        released = count(.release)
        waitedFor = count(.wait)
        failed = plan.failedRuns.count
        unknown = Set(plan.unknowns.map(\.address)).count
        withErrors = plan.erroneous.count
        isWaiting = !plan.waits.isEmpty
    }

    /// Whatever keeps a plan from saying that nothing changes.
    private var changes: [Int] {
        [run, update, cancel, restart, adopted, released, waitedFor, failed, unknown, withErrors]
    }

    /// Scripts rely on these lines.
    package var line: String {
        if !isWaiting, changes.allSatisfy({ $0 == 0 }) {
            return "No changes. Cloud Foundry matches the manifests."
        }
        var line = "Plan: \(run) \(run == 1 ? "task" : "tasks") to run, \(update) to update, \(cancel) to cancel, "
        line += "\(restart) to restart, \(unchanged) unchanged."
        if adopted > 0 { line += " \(adopted) adopted." }
        if released > 0 { line += " \(released) released." }
        if waitedFor > 0 { line += " \(waitedFor) waited for." }
        if failed > 0 { line += " \(failed) failed." }
        if unknown > 0 { line += " \(unknown) unknown." }
        if withErrors > 0 { line += " \(withErrors) with errors." }
        return line
    }
}
