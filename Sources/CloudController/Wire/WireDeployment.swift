import Diagnostics
import Reconciliation

/// A deployment, as `cloud_controller_ng app/presenters/v3/deployment_presenter.rb` shows it.
struct WireDeployment: Decodable, Sendable {
    private(set) var deployment: ObservedDeployment
    /// Nil when the app has been deleted meanwhile.
    let appGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        let status = try container.object([WireKey("status")])
        deployment = ObservedDeployment(
            guid: try container.text("guid"),
            reason: try status?.optionalText("reason") ?? "",
            createdAt: try container.optionalText("created_at") ?? "",
            newProcessGUIDs: try container.decodeIfPresent([NewProcess].self, forKey: WireKey("new_processes"))?
                .map(\.guid) ?? []
        )
        deployment.isActive = try status?.optionalText("value") != "FINALIZED"
        deployment.error = try status?.object([WireKey("details")])?.optionalText("error")
        deployment.dropletGUID = try container.object([WireKey("droplet")])?.optionalText("guid")
        if case .value(.text(let label)) = try container.fields()[.label(RolloutLabel.key)] {
            deployment.rollout = label.string
        }
        appGUID = try container.related("app")
        deployment.appGUID = appGUID
    }

    private struct NewProcess: Decodable {
        let guid: String
    }
}
