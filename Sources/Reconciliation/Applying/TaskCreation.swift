import Diagnostics

extension AppApplier {
    /// Creates the run unless it exists, with exactly one POST an attempt, and waits for its end where that is declared.
    func create(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        if let patience = operation.run?.patience {
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
        let result: Result<ClaimedCreation.Result, PlatformError>
        do throws(PlatformError) {
            var creation = ClaimedCreation(applier: self, operation: operation, bindings: bindings)
            result = .success(try await creation.perform())
        } catch {
            result = .failure(error)
        }
        await taskGate.leave()
        switch try result.get() {
        case .ended(let outcome): return outcome
        case .exists(let run, let note):
            guard operation.run?.wait != nil else { return .applied(note: note) }
            return try await awaitEnd(of: run, operation, bindings)
        }
    }
}
