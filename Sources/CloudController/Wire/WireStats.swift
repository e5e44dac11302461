import Reconciliation

/// The instances of a process, as `cloud_controller_ng app/presenters/v3/process_stats_presenter.rb` shows them.
struct WireStats: Decodable, Sendable {
    let instances: [ObservedInstance]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        instances = try container.decode([Entry].self, forKey: WireKey("resources")).map(\.instance)
    }

    private struct Entry: Decodable {
        let instance: ObservedInstance

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: WireKey.self)
            var instance = ObservedInstance(
                index: try container.decode(Int.self, forKey: WireKey("index")),
                state: try container.text("state")
            )
            instance.isRoutable = try container.decodeIfPresent(Bool.self, forKey: WireKey("routable"))
            instance.details = try container.optionalText("details")
            instance.uptime = try container.decodeIfPresent(Int.self, forKey: WireKey("uptime"))
            let guid = try container.optionalText("instance_guid") ?? ""
            if !guid.isEmpty { instance.guid = guid }
            // Without the log cache the quotas are null and `usage` is `{}`.
            let usage = try container.object([WireKey("usage")])
            instance.memory = ObservedInstance.Usage(
                used: try usage?.decodeIfPresent(Int.self, forKey: WireKey("mem")),
                quota: try container.decodeIfPresent(Int.self, forKey: WireKey("mem_quota"))
            )
            instance.disk = ObservedInstance.Usage(
                used: try usage?.decodeIfPresent(Int.self, forKey: WireKey("disk")),
                quota: try container.decodeIfPresent(Int.self, forKey: WireKey("disk_quota"))
            )
            self.instance = instance
        }
    }
}
