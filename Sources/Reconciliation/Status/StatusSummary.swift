/// The counts of the closing line of `status`.
package struct StatusSummary: Hashable, Sendable {
    package let apps: Int
    package let stopped: Int
    package let processes: Int
    /// The instances that are to run, of apps that are started.
    package let instances: Int
    package let ready: Int
    /// Instances of which the runtime did not say anything.
    package let unknown: Int
    package let deployments: Int
    /// Of `deployments`, those that go on only when somebody continues them.
    package let paused: Int
    package let restartsOwed: Int
    package let failedTasks: Int
    package let withErrors: Int

    package init(_ report: StatusReport) {
        let processes = report.apps.flatMap(\.processes)
        let running = processes.filter { $0.instances != .stopped }
        let deployments = report.apps.flatMap(\.deployments)
        apps = report.apps.count
        stopped = report.apps.count { !$0.isStarted }
        self.processes = processes.count
        instances = total(running.map(\.wanted))
        ready = total(running.compactMap(\.ready))
        unknown = total(running.filter { $0.ready == nil }.map(\.wanted))
        self.deployments = deployments.count
        paused = deployments.count { $0.reason == "PAUSED" }
        restartsOwed = report.apps.count { !$0.restartOwed.isEmpty }
        failedTasks = report.apps.flatMap(\.tasks).count(where: \.hasFailed)
        withErrors = report.erroneous.count
    }

    /// The first sentence always stands there, the others where they count something.
    package var line: String {
        var line = "Status: \(counted(apps, "app", "apps")), \(counted(processes, "process", "processes")), "
        line += "\(ready) of \(counted(instances, "instance", "instances")) ready"
        line += unknown > 0 ? ", \(unknown) unknown." : "."
        if stopped > 0 { line += " \(counted(stopped, "app", "apps")) stopped." }
        if deployments > 0 {
            line += " \(counted(deployments, "deployment", "deployments")) in flight"
            line += paused > 0 ? ", \(paused) paused." : "."
        }
        if restartsOwed > 0 { line += " \(counted(restartsOwed, "restart", "restarts")) owed." }
        if failedTasks > 0 { line += " \(counted(failedTasks, "task", "tasks")) failed." }
        if withErrors > 0 { line += " \(withErrors) with errors." }
        return line
    }

    private func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}

/// The sum, or the largest number where a server answered with numbers that have none.
private func total(_ counts: [Int]) -> Int {
    counts.reduce(0) { sum, count in
        let (total, overflow) = sum.addingReportingOverflow(count)
        return overflow ? .max : total
    }
}
