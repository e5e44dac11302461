import Diagnostics

// cloud_controller_ng app/models/runtime/constraints/, for started processes and for tasks
extension Store {
    /// What the quotas of organization and space say to a process as it would be.
    ///
    /// All that it exceeds is named: by field, and within a field in the order of the checks
    /// (`cloud_controller_ng app/models/runtime/process_model.rb#validation_policies`).
    func quotaMessages(_ process: ProcessRow) -> [String] {
        guard let app = apps[process.appGUID], app.isStarted, let space = space(of: app) else { return [] }
        let (organization, own) = bounds(of: space, without: process)
        let memory = Double(process.memory)
        let count = Double(process.instances)
        let logRate = { (bound: Bound?) in
            bound?.logRateMessage(process.logRate, sum: Double(process.logRate) * count)
        }
        return [
            own?.exceedsMemory(memory * count) ?? false ? "memory space_quota_exceeded" : nil,
            organization?.exceedsMemory(memory * count) ?? false ? "memory quota_exceeded" : nil,
            organization?.exceedsMemoryOfOne(memory) ?? false ? "memory instance_memory_limit_exceeded" : nil,
            own?.exceedsMemoryOfOne(memory) ?? false ? "memory space_instance_memory_limit_exceeded" : nil,
            organization?.exceedsInstances(count) ?? false ? "app_instance_limit app_instance_limit_exceeded" : nil,
            own?.exceedsInstances(count) ?? false ? "app_instance_limit space_app_instance_limit_exceeded" : nil,
            logRate(own), logRate(organization),
        ].compactMap { $0 }
    }

    /// What the quotas say to a new task, by field (`cloud_controller_ng app/models/runtime/task_model.rb#validate`).
    func quotaMessages(_ task: TaskRow, in space: SpaceRow) -> [String] {
        let (organization, own) = bounds(of: space, without: nil)
        let bounds = [organization, own].compactMap { $0 }
        let memory = Double(task.memory)
        let live = tasks.rows(ofParent: task.appGUID).filter { !$0.isTerminal }.count
        let ofMemory = bounds.flatMap { bound in
            [
                bound.exceedsMemory(memory) ? "memory_in_mb exceeds \(bound.kind) memory quota" : nil,
                bound.exceedsMemoryOfOne(memory) ? "memory_in_mb exceeds \(bound.kind) instance memory quota" : nil,
            ].compactMap { $0 }
        }
        return ofMemory + bounds.compactMap { $0.logRateMessage(task.logRate, sum: Double(task.logRate)) }
            + bounds.filter { $0.exceedsTasks(live + 1) }.map { _ in "app_task_limit quota exceeded" }
    }

    /// The quotas that bind what is in a space, with what is used of them.
    private func bounds(of space: SpaceRow, without process: ProcessRow?) -> (organization: Bound?, space: Bound?) {
        let organization = organizations[space.organizationGUID].flatMap { row -> Bound? in
            guard row.quota != Quota() else { return nil }
            let use = use(of: spaces.rows(ofParent: row.guid), without: process)
            return Bound(kind: "organization", name: row.name, quota: row.quota, use: use)
        }
        let own = space.quota.map {
            Bound(kind: "space", name: space.name, quota: $0, use: use(of: [space], without: process))
        }
        return (organization, own)
    }

    /// Whether a quota leaves so much memory.
    func hasMemory(_ memory: Int, _ quota: Quota, in places: [SpaceRow]) -> Bool {
        guard let limit = quota.totalMemory else { return true }
        return use(of: places, without: nil).memory + Double(memory) <= Double(limit)
    }

    private func use(of places: [SpaceRow], without process: ProcessRow?) -> Use {
        var use = Use()
        for app in places.flatMap({ apps.rows(ofParent: $0.guid) }) {
            for task in tasks.rows(ofParent: app.guid) where task.state == "RUNNING" {
                use.memory += Double(task.memory)
                use.logRate += Double(max(0, task.logRate))
            }
            guard app.isStarted else { continue }
            for other in processes.rows(ofParent: app.guid) where other.guid != process?.guid {
                use.memory += Double(other.memory) * Double(other.instances)
                use.instances += Double(other.instances)
                use.logRate += Double(max(0, other.logRate)) * Double(other.instances)
            }
        }
        return use
    }
}

/// What is used of a quota.
///
/// Sums in floating point: the largest values that the API accepts overflow whole numbers.
private struct Use {
    var memory = 0.0
    var instances = 0.0
    var logRate = 0.0
}

/// A quota of an organization or a space, with what is used of it.
private struct Bound {
    let kind: String
    let name: Text
    let quota: Quota
    let use: Use

    func exceedsMemory(_ more: Double) -> Bool { exceeds(use.memory + more, quota.totalMemory) }
    func exceedsMemoryOfOne(_ memory: Double) -> Bool { exceeds(memory, quota.memoryPerProcess) }
    func exceedsInstances(_ more: Double) -> Bool { exceeds(use.instances + more, quota.totalInstances) }
    func exceedsTasks(_ count: Int) -> Bool { exceeds(Double(count), quota.tasksPerApp) }

    /// - Parameter sum: What all instances may write together.
    func logRateMessage(_ rate: Int, sum: Double) -> String? {
        guard let limit = quota.logRate else { return nil }
        if rate == -1 { return "log_rate_limit cannot be unlimited in \(kind) '\(name)'." }
        return exceeds(use.logRate + sum, limit) ? "log_rate_limit exceeds \(kind) log rate quota" : nil
    }

    private func exceeds(_ value: Double, _ limit: Int?) -> Bool {
        limit.map { value > Double($0) } ?? false
    }
}
