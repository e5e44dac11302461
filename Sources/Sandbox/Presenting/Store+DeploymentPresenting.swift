import Diagnostics

// cloud_controller_ng app/presenters/v3/deployment_presenter.rb, revision_presenter.rb
extension Store {
    func write(_ row: DeploymentRow, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/deployments/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writeStatus(of: row, to: &writer)
            writer.text("strategy", row.strategy)
            writeOptions(row.options, to: &writer)
            writer.object("droplet") { $0.text("guid", row.dropletGUID) }
            writer.object("previous_droplet") { $0.text("guid", row.previousDropletGUID) }
            writer.list("new_processes") { writer in
                for process in row.newProcesses {
                    writer.object { writer in
                        writer.text("guid", process.guid)
                        writer.text("type", process.type)
                    }
                }
            }
            if let revision = row.revision {
                writer.object("revision") { writer in
                    writer.text("guid", revision.guid)
                    writer.number("version", revision.version)
                }
            }
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
                if row.isActive { writer.link("cancel", url + "/actions/cancel", method: "POST") }
                if row.isActive, row.reason == "PAUSED" {
                    writer.link("continue", url + "/actions/continue", method: "POST")
                }
            }
        }
    }

    private func writeStatus(of row: DeploymentRow, to writer: inout JSONWriter) {
        writer.object("status") { writer in
            writer.text("value", row.status)
            writer.text("reason", row.reason)
            writer.object("details") { writer in
                writer.text("last_successful_healthcheck", row.lastHealthyAt.description)
                writer.text("last_status_change", row.lastStatusChangeAt.description)
                if let error = row.error { writer.text("error", error) }
            }
            guard row.isCanary else { return }
            writer.object("canary") { writer in
                writer.object("steps") { writer in
                    writer.number("current", row.canaryStep)
                    writer.number("total", row.canarySteps)
                }
            }
        }
    }

    private func writeOptions(_ options: DeploymentOptions, to writer: inout JSONWriter) {
        writer.object("options") { writer in
            writer.number("max_in_flight", options.maxInFlight)
            if let instances = options.webInstances { writer.number("web_instances", instances) }
            if let memory = options.memory { writer.number("memory_in_mb", memory) }
            if let disk = options.disk { writer.number("disk_in_mb", disk) }
            if let rate = options.logRate { writer.number("log_rate_limit_in_bytes_per_second", rate) }
            guard let weights = options.canaryWeights else { return }
            writer.object("canary") { writer in
                writer.list("steps") { writer in
                    for weight in weights { writer.object { $0.number("instance_weight", weight) } }
                }
            }
        }
    }

    func write(_ row: RevisionRow, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/revisions/\(row.guid)"
        writer.object { writer in
            writer.text("guid", row.guid)
            writer.number("version", row.version)
            writer.object("droplet") { $0.text("guid", row.dropletGUID) }
            writer.object("processes") { writer in
                for (type, command) in row.commands {
                    writer.object(type.string) { $0.text("command", command?.string) }
                }
            }
            writer.list("sidecars") { _ in }
            writer.text("description", row.description)
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.text("created_at", row.createdAt.description)
            writer.text("updated_at", row.updatedAt.description)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
                writer.link("environment_variables", url + "/environment_variables")
            }
            writer.metadata(row.metadata)
            writer.bool("deployable", droplets[row.dropletGUID]?.state == "STAGED")
        }
    }
}
