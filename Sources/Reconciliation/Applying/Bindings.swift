import Diagnostics

/// What the symbols of an app's requests stand for, from what was observed of it.
struct Bindings: Sendable {
    private(set) var app: ObservedApp
    /// The droplet that the plan saw: runs are made with no other, and their fingerprints may hold its guid.
    private let plannedDropletGUID: String?
    /// The version of each process when the app was observed; it changes with every start (`RestartMarker`).
    private let observedVersions: [Text: String?]
    /// Another droplet takes the place of the current one, and every symbol of a droplet means that one.
    private(set) var isRestaging = false
    /// That droplet; nil as long as it is not staged.
    private(set) var newDroplet: ObservedDroplet?
    /// The package that it is made from.
    var packageGUID: String?
    /// Tells our deployment from others; nil when none can be made.
    let rollout: String?

    init(_ app: ObservedApp, isWriting: Bool = true) {
        self.app = app
        observedVersions = Dictionary(app.processes.map { ($0.type, $0.version) }) { _, last in last }
        plannedDropletGUID = app.droplet?.guid ?? app.currentDropletGUID
        rollout = isWriting ? String(UInt64.random(in: 0 ... .max), radix: 16) : nil
    }

    /// One of the processes was started or restarted since the app was observed.
    func hasAnotherVersion(_ processes: [ObservedProcess]) -> Bool {
        processes.contains { process in observedVersions[process.type].map { $0 != process.version } ?? false }
    }

    func fill(_ operation: Plan.Operation) -> Request {
        operation.request.filled(with: values(for: operation))
    }

    /// Every request of the operation, in order; symbols that only sending brings stay.
    func fillAll(_ operation: Plan.Operation) -> [Request] {
        let values = values(for: operation)
        return operation.requests.map { $0.filled(with: values) }
    }

    /// The operation with the fingerprint of its run, once the droplet that is part of it is known.
    func resolved(_ operation: Plan.Operation) -> Plan.Operation {
        guard let specification = operation.run?.specification, let guid = newDroplet?.guid else { return operation }
        var operation = operation
        operation.run?.fingerprint = Fingerprint.hex(of: specification.filled(with: ["droplet.guid": guid]))
        return operation
    }

    func values(for operation: Plan.Operation) -> [String: String] {
        var values = ["app.guid": app.guid]
        values["space.guid"] = app.spaceGUID
        values["droplet.guid"] = dropletGUID(for: operation)
        values["package.guid"] = packageGUID
        values[RolloutLabel.symbol] = rollout
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

    private func dropletGUID(for operation: Plan.Operation) -> String? {
        if isRestaging { return newDroplet?.guid }
        return operation.request.kind == .createTask
            ? plannedDropletGUID : app.droplet?.guid ?? app.currentDropletGUID
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

    /// Takes a process of a type that there was not before.
    mutating func add(_ process: ObservedProcess) {
        app.processes.append(process)
    }

    /// Takes the processes that there are now, after something was waited for.
    mutating func replace(_ processes: [ObservedProcess]) {
        app.processes = processes
    }

    /// From now on a droplet is meant that does not exist yet.
    mutating func beginRestage() {
        isRestaging = true
    }

    /// Takes the droplet as the one that is to be made the current one.
    mutating func stage(_ droplet: ObservedDroplet) {
        isRestaging = true
        newDroplet = droplet
    }

    /// The new droplet is the current one now.
    mutating func assignNewDroplet() {
        guard let droplet = newDroplet else { return }
        app.droplet = droplet
        app.currentDropletGUID = droplet.guid
    }

    /// Takes the droplet as the current one; false when it is the one that was known.
    mutating func replace(_ droplet: ObservedDroplet) -> Bool {
        guard app.droplet?.guid != droplet.guid else { return false }
        app.droplet = droplet
        app.currentDropletGUID = droplet.guid
        return true
    }
}
