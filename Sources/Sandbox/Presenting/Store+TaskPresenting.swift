import Diagnostics

// cloud_controller_ng app/presenters/v3/task_presenter.rb, deployment_presenter.rb, role_presenter.rb, event_presenter.rb
extension Store {
    /// - Parameter showsCommand: Without it the key is missing, there is no placeholder.
    func write(_ row: TaskRow, showsCommand: Bool, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/tasks/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writer.number("sequence_id", row.sequenceID)
            writer.text("name", row.name.string)
            if showsCommand { writer.text("command", row.command.string) }
            writer.text("user", (row.user ?? apps[row.appGUID].map { defaultUser(of: $0) })?.string)
            writer.text("state", row.state)
            writer.number("memory_in_mb", row.memory)
            writer.number("disk_in_mb", row.disk)
            writer.number("log_rate_limit_in_bytes_per_second", row.logRate)
            writer.object("result") { $0.text("failure_reason", row.failureReason) }
            writer.text("droplet_guid", row.dropletGUID)
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
                writer.link("cancel", url + "/actions/cancel", method: "POST")
                writer.link("droplet", "\(baseURL)/v3/droplets/\(row.dropletGUID)")
            }
        }
    }

    func write(_ row: RoleRow, to writer: inout JSONWriter, included: ((inout JSONWriter) -> Void)? = nil) {
        writer.object { writer in
            writer.identity(row)
            writer.text("type", row.type)
            writer.object("relationships") { writer in
                writer.relationship("user", row.userGUID)
                switch row.place {
                case .organization(let guid):
                    writer.relationship("organization", guid)
                    writer.relationship("space", nil)
                case .space(let guid):
                    writer.relationship("space", guid)
                    writer.relationship("organization", nil)
                }
            }
            writer.object("links") { writer in
                writer.link("self", "\(baseURL)/v3/roles/\(row.guid)")
                writer.link("user", "\(baseURL)/v3/users/\(row.userGUID)")
                switch row.place {
                case .organization(let guid): writer.link("organization", "\(baseURL)/v3/organizations/\(guid)")
                case .space(let guid): writer.link("space", "\(baseURL)/v3/spaces/\(guid)")
                }
            }
            included?(&writer)
        }
    }

    func write(_ row: UserRow, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.identity(row)
            writer.text("username", row.isClient ? nil : row.name.string)
            writer.text("presentation_name", row.name.string)
            writer.text("origin", row.isClient ? nil : row.origin.string)
            writer.metadata(row.metadata)
            writer.object("links") { $0.link("self", "\(baseURL)/v3/users/\(row.guid)") }
        }
    }

    func write(_ row: EventRow, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.identity(row)
            writer.text("type", row.type)
            writer.object("actor") { writer in
                writer.text("guid", row.actorGUID)
                writer.text("type", row.actorType)
                writer.text("name", row.actorName)
            }
            writer.object("target") { writer in
                writer.text("guid", row.appGUID)
                writer.text("type", "app")
                writer.text("name", row.appName.string)
            }
            writer.value("data", row.data)
            writer.object("space") { $0.text("guid", row.spaceGUID) }
            writer.object("organization") { $0.text("guid", row.organizationGUID) }
            writer.object("links") { $0.link("self", "\(baseURL)/v3/audit_events/\(row.guid)") }
        }
    }
}
