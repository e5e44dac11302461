import Diagnostics
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A droplet, as `cloud_controller_ng app/presenters/v3/droplet_presenter.rb` shows it.
struct WireDroplet: Decodable, Sendable {
    let droplet: ObservedDroplet
    let appGUID: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        let lifecycle = try container.object([WireKey("lifecycle")])?.optionalText("type")
        var droplet = ObservedDroplet(
            guid: try container.text("guid"),
            state: try container.text("state"),
            isDocker: lifecycle == "docker",
            fields: try container.fields(FieldGroup.ofDroplet)
        )
        droplet.detectedCommands = try WireDroplet.commands(container)
        droplet.packageGUID = try WireDroplet.packageGUID(container)
        if droplet.isDocker { droplet.imageUser = try WireDroplet.imageUser(container) }
        self.droplet = droplet
        appGUID = try container.related("app")
    }

    /// From the link to the package, the only place that names it; the link's host is what the server believes to be.
    private static func packageGUID(_ container: WireContainer) throws -> String? {
        let link = try container.object([WireKey("links"), WireKey("package")])?.optionalText("href")
        guard let guid = link?.split(separator: "/").last else { return nil }
        return String(guid)
    }

    /// Lists show `{"redacted_message": "[PRIVATE DATA HIDDEN IN LISTS]"}`.
    private static func commands(_ container: WireContainer) throws -> [Text: Text]? {
        guard let types = try container.object([WireKey("process_types")]) else { return nil }
        var commands: [Text: Text] = [:]
        for key in types.allKeys {
            guard let command = try types.decodeIfPresent(String.self, forKey: key) else { continue }
            if Placeholder.isPlaceholder(command) { return nil }
            commands[Text(key.stringValue)] = Text(command)
        }
        return commands
    }

    /// The image's own user, `root` where it names none
    /// (`cloud_controller_ng app/models/runtime/process_model.rb`, `droplet_model.rb`).
    private static func imageUser(_ container: WireContainer) throws -> Text? {
        guard let metadata = try container.optionalText("execution_metadata"), !Placeholder.isPlaceholder(metadata)
        else {
            return nil
        }
        let image = try? JSONDecoder().decode(ImageMetadata.self, from: Data(metadata.utf8))
        let user = image?.user ?? ""
        return Text(user.isEmpty ? "root" : user)
    }

    private struct ImageMetadata: Decodable {
        let user: String?
    }
}
