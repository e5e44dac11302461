import Diagnostics

/// A request that waits for the sandbox's clock.
struct Sleeper {
    let wakeUp: Timestamp
    let continuation: CheckedContinuation<Void, any Error>
}

// What happens by itself as time goes by.
extension Store {
    package var now: Timestamp {
        if let settlingAt { return settlingAt }
        return switch options.clock {
        case .system: options.clock.start.advanced(by: secondsAdvanced)
        case .manual: startOfClock.advanced(by: secondsAdvanced)
        }
    }

    /// Moves the clock forward and lets everything happen that falls into that time.
    package func advance(by seconds: Int) {
        secondsAdvanced += max(0, seconds)
        settle()
        for (id, sleeper) in sleepers where sleeper.wakeUp <= now {
            sleepers[id] = nil
            sleeper.continuation.resume()
        }
    }

    /// Brings the foundation to the present; every request begins with it.
    func settle() {
        settleAgenda()
        let now = now
        for guid in runtime.endsTasks ? tasksInFlight : [] {
            guard let task = tasks[guid], let ending = task.ending, ending.time <= now else { continue }
            end(task, at: ending.time, failureReason: ending.failureReason)
        }
        pruneTasks(now)
        pruneEvents(now)
    }

    func end(_ task: TaskRow, at time: Timestamp, failureReason: String?) {
        tasksInFlight.remove(task.guid)
        tasks.update(task.guid) { row in
            row.state = failureReason == nil ? "SUCCEEDED" : "FAILED"
            row.failureReason = failureReason
            row.updatedAt = time
            row.ending = nil
        }
    }

    /// Daily at 23:00 finished tasks that were last touched more than 31 days ago disappear
    /// (`cloud_controller_ng app/jobs/runtime/prune_completed_tasks.rb`).
    private func pruneTasks(_ now: Timestamp) {
        guard let cutoff = cutoff(now, hour: 23, after: &lastPruning) else { return }
        for position in tasks.all {
            guard let task = tasks[position: position], task.isTerminal, task.updatedAt < cutoff else { continue }
            tasks.remove(task.guid)
        }
    }

    /// Daily at 20:00 audit events older than 31 days disappear
    /// (`cloud_controller_ng app/jobs/runtime/events_cleanup.rb`).
    private func pruneEvents(_ now: Timestamp) {
        guard let cutoff = cutoff(now, hour: 20, after: &lastEventPruning) else { return }
        for position in events.all {
            guard let event = events[position: position], event.createdAt < cutoff else { continue }
            events.remove(event.guid)
        }
    }

    /// What is older than this goes, if it was not yet done since that hour.
    private func cutoff(_ now: Timestamp, hour: Int, after last: inout Int) -> Timestamp? {
        let day = (now.seconds - hour * 3600) / 86_400
        guard day > last else { return nil }
        last = day
        return Timestamp(seconds: day * 86_400 + hour * 3600 - 31 * 86_400)
    }

    /// Waits for the sandbox's clock: really with the machine's, until it is moved with a manual one.
    func wait(seconds: Int) async throws {
        if case .system = options.clock {
            try await Task.sleep(for: .seconds(seconds))
            return
        }
        lastSleeper += 1
        let id = lastSleeper
        let wakeUp = now.advanced(by: seconds)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                sleepers[id] = Sleeper(wakeUp: wakeUp, continuation: continuation)
            }
        } onCancel: {
            Task { await self.wake(id) }
        }
    }

    private func wake(_ id: Int) {
        sleepers.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    }
}
