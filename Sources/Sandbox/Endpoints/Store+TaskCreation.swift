import Diagnostics

extension Store {
    /// `POST /v3/apps/:guid/tasks` (`cloud_controller_ng app/controllers/v3/tasks_controller.rb#create`).
    ///
    /// Order: feature flag, message, app readable, writable, template, droplet, model.
    func createTask(_ call: Call) throws(Refusal) -> Answer {
        try requireFeature("task_creation", call)
        let message = try TaskMessage(call.body)
        let guid = call.parameter("guid")
        // looked up before it is known whether the app is there
        if apps[guid] == nil, call.body["droplet_guid"] != nil { throw .unknownError }
        let (app, space) = try readableApp(guid, call)
        try requireWritable(space, by: .developer, call)
        let droplet = try droplet(for: message, of: app)
        let template = try template(for: message)
        let task = try makeTask(message, of: app, droplet, template)
        try check(task, message, space)
        let metadata = try message.metadata.applied(to: Metadata())
        return try start(task, metadata: metadata, app, call)
    }

    /// Without the key the app's current droplet; null and droplets of other apps are not found.
    private func droplet(for message: TaskMessage, of app: AppRow) throws(Refusal) -> DropletRow? {
        guard let given = message.droplet else { return currentDroplet(of: app) }
        guard let guid = given.text, let droplet = droplets[guid], droplet.appGUID == app.guid else {
            throw .notFound("Droplet")
        }
        return droplet
    }

    /// The template may be a process of any app.
    private func template(for message: TaskMessage) throws(Refusal) -> ProcessRow? {
        guard let guid = message.templateGUID else { return nil }
        guard let process = processes[guid] else {
            throw Refusal(
                status: 404,
                title: "CF-ProcessNotFound",
                code: 350003,
                detail: "The process could not be found: \(guid)"
            )
        }
        return process
    }

    private func makeTask(
        _ message: TaskMessage,
        of app: AppRow,
        _ droplet: DropletRow?,
        _ template: ProcessRow?
    ) throws(Refusal) -> TaskRow {
        let now = now
        let name = message.name.map { $0 ?? "" } ?? Text(guids.shortName())
        let command = message.command.map { $0 ?? "" } ?? template.map { effectiveCommand(of: $0) } ?? ""
        return TaskRow(
            guid: makeGUID(),
            createdAt: now,
            updatedAt: now,
            sequenceID: app.lastSequenceID + 1,
            name: name,
            command: command,
            user: message.user ?? template?.user,
            state: "RUNNING",
            memory: message.memory ?? template?.memory ?? ServerDefaults.memory,
            disk: message.disk ?? template?.disk ?? ServerDefaults.disk,
            logRate: message.logRate ?? template?.logRate ?? ServerDefaults.logRate,
            dropletGUID: droplet?.guid ?? "",
            appGUID: app.guid,
            metadata: Metadata()
        )
    }

    /// What the model says about a new task (`cloud_controller_ng app/models/runtime/task_model.rb`).
    private func check(_ task: TaskRow, _ message: TaskMessage, _ space: SpaceRow) throws(Refusal) {
        guard !task.dropletGUID.isEmpty else {
            throw .unprocessable("Task must have a droplet. Specify droplet or assign current droplet to app.")
        }
        guard task.disk <= ServerDefaults.maximumDisk else {
            throw .unprocessable("Cannot request disk_in_mb greater than \(ServerDefaults.maximumDisk)")
        }
        guard task.memory <= 2_147_483_647, !task.command.string.utf8.contains(0) else { throw .unknownError }
        var messages: [String] = []
        let isPrintable = task.name.string.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .lineSeparator
        }
        // by field, in the order in which they are first found wanting
        if task.name.isEmpty || !isPrintable { messages.append("name format") }
        if task.name.isBlank, !messages.isEmpty { messages.append("name presence") }
        if task.command.isBlank { messages.append("command presence") }
        if task.command.count > 4096 { messages.append("command must be shorter than 4097 characters") }
        if task.name.isBlank, !messages.contains("name presence") { messages.append("name presence") }
        if let user = task.user, !ProcessModelRules.permits(user) {
            messages.append(ProcessModelRules.userMessage(user))
        }
        messages += quotaMessages(task, in: space)
        guard messages.isEmpty else { throw .unprocessable(messages) }
    }

    /// Commits the row, then asks the runtime, as the server does: a refusal leaves a FAILED row.
    private func start(
        _ task: TaskRow,
        metadata: Metadata,
        _ app: AppRow,
        _ call: Call
    ) throws(Refusal) -> Answer {
        let run = taskRuns.last { Pattern.matches($0.name, task.name.string) } ?? Seed.TaskRun("*")
        var row = task
        row.metadata = metadata
        let now = now
        apps.update(app.guid) { row in
            row.lastSequenceID = task.sequenceID
            row.updatedAt = now
        }
        record("audit.app.task.create", app: app.guid, eventData(of: task), call)
        if let refusal = refusal(ofRun: run) {
            row.state = "FAILED"
            row.failureReason = "Unable to request task to be run"
            tasks.insert(row)
            throw refusal
        }
        row.ending = run.runSeconds.map { seconds in
            let reason = run.result == .failed ? run.failureReason ?? ServerDefaults.failureReason : nil
            return TaskRow.Ending(time: now.advanced(by: seconds), failureReason: reason)
        }
        tasks.insert(row)
        tasksInFlight.insert(row.guid)
        return answer(202, row.guid, showsCommand: true)
    }

    /// Why the runtime does not take a task, if it does not.
    private func refusal(ofRun run: Seed.TaskRun) -> Refusal? {
        if !runtime.isAvailable || run.result == .unavailable { return .taskWorkersUnavailable }
        return runtime.refusesContent || run.result == .refused ? .taskError : nil
    }
}

extension Refusal {
    static let taskWorkersUnavailable = Refusal(
        status: 503,
        title: "CF-TaskWorkersUnavailable",
        code: 170020,
        detail: "Task workers are unavailable: failed with status: 500, body: bbs down"
    )
    static let taskError = Refusal(
        status: 500,
        title: "CF-TaskError",
        code: 170019,
        detail: "Task failed: Invalid field: memory_mb"
    )
}
