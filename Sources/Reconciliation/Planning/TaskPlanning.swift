import Diagnostics

extension AppPlanner {
    /// A declared task: cancelled, created once, or already run and relabelled.
    mutating func plan(_ task: DesiredTask) {
        let place = address.appending(.task(task.name))
        resources.append(place)
        // The server's name filter ignores case; names are compared exactly here.
        let named = observed.tasks.filter { $0.name == task.name }.sorted { $0.sequenceID < $1.sequenceID }
        let history = RunHistory(of: task.name, in: observed)
        if task.canceled?.value == true {
            for run in named where run.state == .pending || run.state == .running {
                cancel(run, of: task, place, history)
            }
            let isRecorded = operations.contains { $0.address == place && !$0.preparing.isEmpty }
            adoptRuns(of: task, place, nil, history, claims: history.claims, isRecorded: isRecorded)
            return
        }
        guard let droplet = dropletOfRun(task, place) else { return }
        if let template = task.template, !observed.processes.contains(where: { $0.type == template.value }) {
            let types = observed.processes.map(\.type)
            diagnostics.append(.noTemplate(place, template.value, among: types, at: template.origin))
            return
        }
        let fingerprint = Fingerprint(of: task, droplet: droplet.pinned)
        let runs = history.rows(of: fingerprint.hex)
        decide(
            task,
            place,
            fingerprint,
            droplet,
            history,
            live: named.last { row in
                !row.state.isTerminal && !runs.contains { $0.guid == row.guid }
            }
        )
        for run in runs { relabel(run, of: task, place, fingerprint) }
    }

    /// Created, waited for, reported or recorded: what has run does not run again.
    private mutating func decide(
        _ task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint,
        _ droplet: RunDroplet,
        _ history: RunHistory,
        live: ObservedTask?
    ) {
        let attempts = history.attempts(of: fingerprint.hex)
        // Whoever creates a run waits for all claims of the task.
        var left = history.claims
        switch history.standing(of: fingerprint.hex) {
        case .neverRun:
            if task.run == .oncePerDroplet, let image = pendingImageOutsideTargets {
                diagnostics.append(.imageOutsideTargets(place, image, at: task.origin))
                return
            }
            guard isReadable(history, task, place, .error) else { return }
            create(task, place, fingerprint, droplet, history, attempt: 1, after: live)
            left = []
        case .failed where history.mayRepeat(fingerprint.hex, retries: task.retries?.value ?? 0):
            guard isReadable(history, task, place, .error) else { return }
            create(task, place, fingerprint, droplet, history, attempt: attempts + 1, after: live)
            left = []
        case .failed(let reason, let outcome):
            fail(task, place, reason, outcome)
        case .unknown(let entry):
            fail(task, place, "it was claimed and never recorded, as found\(entry.when)", .unknown)
        case .live(let run) where task.wait?.value != nil:
            wait(for: run, of: task, place, fingerprint, history)
        case .unseen(let entry):
            unseenRuns.append(Plan.UnseenRun(address: place, origin: task.origin, sequenceID: entry.sequenceID))
        case .live, .over: break
        }
        guard isReadable(history, task, place, .warning) else { return }
        // The record of a run that is created, or whose end is waited for, takes everything in that it lacks.
        let isRecorded = operations.last.map { $0.address == place && $0.action != .cancel } ?? false
        if operations.last?.action == .wait, isRecorded { return }
        adoptRuns(of: task, place, fingerprint, history, claims: left, isRecorded: isRecorded)
    }

    /// False with a diagnostic where the record cannot be read.
    private mutating func isReadable(
        _ history: RunHistory,
        _ task: DesiredTask,
        _ place: Address,
        _ severity: Diagnostic.Severity
    ) -> Bool {
        guard let reason = history.unreadable else { return true }
        diagnostics.append(
            .unreadableRecord(of: place, named: task.name, reason, at: task.origin, severity: severity)
        )
        return false
    }

    private mutating func fail(_ task: DesiredTask, _ place: Address, _ reason: String?, _ outcome: RunOutcome) {
        failedRuns.append(
            Plan.FailedRun(
                address: place,
                origin: task.origin,
                reason: reason,
                outcome: outcome,
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
        _ fingerprint: Fingerprint,
        _ history: RunHistory
    ) {
        var draft = Draft(task.step, place, at: task.origin, .awaitTask, "/v3/tasks/{tasks.\(run.sequenceID).guid}")
        draft.action = .wait
        draft.run = Plan.Run(fingerprint: fingerprint.hex, sequenceID: run.sequenceID)
        draft.run?.attempt = run.attempt
        draft.run?.lastAttempt = run.attempt
        draft.run?.retriesLeft = max(0, (task.retries?.value ?? 0) - run.attempt + 1)
        draft.run?.wait = task.wait?.value
        draft.notes = ["run \(run.sequenceID) is \(run.state.rawValue) since \(run.createdAt)"]
        remember(run, of: task, fingerprint, history, in: &draft)
        append(draft, changes: [], body: nil, expected: [])
        guard let left = draft.run?.retriesLeft, left > 0 else { return }
        let record = firstRecord(of: task, place)
        let body = creation(of: task, fingerprint, run.attempt + 1, record, mayRepeat: true)
        operations[operations.count - 1].notes.append("attempt \(run.attempt + 1) follows when it fails")
        operations[operations.count - 1].repetition = Plan.Repetition(
            request: Request(.createTask, path: "/v3/apps/{app.guid}/tasks", body: body),
            expected: task.fields + record
        )
    }

    /// The droplet that a run would use.
    private struct RunDroplet {
        /// What `once_per_droplet` puts into the fingerprint; without a guid while the droplet has to be staged.
        let pinned: (guid: String?, image: Text?)?
        /// A value from a secrets file went into the image.
        var isImageMasked = false
    }

    private mutating func dropletOfRun(_ task: DesiredTask, _ place: Address) -> RunDroplet? {
        guard observed.currentDropletGUID != nil else {
            diagnostics.append(.noDroplet(place, app: observed, image: nil, at: task.origin))
            return nil
        }
        guard task.run == .oncePerDroplet else { return RunDroplet(pinned: nil) }
        guard let droplet = observed.droplet else {
            diagnostics.append(.noDroplet(place, app: observed, image: nil, at: task.origin))
            return nil
        }
        guard droplet.isDocker else { return RunDroplet(pinned: (droplet.guid, nil)) }
        let guid = restage.map { $0.droplet?.guid } ?? droplet.guid
        let isImageMasked = desired.declaredImage?.masked != nil
        return RunDroplet(pinned: (guid, desired.pin(of: droplet).image), isImageMasked: isImageMasked)
    }

    /// A declared image that the droplet does not have yet and that the targets leave out: a run now would use the old
    /// image and count as one of the new.
    var pendingImageOutsideTargets: DeclaredField? {
        guard let image = desired.imageOutsideTargets, let droplet = observed.droplet, droplet.isDocker else {
            return nil
        }
        return standing(of: image, in: compared(droplet)) == .inPlace ? nil : image
    }

    private mutating func create(
        _ task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint,
        _ droplet: RunDroplet,
        _ history: RunHistory,
        attempt: Int,
        after live: ObservedTask?
    ) {
        var draft = Draft(task.step, place, at: task.origin, .createTask, "/v3/apps/{app.guid}/tasks")
        draft.action = .run
        draft.run = Plan.Run(fingerprint: fingerprint.specification == nil ? fingerprint.hex : nil, sequenceID: nil)
        draft.run?.specification = fingerprint.specification
        if droplet.isImageMasked, let image = desired.declaredImage?.json {
            let members = fingerprint.specification?.members
            draft.run?.specification = members.map { members in
                .object(members.map { $0.name == "image" ? JSON.Member($0.name, image) : $0 })
            }
        }
        draft.run?.attempt = attempt
        draft.run?.lastAttempt = 1 + (task.retries?.value ?? 0)
        draft.run?.wait = task.wait?.value
        draft.preconditions = [Plan.Precondition("run", attempt == 1 ? .null : .text("FAILED"))]
        if attempt > 1 { draft.notes.append("attempt \(attempt): the one before it is FAILED") }
        if restage != nil { draft.notes.append("with the new droplet") }
        if let template = task.template { draft.notes.append("with the settings of the process `\(template.value)`") }
        if let live {
            draft.run?.patience = task.wait?.value ?? DesiredTask.usualWait
            draft.notes.append("waits for run \(live.sequenceID) of that name, which is \(live.state.rawValue)")
        }
        if let pinned = droplet.pinned {
            if let guid = pinned.guid {
                draft.preconditions.append(Plan.Precondition("droplet.guid", .text(Text(guid))))
            }
            if let image = pinned.image {
                let isMasked = droplet.isImageMasked
                draft.preconditions.append(Plan.Precondition("droplet.image", .text(image), isMasked: isMasked))
            }
        }
        remember(task, fingerprint, history, in: &draft)
        // A row that is new has nothing to clear.
        let changes = task.fields.filter { $0.value != .null }.map {
            FieldChange($0.field, from: .null, to: $0.value, at: $0.origin, masked: $0.masked)
        }
        let record = firstRecord(of: task, place)
        // With retries left the same apply may send the request with the next number.
        let mayRepeat = attempt <= task.retries?.value ?? 0
        append(
            draft,
            changes: changes,
            body: creation(of: task, fingerprint, attempt, record, mayRepeat: mayRepeat),
            expected: task.fields + record
        )
    }

    private func creation(
        of task: DesiredTask,
        _ fingerprint: Fingerprint,
        _ attempt: Int,
        _ record: [DeclaredField],
        mayRepeat: Bool
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

    private mutating func cancel(
        _ run: ObservedTask,
        of task: DesiredTask,
        _ place: Address,
        _ history: RunHistory
    ) {
        let path = "/v3/tasks/{tasks.\(run.sequenceID).guid}/actions/cancel"
        var draft = Draft(.cancelTasks, place, at: task.origin, .cancelTask, path)
        draft.action = .cancel
        draft.run = Plan.Run(fingerprint: nil, sequenceID: run.sequenceID)
        draft.notes = ["run \(run.sequenceID), \(run.state.rawValue) since \(run.createdAt), task \(run.guid)"]
        // Whether it waits or runs by then does not matter.
        draft.preconditions = [Plan.Precondition("run.guid", .text(Text(run.guid)))]
        rememberCancel(of: run, history, in: &draft)
        append(draft, changes: [], body: nil, expected: [])
    }
}

extension DesiredTask {
    /// Seconds that a task is waited for where nothing else is declared.
    package static let usualWait = 600

    /// Nothing is rolled out before it has succeeded.
    var holdsRollout: Bool { when?.value == .beforeRollout && wait?.value != nil && canceled?.value != true }

    /// The row of the order table that its runs belong to.
    var step: OperationStep { when?.value == .beforeRollout ? .tasksBeforeRollout : .tasksAfterRollout }
}
