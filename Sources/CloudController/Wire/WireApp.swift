import Diagnostics
import Reconciliation

/// An app, as `cloud_controller_ng app/presenters/v3/app_presenter.rb` shows it.
struct WireApp: Decodable, Sendable {
    let app: ObservedApp
    let spaceGUID: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        let lifecycle = try container.object([WireKey("lifecycle")])?.optionalText("type") ?? ""
        var app = ObservedApp(
            guid: try container.text("guid"),
            name: Text(try container.text("name")),
            isStarted: try container.text("state") == "STARTED",
            lifecycle: ObservedApp.Lifecycle(lifecycle)
        )
        app.currentDropletGUID = try container.related("current_droplet")
        app.fields = try container.fields()
        self.app = app
        spaceGUID = try container.requiredRelated("space")
    }
}

extension ObservedApp.Lifecycle {
    fileprivate init(_ name: String) {
        switch name {
        case "buildpack": self = .buildpack
        case "docker": self = .docker
        default: self = .other(name)
        }
    }
}
