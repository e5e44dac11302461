import Diagnostics

extension Store {
    /// `GET /v3/tasks` and `GET /v3/apps/:guid/tasks`; only the latter shows commands, to those who may read secrets.
    func listTasks(_ call: Call) throws(Refusal) -> Answer {
        guard let guid = call.parameters["guid"] ?? call.query.text("app_guid") else {
            let query = try ListQuery(call, .tasks.refusing(["sequence_ids"]))
            return listTasks("/v3/tasks", query, appFilter(query, call), showsCommand: false)
        }
        let query = try ListQuery(call, .tasks.refusing(["app_guids", "organization_guids", "space_guids"]))
        let (app, space) = try readableApp(guid, call)
        let shows = access(call).canReadSecrets(in: space)
        return listTasks("/v3/apps/\(app.guid)/tasks", query, [app.guid], showsCommand: shows)
    }

    private func listTasks(_ path: String, _ query: ListQuery, _ parents: [String]?, showsCommand: Bool) -> Answer {
        let names = query.values("names").map { Set($0.map(\.caseFolded)) }
        return list(Listing(path: path, query: query, table: tasks, parents: parents)) { row in
            (names?.contains(row.name.caseFolded) ?? true) && query.accepts("states", Text(row.state))
                && query.accepts("sequence_ids", Text(String(row.sequenceID)))
        } write: {
            write($0, showsCommand: showsCommand, to: &$1)
        }
    }

    func getTask(_ call: Call) throws(Refusal) -> Answer {
        let (task, _, space) = try readableTask(call)
        return answer(200, task.guid, showsCommand: access(call).canReadSecrets(in: space))
    }

    /// `PATCH /v3/tasks/:guid`: metadata only, in any state, without touching the row's times.
    func updateTask(_ call: Call) throws(Refusal) -> Answer {
        var rules = BodyRules(call.body)
        rules.allowOnly(["metadata"])
        let change = try MetadataChange(call.body, messages: &rules.messages)
        try rules.requireNone()
        let (task, _, space) = try readableTask(call)
        try requireWritable(space, by: .developer, call)
        let metadata = try change.applied(to: task.metadata)
        tasks.update(task.guid) { $0.metadata = metadata }
        return answer(200, task.guid, showsCommand: true)
    }

    /// Cancels a task (`cloud_controller_ng app/actions/task_cancel.rb`); the runtime ends it a moment later.
    func cancelTask(_ call: Call) throws(Refusal) -> Answer {
        let (task, app, space) = try readableTask(call)
        try requireWritable(space, by: .supporter, call)
        guard !task.isTerminal else {
            throw .unprocessable("Task state is \(task.state) and therefore cannot be canceled")
        }
        let now = now
        if task.state != "CANCELING" {
            let ending = TaskRow.Ending(
                time: now.advanced(by: ServerDefaults.secondsToCancel),
                failureReason: ServerDefaults.cancelReason
            )
            tasks.update(task.guid) { row in
                row.state = "CANCELING"
                row.updatedAt = now
                // what would end by itself before that still succeeds
                if row.ending.map({ $0.time >= ending.time }) ?? true { row.ending = ending }
            }
            tasksInFlight.insert(task.guid)
        }
        record("audit.app.task.cancel", app: app.guid, eventData(of: task), call)
        // the state is committed before the runtime is asked
        if !runtime.isAvailable { throw .taskWorkersUnavailable }
        return answer(202, task.guid, showsCommand: true)
    }

    func eventData(of task: TaskRow) -> JSONValue {
        [
            "task_guid": .text(task.guid),
            "request": [
                "name": .text(task.name.string), "memory_in_mb": .number(String(task.memory)),
                "command": .text(Hidden.text),
            ],
        ]
    }

    func answer(_ status: Int, _ guid: String, showsCommand: Bool) -> Answer {
        Answer.json(status) { writer in
            if let row = tasks[guid] { write(row, showsCommand: showsCommand, to: &writer) }
        }
    }

    private func readableTask(_ call: Call) throws(Refusal) -> (TaskRow, AppRow, SpaceRow) {
        guard let task = tasks[call.parameter("guid")] else { throw .notFound("Task") }
        let (app, space) = try readableApp(task.appGUID, call, as: "Task")
        return (task, app, space)
    }
}
