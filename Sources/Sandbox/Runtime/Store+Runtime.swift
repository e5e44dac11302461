import Diagnostics

/// What holds for the runtime below the Cloud Controller as a whole.
package struct RuntimeState: Sendable {
    /// How the runtime takes what it is asked to run.
    package enum Mode: String, Sendable, CaseIterable {
        case up
        /// Every request to it fails.
        case down
        /// It answers, and refuses what it is given for its content.
        case refusing
    }

    var isAvailable = true
    var refusesContent = false
    /// Whether tasks end, and cancelled ones stop, as the clock goes; else only when that is asked for.
    var endsTasks = true
    var logCacheIsUp = true
    /// Whether the Cloud Controller syncs with the runtime as the clock goes; else only when that is asked for.
    var syncsByItself = true
    var processRuns: [Seed.ProcessRun] = []
    var buildRuns: [Seed.BuildRun] = []
    /// When the next sync brings what runs in line with a process for which that did not happen at once.
    var syncs: [String: Timestamp] = [:]

    /// Seconds between two syncs of the Cloud Controller with the runtime.
    static let secondsBetweenSyncs = 30

    mutating func set(_ mode: Mode) {
        isAvailable = mode != .down
        refusesContent = mode == .refusing
    }
}

extension Store {
    /// Whether a build is under way or the newest droplet is not the current one.
    ///
    /// Then processes are not sent to the runtime at once, but by the next sync
    /// (`cloud_controller_ng app/models/helpers/package_state_calculator.rb`).
    private func isPending(_ app: AppRow) -> Bool {
        if builds.rows(ofParent: app.guid).last?.state == "STAGING" { return true }
        return droplets.rows(ofParent: app.guid).last { $0.state == "STAGED" }?.guid != app.dropletGUID
    }

    /// Brings what runs in line with some processes, as the server does once they are committed; all are tried.
    ///
    /// - Throws: The first refusal of the runtime. What was committed stays.
    func desire(_ guids: [String]) throws(Refusal) {
        var first: Refusal?
        for guid in guids {
            do throws(Refusal) { try desire(guid) } catch { first = first ?? error }
        }
        if let first { throw first }
    }

    private func desire(_ guid: String) throws(Refusal) {
        guard let process = processes[guid], let app = apps[process.appGUID] else { return }
        let isWanted = app.isStarted && app.dropletGUID != nil
        guard isWanted || process.workload != nil else { return }
        guard runtime.isAvailable else {
            runtime.syncs[guid] = now.advanced(by: RuntimeState.secondsBetweenSyncs)
            throw .runnerUnavailable(process)
        }
        guard isWanted, isPending(app) else { return sync(guid) }
        if process.workload?.version != process.version { processes.update(guid) { $0.workload = nil } }
        runtime.syncs[guid] = now.advanced(by: RuntimeState.secondsBetweenSyncs)
    }

    /// Brings what runs in line with a process.
    func sync(_ guid: String) {
        runtime.syncs[guid] = nil
        guard let process = processes[guid], let app = apps[process.appGUID] else { return }
        guard app.isStarted, let droplet = currentDroplet(of: app) else {
            return processes.update(guid) { $0.workload = nil }
        }
        let now = now
        let command = effectiveCommand(of: process)
        processes.update(guid) { row in
            if row.workload?.version == row.version {
                row.workload?.scale(to: process.instances, at: now)
            } else {
                row.workload = Workload(process, droplet: droplet, command: command, at: now)
            }
        }
    }

    /// What a sync does when its time has come; without a runtime it tries again later.
    func syncWhenDue(_ guid: String) {
        if runtime.isAvailable { return sync(guid) }
        runtime.syncs[guid] = now.advanced(by: RuntimeState.secondsBetweenSyncs)
    }

    func requireRuntime(for process: ProcessRow) throws(Refusal) {
        guard runtime.isAvailable else { throw .runnerUnavailable(process) }
    }
}

// MARK: - Instances

extension Store {
    /// More instances than this are counted and not shown: the API lets a stopped app have two thousand million.
    private static let mostInstancesShown = 10_000

    func instances(of process: ProcessRow) -> [ProcessInstance] {
        guard process.instances > 0 else { return [] }
        let now = now
        // the runtime is asked for the present version
        let workload = process.workload.flatMap { $0.version == process.version ? $0 : nil }
        let runs = workload.map { self.runs(of: process, $0) } ?? []
        return (0..<min(process.instances, Store.mostInstancesShown)).map { index in
            guard let workload, let batch = workload.batch(of: index) else {
                return ProcessInstance(process: process, index: index, now: now)
            }
            let run = runs.last { $0.instances?.contains(index) ?? true } ?? Seed.ProcessRun()
            return ProcessInstance(process: process, workload: workload, index: index, batch: batch, run: run, now: now)
        }
    }

    private func runs(of process: ProcessRow, _ workload: Workload) -> [Seed.ProcessRun] {
        guard !runtime.processRuns.isEmpty else { return [] }
        let name = apps[process.appGUID]?.name.string ?? ""
        let pairs: (Seed.ProcessRun) -> [(String?, String)] = { run in
            [
                (run.app, name), (run.type, process.type.string), (run.command, workload.command.string),
                (run.image, workload.image?.string ?? ""), (run.droplet, workload.dropletGUID),
            ]
        }
        return runtime.processRuns.filter { run in
            pairs(run).allSatisfy { pattern, text in pattern.map { Pattern.matches($0, text) } ?? true }
        }
    }
}

extension Refusal {
    fileprivate static func runnerUnavailable(_ process: ProcessRow) -> Refusal {
        Refusal(
            status: 503,
            title: "CF-RunnerUnavailable",
            code: 170015,
            detail: "Runner is unavailable: Process Guid: \(process.guid)-\(process.version): "
                + "failed with status: 500, body: bbs down"
        )
    }

    static let statsUnavailable = Refusal(
        status: 503,
        title: "CF-StatsUnavailable",
        code: 200002,
        detail: "Stats unavailable: Stats server temporarily unavailable."
    )
}
