import Diagnostics
import Reconciliation

/// A package, as `cloud_controller_ng app/presenters/v3/package_presenter.rb` shows it.
struct WirePackage: Decodable, Sendable {
    let package: ObservedPackage
    let appGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        let data = try container.object([WireKey("data")])
        package = ObservedPackage(
            guid: try container.text("guid"),
            state: try container.text("state"),
            image: try data?.optionalText("image").map { Text($0) },
            hasCredentials: try data?.optionalText("username") != nil
        )
        appGUID = try container.related("app")
    }
}
