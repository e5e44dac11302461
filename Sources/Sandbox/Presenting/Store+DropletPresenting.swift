import Diagnostics

// cloud_controller_ng app/presenters/v3/droplet_presenter.rb
extension Store {
    /// - Parameter hidden: What stands where a caller may not see what was detected; nil shows it.
    func write(_ row: DropletRow, hidden: String? = nil, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/droplets/\(row.guid)"
        let appURL = "\(baseURL)/v3/apps/\(row.appGUID)"
        writer.object { writer in
            writer.identity(row)
            writer.text("state", row.state)
            writer.text("error", row.error)
            writer.object("lifecycle") { writer in
                writer.text("type", row.lifecycle.type)
                writer.object("data") { _ in }
            }
            writeStaging(row, to: &writer)
            writer.text("image", row.image?.string)
            writer.text("execution_metadata", hidden ?? row.executionMetadata)
            writer.object("process_types") { writer in
                if let hidden { return writer.text("redacted_message", hidden) }
                for (type, command) in row.processTypes { writer.text(type.string, command.string) }
            }
            writer.object("relationships") { $0.relationship("app", row.appGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("app", appURL)
                writer.link("assign_current_droplet", appURL + "/relationships/current_droplet", method: "PATCH")
                if let package = row.packageGUID { writer.link("package", "\(baseURL)/v3/packages/\(package)") }
                if row.state == "AWAITING_UPLOAD" { writer.link("upload", url + "/upload", method: "POST") }
                if row.checksum != nil { writer.link("download", url + "/download") }
            }
        }
    }

    private func writeStaging(_ row: DropletRow, to writer: inout JSONWriter) {
        if let checksum = row.checksum {
            writer.object("checksum") { writer in
                writer.text("type", "sha256")
                writer.text("value", checksum)
            }
        } else {
            writer.null("checksum")
        }
        guard case .buildpack(_, let stack) = row.lifecycle else {
            writer.null("buildpacks")
            return writer.null("stack")
        }
        writer.list("buildpacks") { writer in
            for buildpack in row.buildpacks {
                writer.object { writer in
                    writer.text("name", buildpack.name)
                    writer.text("detect_output", buildpack.detectOutput)
                    writer.text("buildpack_name", buildpack.buildpackName)
                    writer.text("version", buildpack.version)
                }
            }
        }
        // known once it is staged
        writer.text("stack", row.state == "AWAITING_UPLOAD" ? nil : stack)
    }
}
