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
        let others = named.filter { row in !row.state.isTerminal && !runs.contains { $0.guid == row.guid } }
        if runs.isEmpty {
            if task.run == .oncePerDroplet, let image = pendingImageOutsideTargets {
                diagnostics.append(.imageOutsideTargets(place, image, at: task.origin))
                return
            }
            create(task, place, fingerprint, droplet, attempt: 1, after: others.last)
            return
        }
        if runs.allSatisfy({ $0.state == .failed }) {
            let attempts = runs.map(\.attempt).max() ?? 1
            if attempts <= task.retries?.value ?? 0 {
                create(task, place, fingerprint, droplet, attempt: attempts + 1, after: others.last)
            } else if let newest = runs.last {
                fail(newest, of: task, place)
            }
        } else if task.wait?.value != nil, let live = runs.last(where: { !$0.state.isTerminal }) {
            wait(for: live, of: task, place, fingerprint)
        }
        for run in runs { relabel(run, of: task, place, fingerprint) }
    }

    private mutating func fail(_ run: ObservedTask, of task: DesiredTask, _ place: Address) {
        failedRuns.append(
            Plan.FailedRun(
                address: place,
                origin: task.origin,
                reason: run.failureReason,
                outcome: RunOutcome(failureReason: run.failureReason),
                step: task.step,
                blocks: task.wait?.value != nil
            )
        )
    }

    /// What stands behind a failed run that is waited for is not attempted.
    mutating func block() {
        guard let failed = failedRuns.filter(\.blocks).min(by: { $0.step.rank < $1.step.rank }) else { return }
        let tasks = desired.tasks.map { address.appending(.task($0.name)) }
        let position = tasks.firstIndex(of: failed.address) ?? 0
        for index in operations.indices {
            let operation = operations[index]
            guard operation.address != failed.address else { continue }
            let isBehind =
                operation.step == failed.step
                ? (tasks.firstIndex(of: operation.address) ?? 0) > position
                : operation.step.rank > failed.step.rank
            if isBehind { operations[index].blocked = "`\(failed.address)` \(failed.outcome.words)" }
        }
    }

    /// An earlier apply started the run and did not see its end.
    private mutating func wait(
        for run: ObservedTask,
        of task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint
    ) {
        var draft = Draft(task.step, place, at: task.origin, .awaitTask, "/v3/tasks/{tasks.\(run.sequenceID).guid}")
        draft.action = .wait
        draft.run = Plan.Run(fingerprint: fingerprint.hex, sequenceID: run.sequenceID)
        draft.run?.attempt = run.attempt
        draft.run?.lastAttempt = run.attempt
        draft.run?.wait = task.wait?.value
        draft.notes = ["run \(run.sequenceID) is \(run.state.rawValue) since \(run.createdAt)"]
        append(draft, changes: [], body: nil, expected: [])
    }

    /// The droplet that a run would use.
    private struct RunDroplet {
        let guid: String
        /// What `once_per_droplet` puts into the fingerprint.
        let pinned: (guid: String, image: Text?)?
        /// A value from a secrets file went into the image.
        var isImageMasked = false
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
        guard droplet.isDocker else { return RunDroplet(guid: droplet.guid, pinned: (droplet.guid, nil)) }
        // The declared image, else the observed one.
        if let declared = desired.declaredImage, case .text(let image) = declared.value {
            return RunDroplet(
                guid: droplet.guid,
                pinned: (droplet.guid, image),
                isImageMasked: declared.masked != nil
            )
        }
        guard case .value(.text(let image)) = droplet.fields[.image] else {
            return RunDroplet(guid: droplet.guid, pinned: (droplet.guid, nil))
        }
        return RunDroplet(guid: droplet.guid, pinned: (droplet.guid, image))
    }

    /// A declared image that the droplet does not have yet and that the targets leave out: a run now would use the old
    /// image and count as one of the new.
    private var pendingImageOutsideTargets: DeclaredField? {
        guard let image = desired.imageOutsideTargets, let droplet = observed.droplet, droplet.isDocker else {
            return nil
        }
        return standing(of: image, in: droplet.fields) == .inPlace ? nil : image
    }

    private mutating func create(
        _ task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint,
        _ droplet: RunDroplet,
        attempt: Int,
        after live: ObservedTask?
    ) {
        var draft = Draft(task.step, place, at: task.origin, .createTask, "/v3/apps/{app.guid}/tasks")
        draft.action = .run
        draft.run = Plan.Run(fingerprint: fingerprint.hex, sequenceID: nil)
        draft.run?.attempt = attempt
        draft.run?.lastAttempt = 1 + (task.retries?.value ?? 0)
        draft.run?.wait = task.wait?.value
        draft.preconditions = [Plan.Precondition("run", attempt == 1 ? .null : .text("FAILED"))]
        if attempt > 1 { draft.notes.append("attempt \(attempt): the one before it is FAILED") }
        if let template = task.template { draft.notes.append("with the settings of the process `\(template.value)`") }
        if let live {
            draft.run?.patience = task.wait?.value ?? DesiredTask.usualWait
            draft.notes.append("waits for run \(live.sequenceID) of that name, which is \(live.state.rawValue)")
        }
        if let pinned = droplet.pinned {
            draft.preconditions.append(Plan.Precondition("droplet.guid", .text(Text(pinned.guid))))
            if let image = pinned.image {
                let isMasked = droplet.isImageMasked
                draft.preconditions.append(Plan.Precondition("droplet.image", .text(image), isMasked: isMasked))
            }
        }
        // A row that is new has nothing to clear.
        let changes = task.fields.filter { $0.value != .null }.map {
            FieldChange($0.field, from: .null, to: $0.value, at: $0.origin, masked: $0.masked)
        }
        let record = firstRecord(of: task, place)
        append(
            draft,
            changes: changes,
            body: creation(of: task, fingerprint, attempt, record),
            expected: task.fields + record
        )
    }

    private func creation(
        of task: DesiredTask,
        _ fingerprint: Fingerprint,
        _ attempt: Int,
        _ record: [DeclaredField]
    ) -> JSON {
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
        // With retries left the same apply may send the request with the next number.
        let mayRepeat = attempt <= task.retries?.value ?? 0
        let label: JSON = mayRepeat ? .symbol("attempt") : .text(Text("\(attempt)"))
        let run: JSON = fingerprint.containsGUID ? .symbol("run") : .text(Text(fingerprint.hex))
        values.append((["metadata", "labels", RunLabel.run], run))
        values.append((["metadata", "labels", RunLabel.attempt], label))
        for declared in labels + record where declared.value != .null {
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
        let changes = drift(of: declared, from: run.fields).changes
        let merge = merge(place, at: task.origin, declared, run.fields)
        draft.take(merge, for: changes, in: run.fields)
        append(changes + merge.removals, of: declared, draft)
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

extension DesiredTask {
    /// Seconds that a task is waited for where nothing else is declared.
    package static let usualWait = 600

    /// The row of the order table that its runs belong to.
    var step: OperationStep { when?.value == .beforeRollout ? .tasksBeforeRollout : .tasksAfterRollout }
}

extension ObservedTask {
    /// From the label; 1 where it is missing or no number.
    var attempt: Int {
        guard case .value(.text(let text)) = fields[.label(RunLabel.attempt)] else { return 1 }
        return Int(text.string) ?? 1
    }
}
