import Diagnostics

/// What an app remembers of its tasks' runs, in a plan: the requests around a run, and what an interrupted apply left.
extension AppPlanner {
    /// Beyond so many annotations the server refuses a PATCH (`max_annotations_per_resource` of its configuration).
    static let mostAnnotations = 200

    /// A supporter may cancel and wait, but not write on the app: then nothing is recorded, and a developer's apply does.
    var mayRecord: Bool {
        let mayWrite = Permission.develop.missing(for: server.identity, roles: server.roles) == nil
        return mayWrite || Permission.manageProcesses.missing(for: server.identity, roles: server.roles) != nil
    }

    /// The claim before the POST, the record after it, and the outcome where it is waited for.
    func remember(
        _ task: DesiredTask,
        _ fingerprint: Fingerprint,
        _ history: RunHistory,
        in draft: inout Draft
    ) {
        guard let run = draft.run else { return }
        let shown = fingerprint.containsGUID ? "{run}" : fingerprint.hex
        let mayRepeat = run.attempt < run.lastAttempt
        var entry = RunRequests.PlannedEntry(fingerprint: shown)
        entry.attempts = mayRepeat ? "{attempt}" : "\(run.attempt)"
        let earlier = history.completed(awaiting: nil, time: "").runs
        let hasOthers = earlier.contains { $0.fingerprint != fingerprint.hex || $0.state == .refused }
        draft.preparing = [RunRequests.plannedClaim(of: task.name, shown)]
        draft.concluding = [RunRequests.plannedCreation(of: task.name, entry, hasOthers: hasOthers)]
        if run.wait != nil {
            draft.concluding.append(outcome(of: task, shown, run, hasOthers: hasOthers))
        }
        for claim in history.claims {
            draft.notes.append("a claim stands, \(claim.words): it is waited for until it is gone or dead")
        }
        let known = history.record.entry(fingerprint.hex)
        draft.preconditions.append(
            Plan.Precondition("record", known.map { .text(Text($0.state.rawValue)) } ?? .null)
        )
    }

    /// The requests around the wait for a run that an earlier apply has started.
    func remember(
        _ row: ObservedTask,
        of task: DesiredTask,
        _ fingerprint: Fingerprint,
        _ history: RunHistory,
        in draft: inout Draft
    ) {
        guard history.unreadable == nil, mayRecord, let run = draft.run else { return }
        let shown = fingerprint.containsGUID ? "{run}" : fingerprint.hex
        if history.isIncomplete(awaiting: nil) || !history.claims.isEmpty {
            draft.preparing = [healing(task, fingerprint, history, awaiting: nil, claims: history.claims)]
        }
        let others = history.record.runs.contains { $0.fingerprint != fingerprint.hex || $0.state == .refused }
        draft.concluding = [
            outcome(of: task, shown, run, hasOthers: others, row: row.sequenceID)
        ]
    }

    private func outcome(
        of task: DesiredTask,
        _ fingerprint: String,
        _ run: Plan.Run,
        hasOthers: Bool,
        row: Int? = nil
    ) -> Request {
        var entry = RunRequests.PlannedEntry(fingerprint: fingerprint)
        entry.attempts = run.attempt < run.lastAttempt ? "{attempt}" : "\(run.attempt)"
        entry.state = "{outcome}"
        if let row {
            entry.sequenceID = "\(row)"
            entry.taskGUID = "{tasks.\(row).guid}"
        }
        return RunRequests.plannedRecord(of: task.name, [entry], hasOthers: hasOthers)
    }

    /// Writes down that a recorded run is cancelled, before it is.
    func rememberCancel(of row: ObservedTask, _ history: RunHistory, in draft: inout Draft) {
        guard history.unreadable == nil, mayRecord, let fingerprint = row.runFingerprint else { return }
        let entry = history.record.entry(fingerprint)
        guard row.attempt >= entry?.attempts ?? 1, entry?.attempts != row.attempt || entry?.state == .running
        else { return }
        draft.run = Plan.Run(fingerprint: fingerprint, sequenceID: row.sequenceID)
        draft.run?.attempt = row.attempt
        var planned = RunRequests.PlannedEntry(fingerprint: fingerprint)
        planned.attempts = "\(row.attempt)"
        planned.state = RunRecord.State.canceled.rawValue
        planned.sequenceID = "\(row.sequenceID)"
        planned.taskGUID = "{tasks.\(row.sequenceID).guid}"
        let others = history.completed(awaiting: nil, time: "").runs.count > 1
        draft.preparing = [RunRequests.plannedRecord(of: history.record.name, [planned], hasOthers: others)]
    }

    /// What an interrupted apply left: runs without their record, a waited run without its outcome, claims.
    ///
    /// - Parameter isRecorded: another operation of the task completes the record.
    mutating func adoptRuns(
        of task: DesiredTask,
        _ place: Address,
        _ fingerprint: Fingerprint?,
        _ history: RunHistory,
        claims: [Claim],
        isRecorded: Bool
    ) {
        let awaited = task.wait?.value == nil ? nil : fingerprint?.hex
        let isIncomplete = !isRecorded && history.isIncomplete(awaiting: awaited)
        guard history.unreadable == nil, isIncomplete || !claims.isEmpty else { return }
        var draft = Draft(task.step, place, at: task.origin, .patchApp, "/v3/apps/{app.guid}")
        draft.action = .adopt
        draft.run = Plan.Run(fingerprint: fingerprint?.hex, sequenceID: history.rows.last?.sequenceID)
        draft.run?.wait = awaited == nil ? nil : task.wait?.value
        if isIncomplete { draft.notes.append("records on the app that it was run") }
        for claim in claims { draft.notes.append("takes a claim down when it is dead, \(claim.words)") }
        let request =
            isIncomplete
            ? healing(task, fingerprint, history, awaiting: awaited, claims: claims)
            : RunRequests.patch(claims.map { ($0.key, .null) })
        append(draft, changes: [], body: request.body, expected: [])
    }

    /// The request that completes the record and takes claims down.
    private func healing(
        _ task: DesiredTask,
        _ fingerprint: Fingerprint?,
        _ history: RunHistory,
        awaiting awaited: String?,
        claims: [Claim]
    ) -> Request {
        let completed = history.completed(awaiting: awaited, time: Stamps().time).kept
        let changed = completed.filter { entry in history.record.entry(entry.fingerprint) != entry }
        let entries = changed.map { entry in
            let isDeclared = entry.fingerprint == fingerprint?.hex && fingerprint?.containsGUID == true
            var planned = RunRequests.PlannedEntry(fingerprint: isDeclared ? "{run}" : entry.fingerprint)
            planned.attempts = "\(entry.attempts)"
            planned.state = entry.state.rawValue
            planned.sequenceID = "\(entry.sequenceID)"
            planned.taskGUID = "{tasks.\(entry.sequenceID).guid}"
            return planned
        }
        let keys = claims.map(\.key)
        if entries.isEmpty { return RunRequests.patch(keys.map { ($0, .null) }) }
        return RunRequests.plannedRecord(
            of: task.name,
            entries,
            hasOthers: completed.count > entries.count,
            takingDown: keys
        )
    }

    /// A run whose record does not fit would be a run that nobody remembers: found out before anything is sent.
    mutating func checkRoomForRecords() {
        var keys: Set<Text> = []
        for case (.annotation(let key), .value) in observed.fields { keys.insert(key) }
        for operation in operations {
            var most = keys.count
            for request in operation.requests where request.kind == .patchApp {
                for member in request.body?["metadata"]?["annotations"]?.members ?? [] {
                    if member.value == .null { keys.remove(member.name) } else { keys.insert(member.name) }
                }
                most = max(most, keys.count)
            }
            guard case .task = operation.address.part, most > AppPlanner.mostAnnotations else { continue }
            diagnostics.append(.noRoomForRecords(operation.address, count: most, at: operation.origin))
        }
    }
}
