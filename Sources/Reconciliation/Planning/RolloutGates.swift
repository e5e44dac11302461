import Diagnostics

extension AppPlanner {
    /// A rollout waits for the tasks that are declared before it, also where the command line leaves those out.
    ///
    /// Nothing else waits for them: what is asked for without a rollout is done.
    mutating func blockByTasksOutsideTargets() {
        guard operations.contains(where: { $0.step == .rollout }) else { return }
        let obstacles = desired.gatesOutsideTargets.compactMap { task in
            standing(of: task).obstacle.map { "`\(address.appending(.task(task.name)))` \($0)" }
        }
        guard let obstacle = obstacles.first else { return }
        for index in operations.indices where operations[index].step.rank >= OperationStep.rollout.rank {
            operations[index].blocked = operations[index].blocked ?? "\(obstacle), and `--target` leaves it out"
        }
    }

    /// A new droplet that nothing is done with is not taken up: that would look like a change and be none.
    mutating func blockIdleDroplet() {
        guard let take = operations.firstIndex(where: { $0.request.kind == .takeDroplet }) else { return }
        let later = operations[operations.index(after: take)...]
        guard let obstacle = later.compactMap(\.blocked).first else { return }
        let isUsed = later.contains { operation in
            operation.blocked == nil
                && [.createTask, .patchDroplet, .assignDroplet, .createDeployment].contains(operation.request.kind)
        }
        if !isUsed { operations[take].blocked = obstacle }
    }

    private func standing(of task: DesiredTask) -> RunHistory.Standing {
        var droplet: (guid: String?, image: Text?)?
        if task.run == .oncePerDroplet {
            guard let current = observed.droplet else { return .neverRun }
            let guid = restage.map { $0.droplet?.guid } ?? current.guid
            droplet = (guid, current.isDocker ? desired.pin(of: current).image : nil)
        }
        return RunHistory(of: task.name, in: observed).standing(of: Fingerprint(of: task, droplet: droplet).hex)
    }
}

extension RunHistory.Standing {
    /// Why nothing may be rolled out yet, in words that follow the address of the task; nil when it has run.
    fileprivate var obstacle: String? {
        switch self {
        case .neverRun: "has not run"
        case .live: "has not ended"
        case .failed(_, let outcome): outcome.words
        case .unknown: RunOutcome.unknown.words
        case .over, .unseen: nil
        }
    }
}

/// The address of a task whose failure keeps the next apply from rolling the app out; nil when none does.
///
/// What may be repeated is no obstacle.
func failedTask(before app: DesiredApp, _ observed: ObservedApp, at address: Address) -> Address? {
    let task = app.observedTasks.first { task in
        guard task.holdsRollout else { return false }
        var droplet: (guid: String?, image: Text?)?
        if task.run == .oncePerDroplet {
            guard let current = observed.droplet else { return false }
            droplet = app.pin(of: current)
        }
        let fingerprint = Fingerprint(of: task, droplet: droplet).hex
        let history = RunHistory(of: task.name, in: observed)
        switch history.standing(of: fingerprint) {
        case .failed: return !history.mayRepeat(fingerprint, retries: task.retries?.value ?? 0)
        case .unknown: return true
        case .neverRun, .live, .over, .unseen: return false
        }
    }
    return task.map { address.appending(.task($0.name)) }
}
