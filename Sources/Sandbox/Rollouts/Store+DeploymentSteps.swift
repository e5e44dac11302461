import Diagnostics

// What the updater does with a deployment at each of its looks
// (`cloud_controller_ng lib/cloud_controller/deployment_updater/`).
extension Store {
    /// Looks at a deployment, and plans the next look.
    ///
    /// - Parameter present: The time that the clock shows; looks that would find everything as it was are left out.
    func step(_ guid: String, present: Timestamp) {
        guard let before = deployments[guid] else {
            deploymentsInFlight.remove(guid)
            return
        }
        let isQuiet = !advance(before)
        var next = now.advanced(by: DeploymentRow.secondsBetweenSteps)
        if isQuiet {
            let quietUntil = nextDisturbance(before: present)
            let looks = max(0, quietUntil.seconds - now.seconds) / DeploymentRow.secondsBetweenSteps
            next = max(next, now.advanced(by: looks * DeploymentRow.secondsBetweenSteps))
        }
        deployments.update(guid) { row in
            if row.nextStep != nil { row.nextStep = next }
        }
        if deployments[guid]?.nextStep == nil { deploymentsInFlight.remove(guid) }
    }

    /// - Returns: Whether the next look may find something else.
    private func advance(_ row: DeploymentRow) -> Bool {
        guard runtime.isAvailable else {
            fail(row, "CloudController::Errors::InstancesUnavailable")
            return false
        }
        if row.reason == "CANCELING" {
            finishCanceling(row)
            return true
        }
        guard let web = row.webGUID.flatMap({ processes[$0] }) else { return false }
        let found = instances(of: web)
        let routable = found.filter(\.isRoutable).count
        let (new, _) = row.target
        guard web.instances >= new, routable >= new else { return scale(row, web, found) }
        if row.isBeforePause {
            pause(row)
        } else {
            finish(row, web)
        }
        return true
    }

    private func fail(_ row: DeploymentRow, _ error: String) {
        let now = now
        deployments.update(row.guid) { row in
            row.error = "An unexpected error has occurred: \(error)"
            row.updatedAt = now
        }
    }

    /// Removes as many old instances as there are new ones to serve, oldest processes first, then adds new ones unless
    /// some are not well.
    private func scale(_ row: DeploymentRow, _ web: ProcessRow, _ found: [ProcessInstance]) -> Bool {
        let routable = found.filter(\.isRoutable).count
        let starting = found.filter { $0.state == .starting }.count
        let ailing = found.filter { $0.state == .crashed || $0.state == .down }.count
        var hasChanged = scaleDown(row, web, to: max(0, row.target.total - routable))
        if row.error != nil { deployments.update(row.guid) { $0.error = nil } }
        let most = row.options.maxInFlight
        if starting < most, ailing == 0, routable >= web.instances - most {
            let wanted = min(routable.addingReportingOverflow(most).partialValue, row.target.new)
            let now = now
            deployments.update(row.guid) { row in
                row.lastHealthyAt = now
                row.updatedAt = now
            }
            if wanted > web.instances {
                setInstances(web.guid, wanted)
                hasChanged = true
            }
        }
        return hasChanged || starting > 0
    }

    private func scaleDown(_ row: DeploymentRow, _ web: ProcessRow, to wanted: Int) -> Bool {
        let others = webProcesses(beside: web.guid, row)
        var surplus = others.reduce(0) { $0 + $1.instances } - wanted
        guard surplus > 0 else { return false }
        for process in others where surplus > 0 && process.instances > 0 {
            let gone = min(surplus, process.instances)
            surplus -= gone
            setInstances(process.guid, process.instances - gone)
        }
        // what was being cancelled goes in any case, and does not count
        // (`deployment_updater/actions/scale_down_canceled_processes.rb`)
        let cancelled = deployments.rows(ofParent: row.appGUID).filter(\.wasCanceling).compactMap(\.webGUID)
        for guid in cancelled where processes[guid].map({ $0.instances > 0 }) ?? false { setInstances(guid, 0) }
        return true
    }

    private func pause(_ row: DeploymentRow) {
        let now = now
        if let guid = row.webGUID, let web = processes[guid] {
            _ = scaleDown(row, web, to: row.target.total - row.target.new)
        }
        deployments.update(row.guid) { row in
            row.lastHealthyAt = now
            row.change(to: "ACTIVE", "PAUSED", at: now)
        }
    }

    /// Destroys the old web processes and restarts the others with the commands of the revision.
    private func finish(_ row: DeploymentRow, _ web: ProcessRow) {
        let others = webProcesses(beside: web.guid, row)
        for process in others { processes.remove(process.guid) }
        // the server trips over the second one, and comes through at its next look
        if others.count > 1 { return fail(row, "Sequel::NoExistingObject") }
        let revision = row.revision.flatMap { revisions[$0.guid] }
        let rest = processes.rows(ofParent: row.appGUID).filter { !$0.isWeb }
        for process in rest {
            if let revision { processes.update(process.guid) { $0.command = revision.command(ofType: $0.type) } }
            renewVersion(of: process.guid, revision)
        }
        tell(rest.map(\.guid))
        let now = now
        deployments.update(row.guid) { $0.change(to: "FINALIZED", "DEPLOYED", at: now) }
    }

    /// Brings the old web process back, or a newer one that a superseded deployment left running.
    private func finishCanceling(_ row: DeploymentRow) {
        if let web = row.webGUID {
            let others = webProcesses(beside: web, row)
            let abandoned = deployments.rows(ofParent: row.appGUID).filter { $0.reason == "SUPERSEDED" }
            let interim = others.last { process in
                abandoned.contains { $0.webGUID == process.guid }
                    && instances(of: process).contains { $0.state == .running }
            }
            if let kept = interim ?? others.first {
                for process in others + (processes[web].map { [$0] } ?? []) where process.guid != kept.guid {
                    processes.remove(process.guid)
                }
                if kept.instances != row.originalInstances { setInstances(kept.guid, row.originalInstances) }
            }
        }
        let now = now
        deployments.update(row.guid) { $0.change(to: "FINALIZED", "CANCELED", at: now) }
    }

    private func webProcesses(beside guid: String, _ row: DeploymentRow) -> [ProcessRow] {
        processes.rows(ofParent: row.appGUID).filter { $0.isWeb && $0.guid != guid }
    }

    private func setInstances(_ guid: String, _ count: Int) {
        let now = now
        processes.update(guid) { row in
            row.instances = count
            row.updatedAt = now
        }
        tell([guid])
    }

    /// The updater only runs while there is a runtime, so that nothing is refused.
    private func tell(_ guids: [String]) {
        do throws(Refusal) { try desire(guids) } catch { return }
    }
}
