import Diagnostics

extension Store {
    /// `PATCH /v3/processes/:guid` and its variant by type (`cloud_controller_ng app/actions/process_update.rb`).
    func updateProcess(_ call: Call) throws(Refusal) -> Answer {
        let (process, app, space) = try readableProcess(call)
        try requireWritable(space, by: .supporter, call)
        let change = try ProcessChange(call.body)
        if process.isWeb, deploymentBlocksWeb(of: app) {
            throw .unprocessable("Cannot update this process while a deployment is in flight.")
        }
        var updated = change.applied(to: process)
        updated.metadata = try change.metadata.applied(to: process.metadata)
        updated.updatedAt = now
        try save(updated, insteadOf: process)
        var request = call.body
        if request["command"] != nil { request["command"] = .text(Hidden.text) }
        record(
            "audit.app.process.update",
            app: app.guid,
            [
                "process_guid": .text(process.guid), "process_type": .text(process.type.string),
                "request": .object(request),
            ],
            call
        )
        return answer(200, process.guid)
    }

    /// `POST /v3/processes/:guid/actions/scale` and its variant by type (`cloud_controller_ng app/actions/process_scale.rb`).
    func scaleProcess(_ call: Call) throws(Refusal) -> Answer {
        let (process, app, space) = try readableProcess(call)
        try requireWritable(space, by: .supporter, call)
        try requireFeature("app_scaling", call)
        let change = try ScaleChange(call.body)
        if process.isWeb, deploymentBlocksWeb(of: app) {
            throw .unprocessable("Cannot scale this process while a deployment is in flight.")
        }
        var updated = change.applied(to: process)
        updated.updatedAt = now
        try save(updated, insteadOf: process)
        record(
            "audit.app.process.scale",
            app: app.guid,
            [
                "process_guid": .text(process.guid), "process_type": .text(process.type.string),
                "request": .object(call.body),
            ],
            call
        )
        // the runtime hears of another count after the commit
        if app.isStarted, updated.instances != process.instances { try desire([process.guid]) }
        return answer(202, process.guid)
    }

    /// `DELETE .../instances/:index`: the index is read leniently, `abc` is 0.
    func terminateInstance(_ call: Call) throws(Refusal) -> Answer {
        let (process, app, space) = try readableProcess(call)
        try requireWritable(space, by: .supporter, call)
        let index = RubyText.leadingInteger(call.parameter("index"))
        guard (0..<process.instances).contains(index) else { throw .notFound("Instance") }
        try requireRuntime(for: process)
        let now = now
        processes.update(process.guid) { $0.workload?.restart(index, at: now) }
        record(
            "audit.app.process.terminate_instance",
            app: app.guid,
            [
                "process_guid": .text(process.guid), "process_type": .text(process.type.string),
                "process_index": .number(String(index)),
            ],
            call
        )
        return .empty
    }

    /// Checks what the server's model checks on every save, also for what did not change, and saves.
    private func save(_ updated: ProcessRow, insteadOf process: ProcessRow) throws(Refusal) {
        let messages = ProcessModelRules.messages(updated) + quotaMessages(updated)
        guard messages.isEmpty else { throw .unprocessable(messages) }
        processes.update(process.guid) { $0 = updated }
    }

    private func answer(_ status: Int, _ guid: String) -> Answer {
        Answer.json(status, capacity: 1400) { writer in
            if let row = processes[guid] { write(row, command: .shown, to: &writer) }
        }
    }
}
