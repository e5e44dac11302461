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
            return .inPlace(note: "the run is gone")
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
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                if Task.isCancelled { throw PlatformError(.cancelled) }
                return .failed(.runNotEnded(operation, run, after: seconds))
            }
            guard let now = try await platform.task(run.guid) else { return .inPlace(note: "the run is gone") }
            run = now
        }
        let entry = try await recordEnd(of: run, operation, bindings)
        guard run.state == .succeeded else { return .failed(.runEnded(operation, run, knowing: entry)) }
        return .applied(note: "run \(run.sequenceID) has SUCCEEDED")
    }

    /// Waits until no other run of the name is live; false when the time is over first.
    func othersHaveEnded(
        _ operation: Plan.Operation,
        _ bindings: Bindings,
        within seconds: Int
    ) async throws(PlatformError) -> Bool {
        var poll = Poll(seconds: seconds)
        guard case .task(let name) = operation.address.part else { return true }
        var live = bindings.app.tasks.filter {
            let isRun = $0.fields[.label(RunLabel.run)] == .value(.text(Text(operation.run?.fingerprint ?? "")))
            return $0.name == name && !$0.state.isTerminal && !isRun
        }
        while let run = live.last {
            await progress(.waiting(operation.address, "run \(run.sequenceID) of that name has to end first"))
            while true {
                guard let now = try await platform.task(run.guid), !now.state.isTerminal else { break }
                guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                    if Task.isCancelled { throw PlatformError(.cancelled) }
                    return false
                }
            }
            live.removeLast()
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
