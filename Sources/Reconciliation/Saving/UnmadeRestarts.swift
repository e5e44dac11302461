import Diagnostics

extension Reconciler {
    /// The same planning with the restarts of an approved plan that nobody has made.
    ///
    /// That the values are in place does not say that they are live: somebody may have set them by hand. A restart is left
    /// out only when a deployment of this very plan is DEPLOYED, or when the markers that its PATCHes wrote name what does
    /// not run any more.
    func planningUnmadeRestarts(
        of approved: ApprovedPlan,
        _ planning: Planning
    ) async throws(PlatformError) -> Planning {
        var debts: [Address: RestartDebt] = [:]
        for restart in UnmadeRestarts(of: approved, in: planning).restarts {
            if restart.isDeployment {
                let ours = try await platform.deployments(ofApp: restart.appGUID, approval: approved.id)
                if ours.contains(where: { $0.reason == "DEPLOYED" }) { continue }
            }
            debts[restart.app] = restart.debt
        }
        guard !debts.isEmpty else { return planning }
        let (plan, diagnostics) = Reconciliation.plan(
            approved.declarations,
            against: planning.observed,
            options: options,
            debts: debts
        )
        let secrets = approved.declarations.secrets
        return Planning(
            plan: plan.hiding(secrets),
            observed: planning.observed,
            diagnostics: diagnostics.map { $0.hiding(secrets) }
        )
    }
}

/// Approved restarts for which nothing would be done now, and whose markers do not say that they were made.
private struct UnmadeRestarts {
    struct Restart {
        let app: Address
        let appGUID: String
        let isDeployment: Bool
        let debt: RestartDebt
    }

    private(set) var restarts: [Restart] = []

    init(of approved: ApprovedPlan, in planning: Reconciler.Planning) {
        let found = Dictionary(approved.declarations.found(in: planning.observed)) { first, _ in first }
        let guids = Dictionary(approved.identities.map { ($0.address, $0.guid) }) { first, _ in first }
        let planned = Set(planning.plan.operations.filter { $0.action == .restart }.map(\.address))
        let waiting = Set(planning.plan.waits.map(\.address))
        let operations = Dictionary(grouping: approved.plan.operations) { $0.address.appending(.app) }
        for operation in approved.plan.operations where operation.action == .restart && !operation.isConditional {
            let address = operation.address
            guard !planned.contains(address), !waiting.contains(address), let app = found[address], app.isStarted,
                app.guid == guids[address]
            else { continue }
            let causes = operations[address] ?? []
            // One that was only owed since an earlier change is settled when nothing is owed any more.
            guard let debt = RestartDebt(of: causes), !debt.isSettled(on: app, by: approved.id) else { continue }
            restarts.append(
                Restart(
                    app: address,
                    appGUID: app.guid,
                    isDeployment: operation.request.kind == .createDeployment,
                    debt: debt
                )
            )
        }
    }
}

extension RestartDebt {
    /// What approved operations of an app change that is not live at once; nil when nothing is.
    fileprivate init?(of operations: [Plan.Operation]) {
        for operation in operations {
            switch (operation.address.part, operation.request.kind) {
            case (.droplet, .createBuild), (.droplet, .awaitBuild), (.droplet, .takeDroplet): droplet = .stagedAnew
            case (.droplet, .patchDroplet) where operation.marksRestart: droplet = .changedInPlace
            case (.process(let type), .patchProcess), (.process(let type), .scaleProcess):
                let names = operation.changes.filter {
                    !$0.isImplied && !$0.isUnseen && !$0.field.definition.isLiveAtOnce
                }
                .map(\.field.definition.name)
                if !names.isEmpty { processes[type, default: []] += names }
            default: break
            }
        }
        if processes.isEmpty, droplet == nil { return nil }
    }

    /// Every resource has the marker of that plan; that it is owed no more is known.
    fileprivate func isSettled(on app: ObservedApp, by approval: String) -> Bool {
        let fields = app.processes.filter { processes[$0.type] != nil }.map(\.fields)
        let all = fields + (droplet == nil ? [] : [app.droplet?.fields ?? [:]])
        return all.allSatisfy { RestartMarker.isOf(approval, in: $0) }
    }
}
