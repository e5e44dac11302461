import Diagnostics

/// An organization or a space, of which only the name matters.
struct WireNamed: Decodable, Sendable {
    let guid: String
    let name: Text
    /// Only spaces have one.
    let organizationGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        guid = try container.text("guid")
        name = Text(try container.text("name"))
        organizationGUID = try container.related("organization")
    }
}

/// A role that somebody has in a space or an organization.
struct WireRole: Decodable, Sendable {
    let type: String
    let spaceGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        type = try container.text("type")
        spaceGUID = try container.related("space")
    }
}
