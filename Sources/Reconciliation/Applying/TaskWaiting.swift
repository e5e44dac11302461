import Diagnostics

extension AppApplier {
    /// Waits for the end of a run that an earlier apply started.
    func awaitEnd(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .inPlace(note: "an apply waits for its end") }
        if let request = operation.preparing.first {
            let outcome = try await adoptRuns(operation, request, bindings)
            if outcome.isFailure { return outcome }
        }
        guard let run = try await bindings.task(of: operation, platform) else {
            return .failed(.endUnseen(operation, operation.run?.sequenceID ?? 0, "not seen to end"))
        }
        var end: RunOutcome?
        let outcome = try await awaitEnd(of: run, operation, bindings, &end)
        guard case .failed(let diagnostic) = outcome, diagnostic.code == .runFailed, end != .canceled,
            let next = operation.nextAttempt
        else { return outcome }
        await sayNextAttempt(next)
        return try await create(next, bindings)
    }

    /// An attempt has failed, and the one that the operation is about by now follows.
    func sayNextAttempt(_ next: Plan.Operation) async {
        let attempt = next.run?.attempt ?? 1
        await progress(.waiting(next.address, "attempt \(attempt - 1) is FAILED, attempt \(attempt) follows"))
    }

    /// Reads the run until it has ended or the declared time is over; a run that is still going on goes on.
    ///
    /// - Parameter end: how a run ended that is FAILED.
    func awaitEnd(
        of run: ObservedTask,
        _ operation: Plan.Operation,
        _ bindings: Bindings,
        _ end: inout RunOutcome?
    ) async throws(PlatformError) -> Outcome {
        let seconds = operation.run?.wait ?? DesiredTask.usualWait
        var run = run
        var patience = Patience(seconds: seconds, clock: clock)
        if !run.state.isTerminal {
            await progress(
                .waiting(
                    operation.address,
                    "run \(run.sequenceID) is \(run.state.rawValue), waiting up to \(seconds) s"
                )
            )
        }
        while !run.state.isTerminal {
            guard await patience.sleep() else {
                if Task.isCancelled { return .failed(.waitBroken(operation, run, PlatformError(.cancelled))) }
                return .failed(.runNotEnded(operation, run, after: seconds, patience.trouble))
            }
            do {
                let found = try await look(at: run, &patience)
                guard let found else { continue }
                guard let now = found else { return .failed(.endUnseen(operation, run.sequenceID, run.state.rawValue)) }
                run = now
            } catch {
                return .failed(.waitBroken(operation, run, error))
            }
        }
        let entry: RunRecord.Entry?
        do {
            entry = try await recordEnd(of: run, operation, bindings)
        } catch {
            return .failed(.endNotRecorded(operation, run, error))
        }
        if run.state == .failed { end = run.outcome(knowing: entry) }
        guard run.state == .succeeded else { return .failed(.runEnded(operation, run, knowing: entry)) }
        return .applied(note: "run \(run.sequenceID) has SUCCEEDED")
    }

    /// Runs of the name that are live and are no runs of what is to be created.
    func othersAlive(_ operation: Plan.Operation, _ bindings: Bindings) -> [ObservedTask] {
        guard case .task(let name) = operation.address.part else { return [] }
        return bindings.app.tasks.filter { row in
            row.name == name && !row.state.isTerminal && row.runFingerprint != operation.run?.fingerprint
        }
    }

    /// The run as it is now, nil when its row is gone; no result when the look brought nothing.
    private func look(
        at run: ObservedTask,
        _ patience: inout Patience
    ) async throws(PlatformError) -> ObservedTask?? {
        try await patience.look { () async throws(PlatformError) in try await platform.task(run.guid) }
    }

    /// Waits until these runs have ended; false when the time is over first.
    func haveEnded(
        _ runs: [ObservedTask],
        before operation: Plan.Operation,
        _ patience: inout Patience
    ) async throws(PlatformError) -> Bool {
        for run in runs.reversed() {
            let words = "run \(run.sequenceID) of that name has to end first"
            await progress(.held(operation.address, words))
            while true {
                if let found = try await look(at: run, &patience), found?.state.isTerminal ?? true { break }
                guard await patience.sleep() else {
                    if Task.isCancelled { throw PlatformError(.cancelled) }
                    return false
                }
            }
        }
        if !runs.isEmpty { await progress(.began(operation)) }
        return true
    }
}

extension Plan.Operation {
    /// The next attempt at a run that an earlier apply has started; nil where none may be made.
    fileprivate var nextAttempt: Plan.Operation? {
        guard let repetition, let run, run.retriesLeft > 0 else { return nil }
        var next = self
        next.request = repetition.request
        next.expected = repetition.expected
        next.preparing = []
        next.run?.attempt = run.attempt + 1
        next.run?.lastAttempt = run.attempt + run.retriesLeft
        next.run?.retriesLeft = 0
        return next
    }
}
