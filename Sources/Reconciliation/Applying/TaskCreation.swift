import Diagnostics

extension AppApplier {
    /// Creates the run unless it exists, with exactly one POST an attempt, and waits for its end where that is declared.
    ///
    /// Other runs of the name have to end first, those that the plan saw and those that began since.
    func create(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        let seconds = operation.run?.patience ?? operation.run?.wait ?? DesiredTask.usualWait
        var operation = operation
        var patience = Patience(seconds: seconds, clock: clock)
        var others = othersAlive(operation, bindings)
        while true {
            let haveEnded: Bool
            do throws(PlatformError) {
                haveEnded = try await self.haveEnded(others, before: operation, &patience)
            } catch {
                guard error.code == .cancelled else { throw error }
                let reason = "another run of that name has to end first"
                return .failed(.interruptedBefore(operation, heldBy: reason))
            }
            guard haveEnded else {
                return .failed(.stillInProgress(operation, patience: seconds, patience.trouble))
            }
            let outcome: Outcome
            var end: RunOutcome?
            switch try await createAlone(operation, bindings) {
            case .ended(let result): outcome = result
            case .refused(let diagnostic): return .failed(diagnostic)
            case .exists(let run, let note):
                outcome =
                    operation.run?.wait == nil
                    ? .applied(note: note) : try await awaitEnd(of: run, operation, bindings, &end)
            case .othersAreLive(let runs):
                others = runs
                // A list may show as live what has ended when it is read alone.
                guard await patience.sleep() else {
                    if Task.isCancelled { throw PlatformError(.cancelled) }
                    return .failed(.stillInProgress(operation, patience: seconds, patience.trouble))
                }
                continue
            }
            guard case .failed(let diagnostic) = outcome, diagnostic.code == .runFailed, end != .canceled,
                let run = operation.run, run.attempt < run.lastAttempt
            else { return outcome }
            operation.run?.attempt += 1
            (others, patience) = ([], Patience(seconds: seconds, clock: clock))
            await sayNextAttempt(operation)
        }
    }

    /// One attempt; tasks of one space are created one at a time, and waited for side by side.
    private func createAlone(
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> ClaimedCreation.Result {
        await taskGate.enter()
        let result: Result<ClaimedCreation.Result, PlatformError>
        do throws(PlatformError) {
            var creation = ClaimedCreation(applier: self, operation: operation, bindings: bindings)
            result = .success(try await creation.perform())
        } catch {
            result = .failure(error)
        }
        await taskGate.leave()
        return try result.get()
    }
}
