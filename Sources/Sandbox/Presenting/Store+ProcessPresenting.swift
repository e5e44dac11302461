import Diagnostics

// cloud_controller_ng app/presenters/v3/process_presenter.rb
extension Store {
    /// How much of a process's command a caller gets to see.
    enum CommandDisplay {
        case shown
        /// In lists, for everyone.
        case hiddenInLists
        case hidden
    }

    func write(
        _ row: ProcessRow,
        command: CommandDisplay,
        embedsInstances: Bool = false,
        to writer: inout JSONWriter
    ) {
        let url = "\(baseURL)/v3/processes/\(row.guid)"
        let app = apps[row.appGUID]
        writer.object { writer in
            writer.identity(row)
            writer.text("version", row.version)
            writer.text("type", row.type.string)
            switch command {
            case .shown: writer.text("command", effectiveCommand(of: row).string)
            case .hiddenInLists: writer.text("command", Hidden.inLists)
            case .hidden: writer.text("command", Hidden.text)
            }
            writer.text("user", (row.user ?? app.map { defaultUser(of: $0) })?.string)
            writer.number("instances", row.instances)
            writer.number("memory_in_mb", row.memory)
            writer.number("disk_in_mb", row.disk)
            writer.number("log_rate_limit_in_bytes_per_second", row.logRate)
            write(row.healthCheck, "health_check", hasTimeout: true, to: &writer)
            write(row.readinessHealthCheck, "readiness_health_check", hasTimeout: false, to: &writer)
            if embedsInstances {
                writer.list("process_instances") { writer in
                    for instance in instances(of: row) { instance.writeSummary(to: &writer) }
                }
            }
            writer.object("relationships") { writer in
                writer.relationship("app", row.appGUID)
                if let revision = row.revisionGUID {
                    writer.relationship("revision", revision)
                } else {
                    writer.null("revision")
                }
            }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("scale", url + "/actions/scale", method: "POST")
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
                writer.link("space", "\(baseURL)/v3/spaces/\(app?.spaceGUID ?? "")")
                writer.link("stats", url + "/stats")
                writer.link("process_instances", url + "/process_instances")
            }
        }
    }

    private func write(_ check: HealthCheck, _ name: String, hasTimeout: Bool, to writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.text("type", check.type)
            writer.object("data") { writer in
                if hasTimeout { writer.number("timeout", check.timeout) }
                writer.number("invocation_timeout", check.invocationTimeout)
                writer.number("interval", check.interval)
                if check.type == "http" { writer.text("endpoint", check.endpoint?.string) }
            }
        }
    }
}

/// The texts that stand where something is not shown (`cloud_controller_ng app/presenters/helpers/censorship.rb`).
enum Hidden {
    static let text = "[PRIVATE DATA HIDDEN]"
    static let inLists = "[PRIVATE DATA HIDDEN IN LISTS]"
}
