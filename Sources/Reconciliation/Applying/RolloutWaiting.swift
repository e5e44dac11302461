import Diagnostics

extension AppApplier {
    /// Follows a deployment of ours to its end, then the instances; one that another supersedes postpones the rest.
    func awaitEnd(
        of deployment: ObservedDeployment,
        _ operation: Plan.Operation,
        _ bindings: inout Bindings,
        _ patience: inout Patience
    ) async throws(PlatformError) -> Outcome {
        var deployment = deployment
        var isStopped = false
        await progress(.waiting(operation.address, "deployment \(deployment.guid) is \(deployment.reason)"))
        while deployment.isActive {
            guard await patience.sleep() else {
                if Task.isCancelled { return .failed(.interrupted(operation, deployment)) }
                return try await giveUp(deployment, operation, &bindings, &patience)
            }
            let (guid, app) = (deployment.guid, bindings.app.guid)
            let found = try await patience.look { () async throws(PlatformError) in
                try await platform.look(at: guid, ofApp: app)
            }
            let now: ObservedDeployment
            switch found {
            case nil: continue
            case .found(let found): (now, isStopped) = (found, false)
            case .stopped(let found):
                if isStopped { return .failed(.stoppedWhileDeployed(operation, found)) }
                // Who restarts an app with `cf restart` stops it for a moment.
                isStopped = true
                patience.beginAgain()
                await progress(.waiting(operation.address, "the app is STOPPED, looking once more"))
                continue
            case .gone: return .failed(.deploymentGone(operation, deployment))
            case .appGone: return .failed(.appGone(operation))
            }
            if now.reason != deployment.reason {
                await progress(.waiting(operation.address, "deployment \(now.guid) is \(now.reason)"))
            }
            deployment = now
        }
        if deployment.reason == "SUPERSEDED" {
            // Whether what was wanted is live, or has to be planned again, shows when the other has ended.
            let other = try? await platform.activeDeployments(ofApp: bindings.app.guid).last
            return .postponed(other ?? deployment)
        }
        guard deployment.reason == "DEPLOYED" else { return .failed(.deploymentEnded(operation, deployment)) }
        bindings.assignNewDroplet()
        patience.beginAgain()
        return try await awaitInstances(operation, &bindings, &patience)
    }

    /// Cancels the deployment, which brings the old version back, and says what stood in its way.
    private func giveUp(
        _ deployment: ObservedDeployment,
        _ operation: Plan.Operation,
        _ bindings: inout Bindings,
        _ patience: inout Patience
    ) async throws(PlatformError) -> Outcome {
        // Cancelling stops the instances that it is about, and then nobody can tell any more what they did.
        var troubled = await troubles(bindings, &patience)
        let end = await platform.cancel(deployment, clock: clock)
        if let now = end.deployment, !now.isActive, now.reason == "DEPLOYED" {
            // It was finished in the last moment.
            bindings.assignNewDroplet()
            return try await awaitInstances(operation, &bindings, &patience)
        }
        if troubled.isEmpty { troubled = await troubles(bindings, &patience) }
        return .failed(
            .rolloutTimedOut(operation, deployment, end, patience.seconds, troubled, after: patience.trouble)
        )
    }

    /// What does not run now, in words; empty where nobody can tell in a moment.
    private func troubles(_ bindings: Bindings, _ patience: inout Patience) async -> [String] {
        let guid = bindings.app.guid
        let found = try? await patience.look { () async throws(PlatformError) in
            try await unready(try await platform.processes(ofApp: guid))
        }
        return (found ?? nil)?.map(\.words) ?? []
    }

    /// Waits until every instance of every process runs and is ready.
    func awaitInstances(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings,
        _ patience: inout Patience
    ) async throws(PlatformError) -> Outcome {
        let end = try await awaitInstances(of: bindings.app.guid, operation, &patience)
        if !end.processes.isEmpty { bindings.replace(end.processes) }
        switch end.state {
        case .ready: return .applied(note: nil)
        case .stopped: return .applied(note: AppApplier.stoppedMeanwhile)
        case .gone: return .failed(.appGone(operation))
        case .interrupted: return .failed(.interruptedStart(operation))
        case .troubled(let troubled):
            return .failed(.rolloutTimedOut(operation, nil, nil, patience.seconds, troubled, after: patience.trouble))
        }
    }

    /// Before a task that stands behind a rollout which an earlier apply made; nil when it may run.
    func obstacle(
        to operation: Plan.Operation,
        _ bindings: Bindings,
        within seconds: Int
    ) async throws(PlatformError) -> Outcome? {
        var patience = Patience(seconds: seconds, clock: clock)
        switch try await awaitInstances(of: bindings.app.guid, operation, &patience).state {
        case .ready, .stopped: return nil
        case .gone: return .failed(.appGone(operation))
        case .interrupted: return .failed(.interruptedStart(operation))
        case .troubled(let troubled):
            return .failed(.notReady(operation, seconds, troubled, after: patience.trouble))
        }
    }

    private enum Readiness {
        case ready
        /// Somebody has stopped the app.
        case stopped
        /// Somebody has deleted it.
        case gone
        case interrupted
        /// The time is over; in words what does not run.
        case troubled([String])
    }

    private func awaitInstances(
        of guid: String,
        _ operation: Plan.Operation,
        _ patience: inout Patience
    ) async throws(PlatformError) -> (state: Readiness, processes: [ObservedProcess]) {
        var said = ""
        var processes: [ObservedProcess] = []
        var waiting: [UnreadyInstance] = []
        var crashes: [String: UnreadyInstance] = [:]
        while true {
            let found = try await patience.look { () async throws(PlatformError) in
                let processes = try await platform.processes(ofApp: guid)
                return (processes, try await unready(processes))
            }
            if let found {
                (processes, waiting) = found
                for instance in waiting where instance.state == "CRASHED" { crashes[instance.name] = instance }
                // Without any instance to wait for, and without processes, the app itself may be gone.
                if waiting.allSatisfy({ $0.state == "DOWN" }), !waiting.isEmpty || processes.isEmpty,
                    let end = try await end(ofApp: guid, &patience)
                {
                    return (end, processes)
                }
                guard !waiting.isEmpty else { return (.ready, processes) }
                let words = "\(waiting.count) \(waiting.count == 1 ? "instance is" : "instances are") not ready yet"
                if words != said { await progress(.waiting(operation.address, words)) }
                said = words
            }
            guard await patience.sleep() else {
                return (
                    Task.isCancelled ? .interrupted : .troubled(waiting.map { $0.words(after: crashes[$0.name]) }),
                    processes
                )
            }
        }
    }

    /// What keeps any instance from running; nil when nothing does, as far as is known.
    private func end(ofApp guid: String, _ patience: inout Patience) async throws(PlatformError) -> Readiness? {
        let found = try await patience.look { () async throws(PlatformError) in try await platform.app(guid) }
        guard let found else { return nil }
        guard let app = found else { return .gone }
        return app.isStarted ? nil : .stopped
    }

    private struct UnreadyInstance: Sendable {
        /// `instance 0 of web`.
        let name: String
        let state: String
        let details: String?

        var words: String {
            let shown = state == "RUNNING" ? "RUNNING and not ready" : state
            return "\(name) is \(shown)\(details.map { ": \($0)" } ?? "")"
        }

        /// An instance that has crashed is stopped and started again, which says nothing of why it does not run.
        func words(after crash: UnreadyInstance?) -> String {
            guard let crash, state != "CRASHED" else { return words }
            if state == "STOPPING" { return crash.words }
            return "\(words); before, it was CRASHED\(crash.details.map { ": \($0)" } ?? "")"
        }
    }

    /// The instances that do not run or are not ready.
    private func unready(_ processes: [ObservedProcess]) async throws(PlatformError) -> [UnreadyInstance] {
        var found: [UnreadyInstance] = []
        for process in processes where process.fields[.instances] != .value(.number(0)) {
            for instance in try await platform.instances(ofProcess: process.guid) where !instance.isReady {
                let name = "instance \(instance.index) of \(process.type)"
                found.append(UnreadyInstance(name: name, state: instance.state, details: instance.details))
            }
        }
        return found
    }
}

/// What became of a deployment that was to be cancelled.
struct CancelledDeployment {
    /// As it was read afterwards; nil when it could not be read.
    let deployment: ObservedDeployment?
    /// Why it could not be cancelled; nil when the server has agreed.
    let refusal: PlatformError?
}

extension Platform {
    /// Cancels a deployment and looks what became of it.
    ///
    /// Cancelling is safe to repeat (`cloud_controller_ng app/actions/deployment_cancel.rb`).
    func cancel(_ deployment: ObservedDeployment, clock: any Clock<Duration>) async -> CancelledDeployment {
        let guid = deployment.guid
        let request = Request(.cancelDeployment, path: "/v3/deployments/\(guid)/actions/cancel", body: nil)
        do throws(PlatformError) {
            let now = try await sendOnce(on: clock) { error in
                error.isTransient
            } _: { () async throws(PlatformError) -> ObservedDeployment? in
                _ = try await send(request)
                return try? await self.deployment(guid)
            } orFind: { _ async throws(PlatformError) -> ObservedDeployment?? in
                await ended(guid).map { .some($0) }
            }
            return CancelledDeployment(deployment: now, refusal: nil)
        } catch {
            if let ended = await ended(guid) { return CancelledDeployment(deployment: ended, refusal: nil) }
            return CancelledDeployment(deployment: try? await self.deployment(guid), refusal: error)
        }
    }

    /// The deployment where it has ended or is being cancelled; nil where it goes on, or cannot be read.
    private func ended(_ guid: String) async -> ObservedDeployment? {
        guard let now = try? await deployment(guid), !now.isActive || now.reason == "CANCELING" else { return nil }
        return now
    }
}
