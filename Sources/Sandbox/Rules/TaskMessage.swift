import Diagnostics

/// The checked body of a new task (`cloud_controller_ng app/messages/task_create_message.rb`).
struct TaskMessage {
    /// nil when there is none, `.some(nil)` for null, which is something else.
    let name: Text??
    let command: Text??
    let user: Text?
    let memory: Int?
    let disk: Int?
    let logRate: Int?
    let droplet: JSONValue?
    let templateGUID: String?
    let metadata: MetadataChange

    static let keys = [
        "name", "command", "disk_in_mb", "memory_in_mb", "log_rate_limit_in_bytes_per_second", "droplet_guid",
        "template",
        "user", "metadata",
    ]

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly(TaskMessage.keys)
        disk = rules.number("disk_in_mb", body["disk_in_mb"], .above(0))
        memory = rules.number("memory_in_mb", body["memory_in_mb"], .above(0))
        logRate = rules.number(
            "log_rate_limit_in_bytes_per_second",
            body["log_rate_limit_in_bytes_per_second"],
            .above(-2)
        )
        droplet = body["droplet_guid"]
        if let droplet, !droplet.isNull { rules.guid("Droplet guid", droplet) }
        let template = body["template"]
        templateGUID = template?["process"]?["guid"]?.text
        if template != nil { rules.guid("Template process guid", template?["process"]?["guid"]) }
        rules.text("user", body["user"], lengths: 1...255)
        metadata = try MetadataChange(body, messages: &rules.messages)
        name = body["name"].map { TaskMessage.column($0) }
        command = body["command"].map { TaskMessage.column($0) }
        user = body["user"]?.text.map { Text($0) }
        // an empty command is one: the model refuses it, in other words
        if template?.isNull ?? true, command.flatMap({ $0 }) == nil {
            rules.messages.append("Command No command or template provided")
        }
        try rules.requireNone()
    }

    /// What the database makes of a value in a column of texts.
    private static func column(_ value: JSONValue) -> Text? {
        switch value {
        case .null: nil
        case .text(let text): Text(text)
        default: Text(RubyText.inspect(value))
        }
    }
}
