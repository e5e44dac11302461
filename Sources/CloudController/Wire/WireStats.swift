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
            self.instance = instance
        }
    }
}
