package import Diagnostics

extension AppPlanner {
    /// The plan restarts the app when settings are not live.
    var isRolledOut: Bool { (desired.rollout?.value.strategy ?? .none) != .none }

    /// The annotation that goes with changes that are not live at once; nil when all are, or nothing runs.
    func marker(for changes: [FieldChange], of process: ObservedProcess) -> JSON? {
        let names = changes.filter { !$0.isImplied && !$0.field.definition.isLiveAtOnce }.map(\.field.definition.name)
        guard observed.isStarted, !names.isEmpty else { return nil }
        let earlier = RestartMarker.owed(by: process) ?? []
        return RestartMarker.ofProcess(earlier.filter { !names.contains($0) } + names)
    }

    /// One rollout an app, after all its settings: for what this plan changes and for what an earlier apply left.
    mutating func planRollout() {
        for process in newProcesses { create(process) }
        planAssignment()
        if !isDeployed { planNewProcesses() }
        planRestart()
        if isDeployed { planNewProcesses() }
    }

    private mutating func planRestart() {
        let left = observed.owedFields
        guard let rollout = desired.rollout, isRolledOut, observed.isStarted else {
            if !left.isEmpty { owed.append(Plan.Owed(address: address, fields: left)) }
            return
        }
        let changed = operations.filter { $0.effect == .afterRollout }
        guard !changed.isEmpty || !left.isEmpty || debt != nil else { return }
        if !resources.contains(address) { resources.append(address) }
        var draft = draft(of: rollout)
        draft.action = .restart
        draft.timeout = rollout.value.timeout
        draft.isConditional = left.isEmpty && debt == nil && !changed.contains(where: \.changesWhatRuns)
        if draft.isConditional { draft.notes.append("only when the hidden value turns out to be another one") }
        if !left.isEmpty { draft.notes.append("owed since an earlier change of \(left.joined(separator: ", "))") }
        if let debt {
            draft.notes.append("approved, and not made yet: somebody else has set what it is for")
            draft.preparing = debt.requests(observed)
        }
        let types = observed.processes.map(\.type)
        let touched = changed.compactMap { operation -> Text? in
            if case .process(let type) = operation.address.part { type } else { nil }
        }
        if left.isEmpty, !touched.isEmpty, touched.count == changed.count, !touched.contains("web"),
            types.contains("web")
        {
            draft.notes.append("the API restarts whole apps: web is restarted, too")
        }
        append(draft, changes: [], body: body(of: rollout.value), expected: [])
    }

    /// Tasks after the rollout run against what was rolled out, also where an earlier apply did that and did not see its end.
    mutating func requireReadiness() {
        guard let rollout = desired.rollout, isRolledOut, observed.isStarted,
            !operations.contains(where: { $0.step == .rollout }),
            let first = operations.firstIndex(where: {
                $0.step == .tasksAfterRollout && $0.request.kind == .createTask
            })
        else { return }
        operations[first].readiness = rollout.value.timeout
    }

    private func draft(of rollout: Declared<DesiredRollout>) -> Draft {
        switch rollout.value.strategy {
        case .rolling:
            var draft = Draft(.rollout, address, at: rollout.origin, .createDeployment, "/v3/deployments")
            draft.notes = ["rolling deployment, \(rollout.value.maxInFlight) at a time"]
            return draft
        case .restart, .none:
            var draft = Draft(.rollout, address, at: rollout.origin, .restartApp, "/v3/apps/{app.guid}/actions/restart")
            draft.notes = ["restart, with an interruption of service"]
            return draft
        }
    }

    /// The label tells our deployment from others when its answer is lost.
    private func body(of rollout: DesiredRollout) -> JSON? {
        guard rollout.strategy == .rolling else { return nil }
        let label = JSON.Member(RolloutLabel.key, .symbol(RolloutLabel.symbol))
        var members = [
            JSON.Member("strategy", "rolling"),
            JSON.Member("options", ["max_in_flight": .number(rollout.maxInFlight)]),
            JSON.Member("relationships", ["app": ["data": ["guid": .symbol("app.guid")]]]),
            JSON.Member("metadata", ["labels": .object([label])]),
        ]
        if restage != nil { members.insert(JSON.Member("droplet", ["guid": .symbol("droplet.guid")]), at: 1) }
        return .object(members)
    }
}

/// The label that tells a deployment of this apply from those of others.
package enum RolloutLabel {
    package static let key: Text = "evenkeel.dev/rollout"
    /// Stands for a random text in the plan.
    static let symbol = "rollout"
    /// Names the saved plan that the deployment was approved in.
    package static let approval: Text = "evenkeel.dev/plan"
}
