import Diagnostics

/// One attempt at a run, created only while a claim of ours stands alone: of several applies at once one creates it.
///
/// The server has no lock, no conditional write and no idempotency key, and creates two tasks for two equal requests
/// (`cloud_controller_ng app/actions/task_create.rb`). But annotations are merged key by key. So every applier puts up
/// a claim of its own and reads back: of two that do, at least one sees the other. Nobody waits with a claim up.
struct ClaimedCreation: Sendable {
    /// What came of it.
    enum Result: Sendable {
        case ended(Outcome)
        case exists(ObservedTask, note: String?)
        /// Other runs of the name, which have to end first; nothing was created, and no claim is up.
        case othersAreLive([ObservedTask])
        /// The platform certainly did not start it; that is recorded, and another apply may try again.
        case refused(Diagnostic)
    }

    /// What decides whether the run is created.
    struct Look {
        let memory: RunMemory
        /// But for those that the record calls refused.
        let rows: [ObservedTask]

        init(memory: RunMemory, rows: [ObservedTask]) {
            let refused = memory.record.refused
            self.memory = memory
            self.rows = rows.filter { !refused.contains($0.guid) }
        }
    }

    /// What kept the run from being created the last time.
    enum Obstacle {
        /// Nil where nobody knows whose.
        case claim(Claim?)
        /// Our own claim was too old before everything was read.
        case slowness
    }

    let applier: AppApplier
    let operation: Plan.Operation
    let bindings: Bindings
    let name: Text
    let fingerprint: String
    let attempt: Int
    var obstacle = Obstacle.slowness
    /// Rows that the record calls refused, as it was read last.
    var refused: Set<String> = []
    /// It was said already.
    var isSlow = false
    /// It was said that a claim of others is waited for.
    private var isHeld = false
    private var heldBy = ""
    private var watch: ClaimWatch
    /// Seconds left to wait for the end of a rate limit.
    var patience: Int
    /// Since this was begun, or since the end of a rate limit.
    var total: Stopwatch

    init(applier: AppApplier, operation: Plan.Operation, bindings: Bindings) {
        self.applier = applier
        self.operation = operation
        self.bindings = bindings
        if case .task(let name) = operation.address.part { self.name = name } else { name = "" }
        fingerprint = operation.run?.fingerprint ?? ""
        attempt = operation.run?.attempt ?? 1
        watch = ClaimWatch(on: applier.clock)
        patience = applier.options.rateLimitPatience
        total = Stopwatch(on: applier.clock)
    }

    var times: ClaimTimes { applier.times }
    var awaited: String? { operation.run?.wait == nil ? nil : fingerprint }

    /// Until the run exists, or it is known why not.
    ///
    /// An apply that is interrupted before its claim has not asked for anything.
    mutating func perform() async throws(PlatformError) -> Result {
        do throws(PlatformError) {
            return try await attemptInTurn()
        } catch {
            guard error.code == .cancelled, error.method ?? "GET" == "GET" else { throw error }
            return .ended(.failed(.interruptedBefore(operation, heldBy: isHeld ? heldBy : nil)))
        }
    }

    private mutating func attemptInTurn() async throws(PlatformError) -> Result {
        var looks = 0
        while true {
            if Task.isCancelled { throw PlatformError(.cancelled) }
            let memory = try await applier.memory(of: name, bindings)
            let look = Look(memory: memory, rows: try await rows())
            if let result = try await settled(look, own: nil) { return result }
            let rivals = rivals(in: memory)
            let dead = watch.dead(among: rivals, after: times.dead)
            if !dead.isEmpty {
                if let result = try await remove(dead, memory) { return result }
            } else if total.elapsed >= times.patience {
                return .ended(.failed(givenUp(knowing: rivals.first)))
            } else if let rival = rivals.first {
                obstacle = .claim(rival)
                if looks == 0 {
                    (isHeld, heldBy) = (true, "a claim stands, \(rival.words)")
                    await applier.progress(.held(operation.address, "\(heldBy): waiting until it is gone or dead"))
                }
            } else {
                if isHeld { await applier.progress(.began(operation)) }
                isHeld = false
                if let result = try await claim() { return result }
            }
            looks += 1
            try await applier.pause(before: looks)
        }
    }

    private func givenUp(knowing rival: Claim?) -> Diagnostic {
        let seconds = Int(times.patience.components.seconds)
        switch obstacle {
        case .claim(let last): return .claimedByOthers(operation, rival ?? last, after: seconds)
        case .slowness: return .tooSlowToClaim(operation, times, after: seconds)
        }
    }

    func say(_ words: String) async { await applier.progress(.waiting(operation.address, words)) }

    func rivals(in memory: RunMemory) -> [Claim] {
        memory.claims.filter { $0.isRival(of: fingerprint, knowing: memory.record) }
    }

    func rows() async throws(PlatformError) -> [ObservedTask] {
        try await applier.platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint)
    }

    /// The run exists, or it is recorded and its row is gone, or nobody may decide that; nil where it has not run.
    func settled(_ look: Look, own: Claim?) async throws(PlatformError) -> Result? {
        let memory = look.memory
        if let reason = memory.unreadable {
            if let own { try await applier.write(nil, takingDown: [own], bindings) }
            return .ended(
                .failed(.unreadableRecord(of: operation.address, named: name, reason, at: operation.origin))
            )
        }
        if let run = look.rows.last(where: { $0.attempt >= attempt }) {
            try await record(run, memory, own)
            if run.state == .failed {
                let entry = memory.record.entry(fingerprint)
                return .ended(.failed(.runEnded(operation, run, knowing: entry)))
            }
            if operation.run?.wait != nil { return .exists(run, note: nil) }
            return .ended(.inPlace(note: "run \(run.sequenceID) exists, it is \(run.state.rawValue)"))
        }
        if let run = look.rows.last, run.outcome(knowing: memory.record.entry(fingerprint)) == .canceled {
            if let own { try await applier.write(nil, takingDown: [own], bindings) }
            return .ended(.failed(.runEnded(operation, run, knowing: memory.record.entry(fingerprint))))
        }
        guard let entry = memory.record.entry(fingerprint), entry.attempts >= attempt else { return nil }
        if let own { try await applier.write(nil, takingDown: [own], bindings) }
        switch entry.state {
        case .running, .succeeded:
            return .ended(.inPlace(note: "it is recorded as \(entry.state.rawValue)\(entry.when)"))
        case .failed, .canceled: return .ended(.failed(.recordedEnd(operation, entry)))
        case .refused: return nil
        case .unknown:
            let words = "it was claimed and never recorded, as found\(entry.when)"
            return .ended(.failed(.mayHaveRun(operation.address, words, at: operation.origin)))
        }
    }

    /// Writes down a run that is there.
    ///
    /// The claims that led to it go with the same request, unless the run failed: then they may be about the next attempt.
    private func record(_ run: ObservedTask, _ memory: RunMemory, _ own: Claim?) async throws(PlatformError) {
        let claims = memory.claims.filter { claim in
            claim == own || (claim.isOf(fingerprint) && run.state != .failed)
        }
        var record = memory.record
        note(run, in: &record)
        guard record.differs(from: memory.record) || !claims.isEmpty else { return }
        _ = try await applier.amend(name, takingDown: claims, bindings) { note(run, in: &$0) }
    }

    func note(_ run: ObservedTask, in record: inout RunRecord) {
        record = applier.completed(record, bindings)
        record.note(run, awaiting: awaited, time: applier.stamps.time)
    }

    /// Takes dead claims down; a result where one is so old that its run may have come and gone.
    private func remove(_ dead: [Claim], _ memory: RunMemory) async throws(PlatformError) -> Result? {
        let old = dead.first { $0.isOf(fingerprint) && applier.mayHaveLostItsRow($0) }
        var findings: [ClaimFinding] = []
        for claim in dead where !claim.isOf(fingerprint) {
            findings.append(try await applier.finding(about: claim, isDead: true, memory.record, bindings))
        }
        let time = applier.stamps.time
        _ = try await applier.amend(name, takingDown: dead, bindings) { record in
            for finding in findings { record.take(finding, time: time) }
            if old != nil, record.entry(fingerprint)?.attempts ?? 0 < attempt {
                record.put(.mayHaveRun(fingerprint, attempt: attempt, time: time))
            }
        }
        guard let old else { return nil }
        let words = "a claim was put up and nothing was recorded since: it is \(old.words)"
        return .ended(.failed(.mayHaveRun(operation.address, words, at: operation.origin)))
    }
}

extension RunRecord.Entry {
    /// Claimed so long ago that a row could be deleted already, and never recorded.
    static func mayHaveRun(_ fingerprint: String, attempt: Int, time: String) -> RunRecord.Entry {
        RunRecord.Entry(fingerprint, attempts: attempt, .unknown, sequenceID: 0, taskGUID: "", time: time)
    }
}
