import Diagnostics

/// What the platform knows of the runs of one task: the rows that still exist, the record, and claims.
struct RunHistory {
    /// How a specification stands.
    enum Standing: Hashable {
        case neverRun
        case live(ObservedTask)
        case over
        /// Ended as FAILED, whatever its class.
        case failed(reason: String?, RunOutcome)
        /// It counts as run: the row is gone, and nobody saw how it ended.
        case unseen(RunRecord.Entry)
        /// It may have run, and nobody can tell any more.
        case unknown(RunRecord.Entry)
    }

    let record: RunRecord
    /// Why the record cannot be read, in words that follow "the record"; then `record` is empty.
    let unreadable: String?
    /// The rows of exactly the task's name that carry a run label and were not refused, by rising sequence.
    let rows: [ObservedTask]
    /// Claims to run the task, whatever its specification.
    let claims: [Claim]

    init(of name: Text, in app: ObservedApp) {
        let memory = RunMemory(of: name, in: app)
        let refused = memory.record.refused
        let rows = app.tasks.filter { $0.name == name && $0.runFingerprint != nil && !refused.contains($0.guid) }
        self.rows = rows.sorted { $0.sequenceID < $1.sequenceID }
        record = memory.record
        unreadable = memory.unreadable
        let known = Set(rows.compactMap(\.runFingerprint) + record.runs.map(\.fingerprint))
        claims = memory.claims.filter { claim in
            claim.task.map { $0 == name } ?? known.contains { claim.isOf($0) }
        }
    }

    func rows(of fingerprint: String) -> [ObservedTask] { rows.filter { $0.runFingerprint == fingerprint } }

    /// Attempts used: rows vanish, the record stays.
    func attempts(of fingerprint: String) -> Int {
        max(rows(of: fingerprint).map(\.attempt).max() ?? 0, record.entry(fingerprint)?.attempts ?? 0)
    }

    /// It failed, and that many `retries` allow another attempt; what somebody cancelled is no failure to repeat.
    func mayRepeat(_ fingerprint: String, retries: Int) -> Bool {
        guard case .failed(_, let outcome) = standing(of: fingerprint) else { return false }
        return outcome != .canceled && attempts(of: fingerprint) <= retries
    }

    /// The rows decide as long as the newest attempt's exists, then the record.
    func standing(of fingerprint: String) -> Standing {
        let rows = rows(of: fingerprint)
        let entry = record.entry(fingerprint)
        guard let newest = rows.last, newest.attempt >= entry?.attempts ?? 1 else {
            guard let entry else { return .neverRun }
            switch entry.state {
            case .running: return .unseen(entry)
            case .succeeded: return .over
            case .failed: return .failed(reason: nil, .failed)
            case .canceled: return .failed(reason: nil, .canceled)
            case .unknown: return .unknown(entry)
            case .refused: return .neverRun
            }
        }
        guard rows.allSatisfy({ $0.state == .failed }) else {
            return rows.last { !$0.state.isTerminal }.map { .live($0) } ?? .over
        }
        return .failed(reason: newest.failureReason, newest.outcome(knowing: entry))
    }
}

// MARK: - Healing

extension RunHistory {
    /// The record with what it lacks: rows that nobody wrote down, and the end of the run that is waited for.
    ///
    /// - Parameter awaited: the specification whose outcome is recorded; of others only that they were started.
    func completed(awaiting awaited: String?, time: String) -> RunRecord {
        var record = record
        for row in rows { record.note(row, awaiting: awaited, time: time) }
        return record
    }

    /// Something that an interrupted apply should have written is missing.
    func isIncomplete(awaiting awaited: String?) -> Bool {
        guard unreadable == nil else { return false }
        // What finds no room is not missing; times are part of its length.
        return completed(awaiting: awaited, time: Stamps().time).kept.contains { entry in
            guard entry.state != .refused else { return false }
            let known = record.entry(entry.fingerprint)
            return known?.attempts != entry.attempts || known?.state != entry.state
        }
    }
}

extension RunRecord {
    /// Takes a row in: that it was started and, where it is waited for, how it ended.
    ///
    /// What was written by a cancel stays: the platform calls a cancelled run FAILED.
    mutating func note(_ row: ObservedTask, awaiting awaited: String?, time: String) {
        guard let fingerprint = row.runFingerprint, !refused.contains(row.guid) else { return }
        let known = entry(fingerprint)
        guard row.attempt >= known?.attempts ?? 1 else { return }
        var state = State.running
        if fingerprint == awaited, row.state == .succeeded { state = .succeeded }
        if fingerprint == awaited, row.state == .failed { state = .failed }
        if let known, known.attempts == row.attempt {
            guard known.state == .running || state == .succeeded, known.state != state else { return }
            change(fingerprint) { entry in
                entry.state = state
                entry.time = time
            }
            return
        }
        put(
            Entry(
                fingerprint,
                attempts: row.attempt,
                state,
                sequenceID: row.sequenceID,
                taskGUID: row.guid,
                time: time
            )
        )
    }
}

extension ObservedTask {
    /// Which run of a manifest it is; nil for one that Evenkeel did not make.
    var runFingerprint: String? {
        guard case .value(.text(let text)) = fields[.label(RunLabel.run)] else { return nil }
        return text.string
    }

    /// From the label; 1 where it is missing or no number.
    var attempt: Int {
        guard case .value(.text(let text)) = fields[.label(RunLabel.attempt)] else { return 1 }
        return max(1, Int(text.string) ?? 1)
    }

    /// How a FAILED run ended; a cancel of ours is in the record only.
    func outcome(knowing entry: RunRecord.Entry?) -> RunOutcome {
        let isCanceled = entry?.state == .canceled && entry?.attempts == attempt
        return isCanceled ? .canceled : RunOutcome(failureReason: failureReason)
    }
}
