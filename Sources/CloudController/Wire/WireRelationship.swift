/// A relationship to one resource (`cloud_controller_ng app/presenters/v3/app_droplet_mapping_presenter.rb`).
struct WireRelationship: Decodable, Sendable {
    /// Nil when there is none.
    let guid: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        guid = try container.object([WireKey("data")])?.optionalText("guid")
    }
}
