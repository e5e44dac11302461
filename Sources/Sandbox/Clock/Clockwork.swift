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
        let day = (now.seconds - 23 * 3600) / 86_400
        guard day > lastPruning else { return }
        lastPruning = day
        let cutoff = Timestamp(seconds: day * 86_400 + 23 * 3600 - 31 * 86_400)
        for position in tasks.all {
            guard let task = tasks[position: position], task.isTerminal, task.updatedAt < cutoff else { continue }
            tasks.remove(task.guid)
        }
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
