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
        return try await awaitEnd(of: run, operation, bindings)
    }

    /// Reads the run until it has ended or the declared time is over; a run that is still going on goes on.
    func awaitEnd(
        of run: ObservedTask,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Outcome {
        let seconds = operation.run?.wait ?? DesiredTask.usualWait
        var run = run
        var poll = Poll(seconds: seconds)
        if !run.state.isTerminal {
            await progress(
                .waiting(
                    operation.address,
                    "run \(run.sequenceID) is \(run.state.rawValue), waiting up to \(seconds) s"
                )
            )
        }
        while !run.state.isTerminal {
            guard let pause = poll.next() else { return .failed(.runNotEnded(operation, run, after: seconds)) }
            let now: ObservedTask?
            do throws(PlatformError) {
                guard (try? await clock.sleep(for: pause)) != nil else { throw PlatformError(.cancelled) }
                now = try await platform.task(run.guid)
            } catch {
                return .failed(.waitBroken(operation, run, error))
            }
            guard let now else { return .failed(.endUnseen(operation, run.sequenceID, run.state.rawValue)) }
            run = now
        }
        let entry: RunRecord.Entry?
        do {
            entry = try await recordEnd(of: run, operation, bindings)
        } catch {
            return .failed(.endNotRecorded(operation, run, error))
        }
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

    /// Waits until these runs have ended; false when the time is over first.
    func haveEnded(
        _ runs: [ObservedTask],
        before operation: Plan.Operation,
        _ poll: inout Poll
    ) async throws(PlatformError) -> Bool {
        for run in runs.reversed() {
            await progress(.waiting(operation.address, "run \(run.sequenceID) of that name has to end first"))
            while true {
                guard let now = try await platform.task(run.guid), !now.state.isTerminal else { break }
                guard let pause = poll.next() else { return false }
                guard (try? await clock.sleep(for: pause)) != nil else { throw PlatformError(.cancelled) }
            }
        }
        return true
    }
}

/// How often something is looked at that takes its time: soon at first, then every five seconds.
struct Poll {
    /// Seconds.
    private(set) var left: Int
    private var pause = 1

    /// - Parameter seconds: in all.
    init(seconds: Int) {
        left = seconds
    }

    /// How long to sleep before looking again; nil when the time is over.
    mutating func next() -> Duration? {
        guard left > 0 else { return nil }
        let now = min(pause, left)
        left -= now
        pause = min(pause + 1, 5)
        return .seconds(now)
    }
}
