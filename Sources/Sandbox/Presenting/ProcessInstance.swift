import Diagnostics

/// One instance of a process as the runtime below the sandbox would report it.
///
/// The runtime is an invention: unless the seed says otherwise, what is started runs at once and stays healthy.
struct ProcessInstance {
    enum State: String {
        case starting = "STARTING"
        case running = "RUNNING"
        case crashed = "CRASHED"
        case down = "DOWN"
    }

    let process: ProcessRow
    let index: Int
    let state: State
    let isReady: Bool
    /// Seconds since it was started; nil when the runtime knows nothing of it.
    let uptime: Int?
    let details: String?
    private let workload: Workload?
    private let batch: Workload.Batch?
    private let now: Timestamp

    /// An instance that the runtime knows nothing of.
    init(process: ProcessRow, index: Int, now: Timestamp) {
        self.process = process
        self.index = index
        self.now = now
        workload = nil
        batch = nil
        state = .down
        isReady = false
        uptime = nil
        details = nil
    }

    init(
        process: ProcessRow,
        workload: Workload,
        index: Int,
        batch: Workload.Batch,
        run: Seed.ProcessRun,
        now: Timestamp
    ) {
        let age = max(0, now.seconds - batch.start.seconds)
        self.process = process
        self.index = index
        self.now = now
        self.workload = workload
        self.batch = batch
        switch run.result {
        case .unplaced, .missing: state = .down
        case _ where run.startSeconds.map({ age < $0 }) ?? true: state = .starting
        case .crashed: state = .crashed
        case .running, .unready: state = .running
        }
        isReady = state == .running && run.result != .unready
        uptime = run.result == .missing ? nil : age
        details = run.details ?? (run.result == .unplaced ? "insufficient resources: memory" : nil)
    }

    /// Whether traffic may go to it.
    var isRoutable: Bool { isReady }

    func writeSummary(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.number("index", index)
            writer.text("state", state.rawValue)
            writer.number("since", uptime)
        }
    }

    /// Writes an entry of the stats (`cloud_controller_ng app/presenters/v3/process_stats_presenter.rb`).
    ///
    /// - Parameter hasUsage: Whether the log cache, which knows the figures, answers.
    func writeStats(hasUsage: Bool, to writer: inout JSONWriter) {
        let isPlaced = state == .running || state == .starting
        writer.object { writer in
            writer.text("type", process.type.string)
            writer.number("index", index)
            if state != .down { writer.text("instance_guid", isPlaced ? guid : "") }
            writer.text("state", state.rawValue)
            writer.bool("routable", isPlaced ? isReady : nil)
            if state != .down {
                writer.text("host", isPlaced ? "10.0.1.4" : "")
                writer.text("instance_internal_ip", isPlaced ? "10.255.7.8" : "")
            }
            writer.number("uptime", uptime ?? 0)
            if state != .down, let workload {
                writer.number("mem_quota", hasUsage ? workload.memory * 1_048_576 : nil)
                writer.number("disk_quota", hasUsage ? workload.disk * 1_048_576 : nil)
                writer.number("log_rate_limit", hasUsage ? workload.logRate : nil)
                writer.number("fds_quota", 16384)
            }
            writer.null("isolation_segment")
            writer.text("details", details)
            if state != .down { writeUsage(hasPorts: isPlaced, hasUsage: hasUsage, to: &writer) }
        }
    }

    private func writeUsage(hasPorts: Bool, hasUsage: Bool, to writer: inout JSONWriter) {
        writer.list("instance_ports") { writer in
            guard hasPorts else { return }
            writer.object { writer in
                writer.number("external", 61012 + index)
                writer.number("internal", 8080)
                writer.number("external_tls_proxy_port", 61014 + index)
                writer.number("internal_tls_proxy_port", 61001)
            }
        }
        writer.object("usage") { writer in
            guard hasUsage else { return }
            writer.text("time", String(now.description.dropLast()) + "+00:00")
            writer.value("cpu", .number("0.015"))
            writer.value("cpu_entitlement", .number("0.125"))
            writer.number("mem", 73_400_320)
            writer.number("disk", 104_857_600)
            writer.number("log_rate", 512)
        }
    }

    /// Another one for every instance that is started, also in the place of one that is gone.
    private var guid: String {
        func padded(_ number: Int, to length: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, length - digits.utf8.count)) + digits
        }
        let place = "\(padded(index, to: 8))-\(padded((batch?.generation ?? 0) & 0xffff, to: 4))"
        return "\(place)-4000-8000-\(process.guid.prefix(8))0000"
    }
}
