import Diagnostics

// cloud_controller_ng app/models/runtime/constraints/, for started processes and for tasks
extension Store {
    /// What the quotas of organization and space say to a process as it would be.
    func quotaMessages(_ process: ProcessRow) -> [String] {
        guard let app = apps[process.appGUID], app.isStarted, let space = space(of: app),
            let organization = organizations[space.organizationGUID]
        else { return [] }
        let inOrganization = organizationQuotaMessages(process, organization)
        guard let quota = space.quota else { return inOrganization }
        let use = use(of: [space], without: process)
        var messages: [String] = []
        if exceeds(use.memory + Double(process.memory) * Double(process.instances), quota.totalMemory) {
            messages.append("memory space_quota_exceeded")
        }
        if exceeds(Double(process.memory), quota.memoryPerProcess) {
            messages.append("memory space_instance_memory_limit_exceeded")
        }
        if exceeds(use.instances + Double(process.instances), quota.totalInstances) {
            messages.append("app_instance_limit space_app_instance_limit_exceeded")
        }
        messages += logRateMessages(process, use, quota.logRate, "space", space.name.string)
        return inOrganization + messages
    }

    private func organizationQuotaMessages(_ process: ProcessRow, _ organization: OrganizationRow) -> [String] {
        let quota = organization.quota
        guard quota != Quota() else { return [] }
        let use = use(of: spaces.rows(ofParent: organization.guid), without: process)
        var messages: [String] = []
        if exceeds(use.memory + Double(process.memory) * Double(process.instances), quota.totalMemory) {
            messages.append("memory quota_exceeded")
        }
        if exceeds(Double(process.memory), quota.memoryPerProcess) {
            messages.append("memory instance_memory_limit_exceeded")
        }
        if exceeds(use.instances + Double(process.instances), quota.totalInstances) {
            messages.append("app_instance_limit app_instance_limit_exceeded")
        }
        return messages + logRateMessages(process, use, quota.logRate, "organization", organization.name.string)
    }

    private func logRateMessages(
        _ process: ProcessRow,
        _ use: Use,
        _ limit: Int?,
        _ kind: String,
        _ name: String
    ) -> [String] {
        guard let limit else { return [] }
        if process.logRate == -1 { return ["log_rate_limit cannot be unlimited in \(kind) '\(name)'."] }
        guard use.logRate + Double(process.logRate) * Double(process.instances) > Double(limit) else { return [] }
        return ["log_rate_limit exceeds \(kind) log rate quota"]
    }

    /// What the quotas say to a new task.
    func quotaMessages(_ task: TaskRow, in space: SpaceRow) -> [String] {
        var messages: [String] = []
        if let organization = organizations[space.organizationGUID], organization.quota != Quota() {
            let use = use(of: spaces.rows(ofParent: organization.guid), without: nil)
            messages += messagesOfTask(task, organization.quota, use, "organization", organization.name.string)
        }
        if let quota = space.quota {
            messages += messagesOfTask(task, quota, use(of: [space], without: nil), "space", space.name.string)
        }
        return messages
    }

    private func messagesOfTask(
        _ task: TaskRow,
        _ quota: Quota,
        _ use: Use,
        _ kind: String,
        _ name: String
    ) -> [String] {
        var messages: [String] = []
        if exceeds(use.memory + Double(task.memory), quota.totalMemory) {
            messages.append("memory_in_mb exceeds \(kind) memory quota")
        }
        if exceeds(Double(task.memory), quota.memoryPerProcess) {
            messages.append("memory_in_mb exceeds \(kind) instance memory quota")
        }
        if let limit = quota.logRate {
            if task.logRate == -1 {
                messages.append("log_rate_limit cannot be unlimited in \(kind) '\(name)'.")
            } else if use.logRate + Double(task.logRate) > Double(limit) {
                messages.append("log_rate_limit exceeds \(kind) log rate quota")
            }
        }
        let live = tasks.rows(ofParent: task.appGUID).filter { !$0.isTerminal }.count
        if exceeds(Double(live + 1), quota.tasksPerApp) { messages.append("app_task_limit quota exceeded") }
        return messages
    }

    /// Whether a quota leaves so much memory.
    func hasMemory(_ memory: Int, _ quota: Quota, in places: [SpaceRow]) -> Bool {
        guard let limit = quota.totalMemory else { return true }
        return use(of: places, without: nil).memory + Double(memory) <= Double(limit)
    }

    /// Sums in floating point: the largest values that the API accepts overflow whole numbers.
    private struct Use {
        var memory = 0.0
        var instances = 0.0
        var logRate = 0.0
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

    private func exceeds(_ value: Double, _ limit: Int?) -> Bool {
        limit.map { value > Double($0) } ?? false
    }
}
