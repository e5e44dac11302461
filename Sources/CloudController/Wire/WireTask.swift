import Diagnostics
import Reconciliation

/// A task, as `cloud_controller_ng app/presenters/v3/task_presenter.rb` shows it.
struct WireTask: Decodable, Sendable {
    let task: ObservedTask

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        var task = ObservedTask(
            guid: try container.text("guid"),
            appGUID: try container.requiredRelated("app"),
            name: Text(try container.text("name")),
            sequenceID: try container.decode(Int.self, forKey: WireKey("sequence_id")),
            state: try WireTask.state(container),
            createdAt: try container.text("created_at")
        )
        task.failureReason = try container.object([WireKey("result")])?.optionalText("failure_reason")
        task.dropletGUID = try container.optionalText("droplet_guid")
        task.fields = try container.fields(FieldGroup.ofTask)
        self.task = task
    }

    private static func state(_ container: WireContainer) throws -> ObservedTask.State {
        let name = try container.text("state")
        guard let state = ObservedTask.State(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: WireKey("state"),
                in: container,
                debugDescription: "`\(ServerWords.cleaned(name))` is no state of a task"
            )
        }
        return state
    }
}
