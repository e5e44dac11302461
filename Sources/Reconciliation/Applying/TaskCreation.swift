import Diagnostics

extension AppApplier {
    /// Creates the run unless it exists, with exactly one POST an attempt, and waits for its end where that is declared.
    func create(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        if let patience = operation.run?.patience, platform.canWrite {
            guard try await othersHaveEnded(operation, bindings, within: patience) else {
                return .failed(.stillInProgress(operation, patience: patience))
            }
        }
        var operation = operation
        while true {
            let outcome = try await createAlone(operation, bindings)
            guard case .failed(let diagnostic) = outcome, diagnostic.code == .runFailed,
                let run = operation.run, run.attempt < run.lastAttempt
            else { return outcome }
            operation.run?.attempt += 1
            await progress(
                .waiting(operation.address, "attempt \(run.attempt) is FAILED, attempt \(run.attempt + 1) follows")
            )
        }
    }

    /// One attempt; tasks of one space are created one at a time, and waited for side by side.
    private func createAlone(
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Outcome {
        await taskGate.enter()
        let result: Result<Creation, PlatformError>
        do throws(PlatformError) {
            result = .success(try await createOnce(operation, bindings))
        } catch {
            result = .failure(error)
        }
        await taskGate.leave()
        switch try result.get() {
        case .ended(let outcome): return outcome
        case .exists(let run, let note):
            guard operation.run?.wait != nil else { return .applied(note: note) }
            return try await awaitEnd(of: run, operation)
        }
    }

    /// What came of one attempt to create a run.
    private enum Creation {
        case ended(Outcome)
        case exists(ObservedTask, note: String?)
    }

    /// Creates the row of the attempt unless it exists.
    ///
    /// The server has no idempotency key, and a POST that was answered with a 5xx may have left a row or a running
    /// task (`cloud_controller_ng app/actions/task_create.rb`). So the rows with the run's label decide.
    private func createOnce(
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Creation {
        if let run = try await row(of: operation, bindings) {
            if run.state == .failed { return .ended(.failed(.runEnded(operation, run))) }
            if operation.run?.wait != nil { return .exists(run, note: nil) }
            return .ended(.inPlace(note: "run \(run.sequenceID) exists, it is \(run.state.rawValue)"))
        }
        let request = bindings.fill(operation)
        do {
            let answer = try await platform.send(request)
            let outcome = try await check(answer, operation, bindings)
            guard case .task(let run) = answer, case .applied(let note) = outcome else { return .ended(outcome) }
            return .exists(run, note: note)
        } catch {
            guard error.mayHaveHappened else { throw error }
            guard let run = await lateRow(of: operation, bindings) else {
                return .ended(.failed(.unknownOutcome(operation, error)))
            }
            guard run.state != .failed else { return .ended(.failed(.runRefused(operation, run, error))) }
            return .exists(run, note: "the answer was lost or was an error, but run \(run.sequenceID) was created")
        }
    }

    /// The newest row of this attempt.
    private func row(
        of operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> ObservedTask? {
        guard let run = operation.run, let fingerprint = run.fingerprint else { return nil }
        let rows = try await platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint)
        return rows.last { $0.attempt >= run.attempt }
    }

    /// The row of the attempt, which may appear late: it is looked for for 60 seconds.
    private func lateRow(of operation: Plan.Operation, _ bindings: Bindings) async -> ObservedTask? {
        for pause in [0, 1, 2, 4, 8, 15, 15, 15] {
            if pause > 0, (try? await clock.sleep(for: .seconds(pause))) == nil { return nil }
            // A listing that fails is a listing without the row: the next one may do better.
            if let run = try? await row(of: operation, bindings) { return run }
        }
        return nil
    }
}
