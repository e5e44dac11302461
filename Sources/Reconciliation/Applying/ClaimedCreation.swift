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
    }

    /// What decides whether the run is created.
    private struct Look {
        let memory: RunMemory
        let rows: [ObservedTask]
    }

    private let applier: AppApplier
    private let operation: Plan.Operation
    private let bindings: Bindings
    private let name: Text
    private let fingerprint: String
    private let attempt: Int
    private var watch: ClaimWatch
    /// Seconds left to wait for the end of a rate limit.
    private var patience: Int

    init(applier: AppApplier, operation: Plan.Operation, bindings: Bindings) {
        self.applier = applier
        self.operation = operation
        self.bindings = bindings
        if case .task(let name) = operation.address.part { self.name = name } else { name = "" }
        fingerprint = operation.run?.fingerprint ?? ""
        attempt = operation.run?.attempt ?? 1
        watch = ClaimWatch(on: applier.clock)
        patience = applier.options.rateLimitPatience
    }

    private var times: ClaimTimes { applier.times }
    private var awaited: String? { operation.run?.wait == nil ? nil : fingerprint }

    /// Until the run exists, or it is known why not.
    mutating func perform() async throws(PlatformError) -> Result {
        let total = Stopwatch(on: applier.clock)
        var looks = 0
        while true {
            if Task.isCancelled { throw PlatformError(.cancelled) }
            let memory = try await applier.memory(of: name, bindings)
            let look = Look(memory: memory, rows: try await rows())
            if let result = try await settled(look, own: nil) { return result }
            let rivals = memory.claims.filter { $0.isOf(fingerprint) }
            let dead = watch.dead(among: rivals, after: times.dead)
            if !dead.isEmpty {
                if let result = try await remove(dead, memory) { return result }
            } else if let rival = rivals.first {
                guard total.elapsed < times.patience else {
                    let seconds = Int(times.patience.components.seconds)
                    return .ended(.failed(.claimedByOthers(operation, rival, after: seconds)))
                }
                if looks == 0 {
                    let words = "a claim stands, \(rival.words): waiting until it is gone or dead"
                    await applier.progress(.waiting(operation.address, words))
                }
            } else if let result = try await claim() {
                return result
            }
            looks += 1
            try await applier.pause(before: looks)
        }
    }

    private func rows() async throws(PlatformError) -> [ObservedTask] {
        try await applier.platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint)
    }

    /// The run exists, or it is recorded and its row is gone, or nobody may decide that; nil where it has not run.
    private func settled(_ look: Look, own: Claim?) async throws(PlatformError) -> Result? {
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
        guard let entry = memory.record.entry(fingerprint), entry.attempts >= attempt else { return nil }
        if let own { try await applier.write(nil, takingDown: [own], bindings) }
        switch entry.state {
        case .running, .succeeded:
            return .ended(.inPlace(note: "it is recorded as \(entry.state.rawValue) on \(entry.time)"))
        case .failed, .canceled: return .ended(.failed(.recordedEnd(operation, entry)))
        case .unknown:
            let words = "it was claimed and never recorded, as found on \(entry.time)"
            return .ended(.failed(.mayHaveRun(operation.address, words, at: operation.origin)))
        }
    }

    /// Writes down a run that is there.
    ///
    /// The claims that led to it go with the same request, unless the run failed: then they may be about the next attempt.
    private func record(_ run: ObservedTask, _ memory: RunMemory, _ own: Claim?) async throws(PlatformError) {
        var record = applier.completed(memory.record, bindings)
        record.note(run, awaiting: awaited, time: applier.stamps.time)
        let claims = memory.claims.filter { claim in
            claim == own || (claim.isOf(fingerprint) && run.state != .failed)
        }
        if record != memory.record || !claims.isEmpty {
            try await applier.write(record, takingDown: claims, bindings)
        }
    }

    /// Takes dead claims down; a result where one is so old that its run may have come and gone.
    private func remove(_ dead: [Claim], _ memory: RunMemory) async throws(PlatformError) -> Result? {
        guard let old = dead.first(where: { applier.mayHaveLostItsRow($0) }) else {
            try await applier.write(nil, takingDown: dead, bindings)
            return nil
        }
        var record = memory.record
        record.put(.mayHaveRun(fingerprint, attempt: attempt, time: applier.stamps.time))
        try await applier.write(record, takingDown: dead, bindings)
        let words = "a claim was put up and nothing was recorded since: it is \(old.words)"
        return .ended(.failed(.mayHaveRun(operation.address, words, at: operation.origin)))
    }
}

// MARK: - With a claim up

extension ClaimedCreation {
    /// Puts a claim up and creates the run when it stands alone; nil when it does not, and the claim is down again.
    private mutating func claim() async throws(PlatformError) -> Result? {
        let stamps = applier.stamps
        let claim = Claim(
            fingerprint,
            task: name,
            random: stamps.random(),
            time: stamps.time,
            holder: stamps.holder
        )
        let held = Stopwatch(on: applier.clock)
        let memory: RunMemory
        do throws(PlatformError) {
            if applier.options.claimsRuns { try await applier.put(up: claim, bindings) }
            memory = try await applier.memory(of: name, bindings)
            if applier.options.claimsRuns {
                guard memory.claims.filter({ $0.isOf(fingerprint) }) == [claim] else {
                    try await applier.write(nil, takingDown: [claim], bindings)
                    return nil
                }
                let look = Look(memory: memory, rows: try await rows())
                if let result = try await settled(look, own: claim) { return result }
            }
            // Others take a claim for dead after three times as long; the POST itself may take as long as this.
            guard held.elapsed <= times.hold else {
                try await applier.write(nil, takingDown: [claim], bindings)
                return nil
            }
        } catch {
            await takeDown(claim)
            throw error
        }
        return try await create(claim, memory)
    }

    /// Also when the apply is being interrupted: a claim that stands keeps the next apply waiting.
    private func takeDown(_ claim: Claim) async {
        guard applier.options.claimsRuns else { return }
        let (applier, bindings) = (applier, bindings)
        await Task { try? await applier.write(nil, takingDown: [claim], bindings) }.value
    }

    /// Sends the POST, once.
    ///
    /// One that was answered with a 5xx may have left a row or a running task, so then the rows with the run's label
    /// decide, and the claim stays up until one is found.
    private mutating func create(_ claim: Claim, _ memory: RunMemory) async throws(PlatformError) -> Result? {
        var request = bindings.fill(operation)
        request.timeout = times.hold
        let answer: Answer
        do {
            answer = try await applier.platform.send(request)
        } catch {
            guard error.mayHaveHappened else {
                await takeDown(claim)
                guard try await outwaits(error) else { throw error }
                return nil
            }
            guard let run = await lateRow() else {
                return .ended(.failed(.unknownOutcome(operation, error, after: times.search)))
            }
            if let result = await conclude(run, claim, memory) { return result }
            guard run.state != .failed else { return .ended(.failed(.runRefused(operation, run, error))) }
            return .exists(run, note: "the answer was lost or was an error, but run \(run.sequenceID) was created")
        }
        guard case .task(let run) = answer else { return .ended(.wouldSend(bindings.fillAll(operation))) }
        if let result = await conclude(run, claim, memory) { return result }
        let outcome = try await applier.check(answer, operation, bindings)
        guard case .applied(let note) = outcome else { return .ended(outcome) }
        return .exists(run, note: note)
    }

    /// Nothing was executed; true when the server's limit of the rate has been waited for.
    private mutating func outwaits(_ error: PlatformError) async throws(PlatformError) -> Bool {
        guard error.code == .rateLimited, let seconds = error.retryAfter, seconds <= patience else { return false }
        patience -= max(1, seconds)
        guard (try? await applier.clock.sleep(for: .seconds(seconds))) != nil else { throw PlatformError(.cancelled) }
        return true
    }

    /// The row of the attempt, which may appear late.
    private func lateRow() async -> ObservedTask? {
        for pause in [0, 1, 2, 4, 8, 15, 15, 15] {
            if pause > 0, (try? await applier.clock.sleep(for: times.dead * pause / 90)) == nil { return nil }
            // A listing that fails is a listing without the row: the next one may do better.
            if let run = try? await rows().last(where: { $0.attempt >= attempt }) { return run }
        }
        return nil
    }

    /// Records the run and takes the claim down; a result where that did not work, or where there are two runs.
    private func conclude(_ run: ObservedTask, _ claim: Claim, _ memory: RunMemory) async -> Result? {
        let rows = (try? await rows()) ?? []
        let first = rows.first { $0.attempt == run.attempt && $0.sequenceID < run.sequenceID }
        var record = applier.completed(memory.record, bindings)
        record.note(first ?? run, awaiting: awaited, time: applier.stamps.time)
        if first != nil {
            let path = "/v3/tasks/\(run.guid)/actions/cancel"
            _ = try? await applier.platform.send(Request(.cancelTask, path: path, body: nil))
        }
        do {
            let claims = applier.options.claimsRuns ? [claim] : []
            try await applier.write(record, takingDown: claims, bindings)
        } catch {
            return .ended(.failed(.notRecorded(operation, run, error)))
        }
        return first.map { .ended(.failed(.startedTwice(operation, run, $0))) }
    }
}

extension RunRecord.Entry {
    /// Claimed so long ago that a row could be deleted already, and never recorded.
    static func mayHaveRun(_ fingerprint: String, attempt: Int, time: String) -> RunRecord.Entry {
        RunRecord.Entry(fingerprint, attempts: attempt, .unknown, sequenceID: 0, taskGUID: "", time: time)
    }
}
