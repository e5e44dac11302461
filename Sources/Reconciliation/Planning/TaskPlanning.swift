import Diagnostics

extension AppPlanner {
    /// A declared task: cancelled, created once, or already run and relabelled.
    mutating func plan(_ task: DesiredTask) {
        let place = address.appending(.task(task.name))
        resources.append(place)
        // The server's name filter ignores case; names are compared exactly here.
        let named = observed.tasks.filter { $0.name == task.name }.sorted { $0.sequenceID < $1.sequenceID }
        if task.canceled?.value == true {
            for run in named where run.state == .pending || run.state == .running { cancel(run, of: task, place) }
            return
        }
        guard let droplet = dropletOfRun(task, place) else { return }
        if let template = task.template, !observed.processes.contains(where: { $0.type == template.value }) {
            let types = observed.processes.map(\.type)
            diagnostics.append(.noTemplate(place, template.value, among: types, at: template.origin))
            return
        }
        let fingerprint = Fingerprint(of: task, droplet: droplet.pinned)
        let label = Field.label(RunLabel.run)
        let runs = named.filter { $0.fields[label] == .value(.text(Text(fingerprint.hex))) }
        guard let newest = runs.last else {
            if let live = named.last(where: { !$0.state.isTerminal }) {
                diagnostics.append(.runInProgress(live, place, at: task.origin))
            } else {
                create(task, place, fingerprint, droplet)
            }
            return
        }
        if runs.allSatisfy({ $0.state == .failed }) {
            failedRuns.append(
                Plan.FailedRun(
                    address: place,
                    origin: task.origin,
                    reason: newest.failureReason,
                    outcome: RunOutcome(failureReason: newest.failureReason)
                )
            )
        }
        for run in runs { relabel(run, of: task, place, fingerprint) }
    }

    /// The droplet that a run would use.
    private struct RunDroplet {
        let guid: String
        /// What `once_per_droplet` puts into the fingerprint.
        let pinned: (guid: String, image: Text?)?
    }

    private mutating func dropletOfRun(_ task: DesiredTask, _ place: Address) -> RunDroplet? {
        guard let guid = observed.currentDropletGUID else {
            diagnostics.append(.noDroplet(place, app: desired.name, at: task.origin))
            return nil
        }
        guard task.run == .oncePerDroplet else { return RunDroplet(guid: guid, pinned: nil) }
        guard let droplet = observed.droplet else {
            diagnostics.append(.noDroplet(place, app: desired.name, at: task.origin))
            return nil
        }
        return RunDroplet(guid: droplet.guid, pinned: (droplet.guid, droplet.isDocker ? image(of: droplet) : nil))
    }

    /// The declared image, else the observed one.
    private func image(of droplet: ObservedDroplet) -> Text? {
        if case .text(let image) = desired.droplet?.fields.first(where: { $0.field == .image })?.value { return image }
        if case .value(.text(let image)) = droplet.fields[.image] { return image }
        return nil
    }

    private mutating func create(
        _ task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint,
        _ droplet: RunDroplet
    ) {
        var draft = Draft(.tasksAfterRollout, place, at: task.origin, .createTask, "/v3/apps/{app.guid}/tasks")
        draft.action = .run
        draft.run = Plan.Run(fingerprint: fingerprint.hex, sequenceID: nil)
        draft.preconditions = [Plan.Precondition("run", .null)]
        if let pinned = droplet.pinned {
            draft.preconditions.append(Plan.Precondition("droplet.guid", .text(Text(pinned.guid))))
            if let image = pinned.image { draft.preconditions.append(Plan.Precondition("droplet.image", .text(image))) }
        }
        let changes = task.fields.map {
            FieldChange($0.field, from: .null, to: $0.value, at: $0.origin, masked: $0.masked)
        }
        append(draft, changes: changes, body: creation(of: task, fingerprint), expected: task.fields)
    }

    private func creation(of task: DesiredTask, _ fingerprint: Fingerprint) -> JSON {
        var values: [(path: [Text], value: JSON)] = [(["name"], .text(task.name))]
        if let template = task.template {
            values.append((["template", "process", "guid"], .symbol("processes.\(template.value).guid")))
        }
        let (labels, others) = task.fields.reduce(into: ([DeclaredField](), [DeclaredField]())) { groups, declared in
            if declared.field.definition.carrier == .metadata {
                groups.0.append(declared)
            } else {
                groups.1.append(declared)
            }
        }
        for declared in others {
            if let value = declared.json { values.append(([Text(declared.field.definition.name)], value)) }
        }
        values.append((["droplet_guid"], .symbol("droplet.guid")))
        let run: JSON = fingerprint.containsGUID ? .symbol("run") : .text(Text(fingerprint.hex))
        values.append((["metadata", "labels", RunLabel.run], run))
        values.append((["metadata", "labels", RunLabel.attempt], "1"))
        for declared in labels where declared.value != .null {
            if let value = declared.json { values.append((declared.field.definition.path.map { Text($0) }, value)) }
        }
        return tree(values)
    }

    private mutating func relabel(
        _ run: ObservedTask,
        of task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint
    ) {
        let declared = task.fields.filter { $0.field.definition.carrier == .metadata }
        let path = "/v3/tasks/{tasks.\(run.sequenceID).guid}"
        var draft = Draft(.taskMetadata, place, at: task.origin, .patchTask, path)
        draft.run = Plan.Run(fingerprint: fingerprint.hex, sequenceID: run.sequenceID)
        append(drift(of: declared, from: run.fields).changes, of: declared, draft)
    }

    private mutating func cancel(_ run: ObservedTask, of task: DesiredTask, _ place: Address) {
        let path = "/v3/tasks/{tasks.\(run.sequenceID).guid}/actions/cancel"
        var draft = Draft(.cancelTasks, place, at: task.origin, .cancelTask, path)
        draft.action = .cancel
        draft.run = Plan.Run(fingerprint: nil, sequenceID: run.sequenceID)
        draft.notes = ["run \(run.sequenceID), \(run.state.rawValue) since \(run.createdAt), task \(run.guid)"]
        draft.preconditions = [Plan.Precondition("state", .text(Text(run.state.rawValue)))]
        append(draft, changes: [], body: nil, expected: [])
    }
}
