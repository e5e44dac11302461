import Diagnostics

// Creating a run with a claim up.

extension ClaimedCreation {
    /// What a look with a claim up says.
    private enum Verdict {
        case create
        /// The claim has to be taken down.
        case withdraw(Result?)
        /// The claim is down already.
        case ended(Result)
    }

    /// Puts a claim up and creates the run when it stands alone; nil when it does not, and the claim is down again.
    mutating func claim() async throws(PlatformError) -> Result? {
        let stamps = applier.stamps
        let claim = Claim(
            fingerprint,
            task: name,
            random: stamps.random(),
            time: stamps.time,
            holder: stamps.holder
        )
        guard applier.options.claimsRuns else { return try await create(claim) }
        let held = Stopwatch(on: applier.clock)
        let verdict: Verdict
        do throws(PlatformError) {
            try await applier.put(up: claim, bindings)
            verdict = try await self.verdict(under: claim, held)
            if case .withdraw = verdict { try await applier.write(nil, takingDown: [claim], bindings) }
        } catch {
            await takeDown(claim)
            throw error
        }
        switch verdict {
        case .create: return try await create(claim)
        case .withdraw(let result): return result
        case .ended(let result): return result
        }
    }

    private mutating func verdict(under claim: Claim, _ held: Stopwatch) async throws(PlatformError) -> Verdict {
        let memory = try await applier.memory(of: name, bindings)
        let rivals = rivals(in: memory)
        guard rivals == [claim] else {
            let other = rivals.first { $0 != claim }
            // Ours may have been taken for dead.
            if other == nil, held.elapsed > times.hold { return await slow() }
            obstacle = .claim(other)
            return .withdraw(nil)
        }
        let named = try await applier.platform.tasks(ofApp: bindings.app.guid, named: name)
        refused = memory.record.refused
        let look = Look(memory: memory, rows: named.filter { $0.runFingerprint == fingerprint })
        if let result = try await settled(look, own: claim) { return .ended(result) }
        let live = named.filter { !$0.state.isTerminal && $0.runFingerprint != fingerprint }
        guard live.isEmpty else { return .withdraw(.othersAreLive(live)) }
        // Others take a claim for dead after three times as long; the POST itself may take as long as this.
        return held.elapsed <= times.hold ? .create : await slow()
    }

    private mutating func slow() async -> Verdict {
        if !isSlow {
            let seconds = times.hold.components.seconds
            await say("the API took more than \(seconds) s, too long for a claim: it is put up anew")
        }
        isSlow = true
        obstacle = .slowness
        return .withdraw(nil)
    }

    /// Also when the apply is being interrupted: a claim that stands keeps the next apply waiting.
    private func takeDown(_ claim: Claim) async {
        guard applier.options.claimsRuns else { return }
        let (applier, bindings) = (applier, bindings)
        try? await applier.undisturbed { () async throws(PlatformError) in
            try await applier.write(nil, takingDown: [claim], bindings)
        }
    }

    /// Sends the POST, once.
    ///
    /// One that was answered with a 5xx may have left a row or a running task, so then the rows with the run's label
    /// decide, and the claim stays up until one is found.
    private mutating func create(_ claim: Claim) async throws(PlatformError) -> Result? {
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
                let isInterrupted = Task.isCancelled
                return .ended(
                    .failed(.unknownOutcome(operation, error, after: times.search, isInterrupted: isInterrupted))
                )
            }
            if run.isNotStarted, error.isCertainRefusal { return await refuse(run, claim, error) }
            if let result = await conclude(run, claim) { return result }
            guard run.state != .failed else { return .ended(.failed(.runRefused(operation, run, error))) }
            return .exists(run, note: "the answer was lost or was an error, but run \(run.sequenceID) was created")
        }
        guard case .task(let run) = answer else { return .ended(.wouldSend(bindings.fillAll(operation))) }
        if let result = await conclude(run, claim) { return result }
        let outcome = try await applier.check(answer, operation, bindings)
        guard case .applied(let note) = outcome else { return .ended(outcome) }
        return .exists(run, note: note)
    }

    /// Nothing was executed; true when the server's limit of the rate has been waited for.
    private mutating func outwaits(_ error: PlatformError) async throws(PlatformError) -> Bool {
        guard error.code == .rateLimited, let seconds = error.retryAfter, seconds <= patience else { return false }
        patience -= max(1, seconds)
        guard (try? await applier.clock.sleep(for: .seconds(seconds))) != nil else { throw PlatformError(.cancelled) }
        total = Stopwatch(on: applier.clock)
        return true
    }

    /// The row of the attempt, which may appear late; an apply that is interrupted looks once.
    private func lateRow() async -> ObservedTask? {
        for pause in [0, 1, 2, 4, 8, 15, 15, 15] {
            if pause > 0, (try? await applier.clock.sleep(for: times.dead * pause / 90)) == nil { return nil }
            // A listing that fails is a listing without the row: the next one may do better.
            let now = self
            let rows = try? await applier.undisturbed { () async throws(PlatformError) in try await now.rows() }
            if let run = rows?.last(where: isOurs) { return run }
        }
        return nil
    }

    private func isOurs(_ row: ObservedTask) -> Bool { row.attempt >= attempt && !refused.contains(row.guid) }

    /// Records the run and takes the claim down; a result where that did not work, or where there are two runs.
    private func conclude(_ run: ObservedTask, _ claim: Claim) async -> Result? {
        let now = self
        let rows = (try? await applier.undisturbed { () async throws(PlatformError) in try await now.rows() }) ?? []
        let first = rows.first { row in
            row.attempt == run.attempt && row.sequenceID < run.sequenceID && !refused.contains(row.guid)
        }
        if first != nil {
            let platform = applier.platform
            let request = Request(.cancelTask, path: "/v3/tasks/\(run.guid)/actions/cancel", body: nil)
            _ = try? await applier.undisturbed { () async throws(PlatformError) in try await platform.send(request) }
        }
        if let result = await write(about: run, claim, { now.note(first ?? run, in: &$0) }) { return result }
        return first.map { .ended(.failed(.startedTwice(operation, run, $0))) }
    }

    /// Writes down that the row is no run, and takes the claim down.
    private func refuse(_ run: ObservedTask, _ claim: Claim, _ error: PlatformError) async -> Result {
        let entry = RunRecord.Entry(
            fingerprint,
            attempts: run.attempt,
            .refused,
            sequenceID: run.sequenceID,
            taskGUID: run.guid,
            time: applier.stamps.time
        )
        let result = await write(about: run, claim) { $0.put(entry) }
        return result ?? .refused(.runRefused(operation, run, error, isCertain: true))
    }

    /// Changes the record and takes the claim down, also when the apply is being interrupted; a result where it did not work.
    private func write(
        about run: ObservedTask,
        _ claim: Claim,
        _ change: @escaping @Sendable (inout RunRecord) -> Void
    ) async -> Result? {
        let now = self
        do throws(PlatformError) {
            let amendment = try await applier.undisturbed { () async throws(PlatformError) in
                let claims = now.applier.options.claimsRuns ? [claim] : []
                return try await now.applier.amend(now.name, takingDown: claims, now.bindings, change)
            }
            guard case .unreadable(let reason) = amendment else { return nil }
            return .ended(.failed(.notRecorded(operation, run, named: name, reason)))
        } catch {
            return .ended(.failed(.notRecorded(operation, run, error)))
        }
    }
}

extension ObservedTask {
    /// The platform kept the row and could not start it, as far as it knows.
    fileprivate var isNotStarted: Bool {
        state == .failed && RunOutcome(failureReason: failureReason) == .notStarted
    }
}

extension PlatformError {
    /// The runtime has refused to start the run: nothing runs, and the row says FAILED.
    ///
    /// Only this answer is certain; after a 503 the run may be there (`cloud_controller_ng app/actions/task_create.rb`).
    fileprivate var isCertainRefusal: Bool { status == 500 && messages.contains { $0.code == 170_019 } }
}
