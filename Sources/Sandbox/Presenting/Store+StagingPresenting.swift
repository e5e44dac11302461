import Diagnostics

// cloud_controller_ng app/presenters/v3/package_presenter.rb, build_presenter.rb
extension Store {
    func write(_ row: PackageRow, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/packages/\(row.guid)"
        let isDocker = row.type == "docker"
        writer.object { writer in
            writer.identity(row)
            writer.text("type", row.type)
            writer.object("data") { writer in
                guard isDocker else {
                    writer.object("checksum") { writer in
                        writer.text("type", "sha256")
                        writer.null("value")
                    }
                    return writer.null("error")
                }
                writer.text("image", row.image?.string)
                writer.text("username", row.userName)
                writer.text("password", row.hasPassword ? "***" : nil)
            }
            writer.text("state", row.state)
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                if !isDocker {
                    writer.link("upload", url + "/upload", method: "POST")
                    writer.link("download", url + "/download", method: "GET")
                }
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
            }
        }
    }

    func write(_ row: BuildRow, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/builds/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writer.text("state", row.state)
            writer.number("staging_memory_in_mb", row.memory)
            writer.number("staging_disk_in_mb", row.disk)
            writer.number("staging_log_rate_limit_bytes_per_second", row.logRate)
            writer.text("error", row.error)
            write(row.lifecycle, to: &writer)
            writer.object("package") { $0.text("guid", row.packageGUID) }
            if let droplet = row.dropletGUID {
                writer.object("droplet") { $0.text("guid", droplet) }
            } else {
                writer.null("droplet")
            }
            writer.object("created_by") { writer in
                let creator = users[row.creatorGUID]
                writer.text("guid", creator?.guid)
                writer.text("name", creator?.name.string)
                writer.text("email", creator.flatMap { $0.isClient ? nil : $0.email.string })
            }
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("app", "\(baseURL)/v3/apps/\(row.appGUID)")
                if let droplet = row.dropletGUID { writer.link("droplet", "\(baseURL)/v3/droplets/\(droplet)") }
            }
        }
    }
}
