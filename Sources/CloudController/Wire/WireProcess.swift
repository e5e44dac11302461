import Diagnostics
import Reconciliation

/// A process, as `cloud_controller_ng app/presenters/v3/process_presenter.rb` shows it.
struct WireProcess: Decodable, Sendable {
    let process: ObservedProcess
    let appGUID: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        process = ObservedProcess(
            guid: try container.text("guid"),
            type: Text(try container.text("type")),
            version: try container.optionalText("version"),
            fields: try container.fields(FieldGroup.ofProcess)
        )
        appGUID = try container.requiredRelated("app")
    }
}
