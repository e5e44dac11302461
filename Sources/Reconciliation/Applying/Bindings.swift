import Diagnostics

/// What the symbols of an app's requests stand for, from what was observed of it.
struct Bindings: Sendable {
    private(set) var app: ObservedApp
    /// The droplet that the plan saw: runs are made with no other, and their fingerprints may hold its guid.
    private let plannedDropletGUID: String?

    init(_ app: ObservedApp) {
        self.app = app
        plannedDropletGUID = app.droplet?.guid ?? app.currentDropletGUID
    }

    func fill(_ operation: Plan.Operation) -> Request {
        operation.request.filled(with: values(for: operation))
    }

    /// Every request of the operation, in order; symbols that only sending brings stay.
    func fillAll(_ operation: Plan.Operation) -> [Request] {
        let values = values(for: operation)
        return operation.requests.map { $0.filled(with: values) }
    }

    func values(for operation: Plan.Operation) -> [String: String] {
        var values = ["app.guid": app.guid]
        values["droplet.guid"] =
            operation.request.kind == .createTask ? plannedDropletGUID : app.droplet?.guid ?? app.currentDropletGUID
        values["run"] = operation.run?.fingerprint
        values["attempt"] = operation.run.map { "\($0.attempt)" }
        for process in app.processes {
            values["processes.\(process.type).guid"] = process.guid
            values["processes.\(process.type).version"] = process.version
            if operation.address.part == .process(process.type) {
                values["process.guid"] = process.guid
                values["process.version"] = process.version
            }
        }
        for task in app.tasks { values["tasks.\(task.sequenceID).guid"] = task.guid }
        return values
    }

    /// The droplet that a created run has to use; nil for other operations.
    func dropletGUID(pinnedBy operation: Plan.Operation) -> String? {
        operation.request.kind == .createTask ? values(for: operation)["droplet.guid"] : nil
    }

    /// The row that the operation is about, as it is now; nil when it is gone.
    func task(of operation: Plan.Operation, _ platform: any Platform) async throws(PlatformError) -> ObservedTask? {
        guard let row = app.tasks.first(where: { $0.sequenceID == operation.run?.sequenceID }) else { return nil }
        return try await platform.task(row.guid)
    }

    /// Takes the process as the one of its type; false when it is the one that was known.
    mutating func replace(_ process: ObservedProcess) -> Bool {
        guard let index = app.processes.firstIndex(where: { $0.type == process.type }) else { return false }
        guard app.processes[index].guid != process.guid else { return false }
        app.processes[index] = process
        return true
    }

    /// Takes what an answer showed of a process.
    mutating func update(_ process: ObservedProcess) {
        guard let index = app.processes.firstIndex(where: { $0.type == process.type }) else { return }
        app.processes[index] = process
    }

    /// Takes the processes that there are now, after something was waited for.
    mutating func replace(_ processes: [ObservedProcess]) {
        app.processes = processes
    }

    /// Takes the droplet as the current one; false when it is the one that was known.
    mutating func replace(_ droplet: ObservedDroplet) -> Bool {
        guard app.droplet?.guid != droplet.guid else { return false }
        app.droplet = droplet
        app.currentDropletGUID = droplet.guid
        return true
    }
}
