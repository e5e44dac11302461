import Diagnostics

// cloud_controller_ng app/presenters/v3/organization_presenter.rb, space_presenter.rb, app_presenter.rb
extension Store {
    func write(_ row: OrganizationRow, to writer: inout JSONWriter) {
        let url = "\(baseURL)/v3/organizations/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writer.text("name", row.name.string)
            writer.bool("suspended", row.isSuspended)
            writer.object("relationships") { $0.relationship("quota", row.quotaGUID) }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("domains", url + "/domains")
                writer.link("default_domain", url + "/domains/default")
                writer.link("quota", "\(baseURL)/v3/organization_quotas/\(row.quotaGUID)")
            }
        }
    }

    func write(_ row: SpaceRow, to writer: inout JSONWriter, included: ((inout JSONWriter) -> Void)? = nil) {
        let url = "\(baseURL)/v3/spaces/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writer.text("name", row.name.string)
            writer.bool("suspended", row.isSuspended)
            writer.object("relationships") { writer in
                writer.relationship("organization", row.organizationGUID)
                writer.relationship("quota", row.quota == nil ? nil : row.quotaGUID)
            }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("organization", "\(baseURL)/v3/organizations/\(row.organizationGUID)")
                writer.link("features", url + "/features")
                writer.link("apply_manifest", url + "/actions/apply_manifest", method: "POST")
                if row.quota != nil { writer.link("quota", "\(baseURL)/v3/space_quotas/\(row.quotaGUID)") }
            }
            included?(&writer)
        }
    }

    func write(_ row: AppRow, to writer: inout JSONWriter, included: ((inout JSONWriter) -> Void)? = nil) {
        let url = "\(baseURL)/v3/apps/\(row.guid)"
        writer.object { writer in
            writer.identity(row)
            writer.text("name", row.name.string)
            writer.text("state", row.state)
            write(row.lifecycle, to: &writer)
            writer.object("relationships") { writer in
                writer.relationship("space", row.spaceGUID)
                // without a droplet the guid is null, not the data
                writer.object("current_droplet") { $0.object("data") { $0.text("guid", row.dropletGUID) } }
            }
            writer.metadata(row.metadata)
            writer.object("links") { writer in
                writer.link("self", url)
                writer.link("environment_variables", url + "/environment_variables")
                writer.link("space", "\(baseURL)/v3/spaces/\(row.spaceGUID)")
                writer.link("processes", url + "/processes")
                writer.link("packages", url + "/packages")
                writer.link("current_droplet", url + "/droplets/current")
                writer.link("droplets", url + "/droplets")
                writer.link("tasks", url + "/tasks")
                writer.link("start", url + "/actions/start", method: "POST")
                writer.link("stop", url + "/actions/stop", method: "POST")
                writer.link("clear_buildpack_cache", url + "/actions/clear_buildpack_cache", method: "POST")
                writer.link("revisions", url + "/revisions")
                writer.link("deployed_revisions", url + "/revisions/deployed")
                writer.link("features", url + "/features")
            }
            included?(&writer)
        }
    }

    func write(_ lifecycle: Lifecycle, to writer: inout JSONWriter) {
        writer.object("lifecycle") { writer in
            writer.text("type", lifecycle.type)
            writer.object("data") { writer in
                guard case .buildpack(let buildpacks, let stack) = lifecycle else { return }
                writer.list("buildpacks") { for name in buildpacks { $0.text(name) } }
                writer.text("stack", stack)
            }
        }
    }
}
