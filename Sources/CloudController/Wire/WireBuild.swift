import Reconciliation

/// A build, as `cloud_controller_ng app/presenters/v3/build_presenter.rb` shows it.
struct WireBuild: Decodable, Sendable {
    let build: ObservedBuild
    let appGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        build = ObservedBuild(
            guid: try container.text("guid"),
            packageGUID: try container.object([WireKey("package")])?.optionalText("guid") ?? "",
            state: try WireBuild.state(container),
            createdAt: try container.optionalText("created_at") ?? ""
        )
        appGUID = try container.related("app")
    }

    private static func state(_ container: WireContainer) throws -> ObservedBuild.State {
        switch try container.text("state") {
        case "STAGED":
            guard let droplet = try container.object([WireKey("droplet")])?.optionalText("guid") else {
                // The droplet of a build can have been deleted since.
                return .failed("its droplet is gone")
            }
            return .staged(droplet: droplet)
        case "FAILED": return .failed(try container.optionalText("error"))
        default: return .staging
        }
    }
}
