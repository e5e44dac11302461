import Diagnostics

@testable import Sandbox

/// What a foundation is like in the end, without what differs from run to run.
///
/// Left out are guids, versions, times, sequence numbers, deployments that are over, packages, droplets that no app
/// uses, and audit events.
struct FoundationState: Hashable, Sendable {
    /// One line a resource; the address stands first.
    let lines: [String]
    /// The rows of an app that nobody declares, whole.
    let foreign: [String]

    /// `run` and `attempt` of tasks that carry both, with how many rows do.
    let runs: [String: Int]

    func differences(from other: FoundationState) -> [String] {
        lines.difference(from: other.lines).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        } + (foreign == other.foreign ? [] : ["the rows of the foreign app differ"])
    }
}

extension Store {
    /// Lets everything end that is under way, and looks.
    func finalState(foreign foreignApp: String) -> FoundationState {
        advance(by: 3600)
        var lines: [String] = []
        var foreign: [String] = []
        var runs: [String: Int] = [:]
        for app in apps.all.compactMap({ apps[position: $0] }) {
            if app.name == Text(foreignApp) {
                foreign = rows(of: app)
                continue
            }
            lines.append("\(app.name) \(app.state) \(Shown.metadata(app.metadata))")
            if let droplet = currentDroplet(of: app) {
                lines.append(
                    "\(app.name)/droplet \(droplet.state) \(droplet.image ?? "-") \(Shown.metadata(droplet.metadata))"
                )
            }
            lines += processes.rows(ofParent: app.guid).map { "\(app.name)/\(Shown.process($0))" }.sorted()
            lines += tasks.rows(ofParent: app.guid).map { "\(app.name)/\(Shown.task($0))" }.sorted()
            lines += deployments.rows(ofParent: app.guid).filter(\.isActive).map { "\(app.name) \($0.reason)" }
            for task in tasks.rows(ofParent: app.guid) {
                let labels = task.metadata.labels
                guard let run = labels["evenkeel.dev/run"], let attempt = labels["evenkeel.dev/attempt"] else {
                    continue
                }
                runs["\(app.name)/\(task.name) \(run) \(attempt)", default: 0] += 1
            }
        }
        return FoundationState(lines: lines, foreign: foreign, runs: runs)
    }

    /// Everything of an app as it is, times included.
    private func rows(of app: AppRow) -> [String] {
        ["\(app)"] + droplets.rows(ofParent: app.guid).map { "\($0)" }
            + processes.rows(ofParent: app.guid).map { "\($0)" }
            + tasks.rows(ofParent: app.guid).map { "\($0)" } + deployments.rows(ofParent: app.guid).map { "\($0)" }
    }
}

private enum Shown {
    static func process(_ row: ProcessRow) -> String {
        let running = row.workload.map { workload in
            "runs \(workload.command) of \(workload.image ?? "-") in \(workload.memory)/\(workload.disk), "
                + (workload.version == row.version ? "this version" : "another version")
        }
        return "processes/\(row.type) \(row.command ?? "-") x\(row.instances) \(row.memory)/\(row.disk)/\(row.logRate) "
            + "\(check(row.healthCheck)) \(check(row.readinessHealthCheck)) \(metadata(row.metadata)) "
            + (running ?? "runs nothing")
    }

    static func task(_ row: TaskRow) -> String {
        "tasks/\(row.name) \(row.command) \(row.state) \(row.failureReason ?? "-") \(row.memory)/\(row.disk) "
            + metadata(row.metadata)
    }

    private static func check(_ check: HealthCheck) -> String {
        let times = [check.timeout, check.invocationTimeout, check.interval].map { $0.map { "\($0)" } ?? "-" }
        return "\(check.type):\(check.endpoint ?? "-"):" + times.joined(separator: ":")
    }

    /// Sorted by key, with what is another every time left out of the values.
    static func metadata(_ metadata: Metadata) -> String {
        func shown(_ entries: Metadata.Entries) -> String {
            let pairs = entries.entries.sorted { $0.key < $1.key }.map { "\($0.key): \(steady($0.value.string))" }
            return "{" + pairs.joined(separator: ", ") + "}"
        }
        return shown(metadata.labels) + shown(metadata.annotations)
    }

    private static func steady(_ value: String) -> String {
        guard value.hasPrefix("{") else { return value }
        return
            value
            .replacing(#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/#, with: "GUID")
            .replacing(#/"seq":[0-9]+/#, with: #""seq":0"#)
            .replacing(#/"at":"[^"]*"/#, with: #""at":"TIME""#)
    }
}
