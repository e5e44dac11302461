import Diagnostics

/// One instance of a process as the runtime below the sandbox would report it.
///
/// The runtime is an invention: what is started runs at once and stays healthy.
struct ProcessInstance {
    let process: ProcessRow
    let index: Int
    let isRunning: Bool
    /// Seconds since it was started.
    let uptime: Int
    let now: Timestamp

    var state: String { isRunning ? "RUNNING" : "DOWN" }

    func writeSummary(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.number("index", index)
            writer.text("state", state)
            writer.number("since", isRunning ? uptime : nil)
        }
    }

    /// Writes an entry of the stats (`cloud_controller_ng app/presenters/v3/process_stats_presenter.rb`).
    func writeStats(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.text("type", process.type.string)
            writer.number("index", index)
            if isRunning { writer.text("instance_guid", guid) }
            writer.text("state", state)
            writer.bool("routable", isRunning ? true : nil)
            if isRunning {
                writer.text("host", "10.0.1.4")
                writer.text("instance_internal_ip", "10.255.7.8")
            }
            writer.number("uptime", isRunning ? uptime : 0)
            if isRunning {
                writer.number("mem_quota", process.memory * 1_048_576)
                writer.number("disk_quota", process.disk * 1_048_576)
                writer.number("log_rate_limit", process.logRate)
                writer.number("fds_quota", 16384)
            }
            writer.null("isolation_segment")
            writer.null("details")
            if isRunning { writeUsage(to: &writer) }
        }
    }

    private func writeUsage(to writer: inout JSONWriter) {
        writer.list("instance_ports") { writer in
            writer.object { writer in
                writer.number("external", 61012 + index)
                writer.number("internal", 8080)
                writer.number("external_tls_proxy_port", 61014 + index)
                writer.number("internal_tls_proxy_port", 61001)
            }
        }
        writer.object("usage") { writer in
            writer.text("time", String(now.description.dropLast()) + "+00:00")
            writer.value("cpu", .number("0.015"))
            writer.value("cpu_entitlement", .number("0.125"))
            writer.number("mem", 73_400_320)
            writer.number("disk", 104_857_600)
            writer.number("log_rate", 512)
        }
    }

    private var guid: String {
        let digits = String(index, radix: 16)
        let first = String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
        return "\(first)-0000-4000-8000-\(process.guid.prefix(8))0000"
    }
}

extension Store {
    /// More instances than this are counted and not shown: the API lets a stopped app have two thousand million.
    private static let mostInstancesShown = 10_000

    func instances(of process: ProcessRow) -> [ProcessInstance] {
        guard let app = apps[process.appGUID] else { return [] }
        let now = now
        return (0..<min(process.instances, Store.mostInstancesShown)).map { index in
            ProcessInstance(
                process: process,
                index: index,
                isRunning: app.isStarted && app.dropletGUID != nil,
                uptime: max(0, now.seconds - app.startedAt.seconds),
                now: now
            )
        }
    }
}
