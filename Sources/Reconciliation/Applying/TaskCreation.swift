import Diagnostics

extension AppApplier {
    /// Creates the run unless it exists, with exactly one POST.
    ///
    /// The server has no idempotency key, and a POST that was answered with a 5xx may have left a row or a running
    /// task (`cloud_controller_ng app/actions/task_create.rb`). So the rows with the run's label decide.
    func create(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        let fingerprint = operation.run?.fingerprint ?? ""
        await taskGate.enter()
        let result: Result<Outcome, PlatformError>
        do throws(PlatformError) {
            result = .success(try await createOnce(operation, bindings, fingerprint))
        } catch {
            result = .failure(error)
        }
        await taskGate.leave()
        return try result.get()
    }

    private func createOnce(
        _ operation: Plan.Operation,
        _ bindings: Bindings,
        _ fingerprint: String
    ) async throws(PlatformError) -> Outcome {
        if let run = try await platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint).last {
            return .inPlace(note: "run \(run.sequenceID) exists, it is \(run.state.rawValue)")
        }
        let request = bindings.fill(operation)
        do {
            return try await check(platform.send(request), operation, bindings)
        } catch {
            guard error.mayHaveHappened else { throw error }
            guard let run = await lateRun(bindings, fingerprint) else {
                return .failed(.unknownOutcome(operation, error))
            }
            guard run.state != .failed else { return .failed(.runRefused(operation, run, error)) }
            return .applied(note: "the answer was lost or was an error, but run \(run.sequenceID) was created")
        }
    }

    /// The row of the run, which may appear late: it is looked for for 60 seconds.
    private func lateRun(_ bindings: Bindings, _ fingerprint: String) async -> ObservedTask? {
        for pause in [0, 1, 2, 4, 8, 15, 15, 15] {
            if pause > 0, (try? await clock.sleep(for: .seconds(pause))) == nil { return nil }
            // A listing that fails is a listing without the row: the next one may do better.
            if let run = try? await platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint).last {
                return run
            }
        }
        return nil
    }
}
