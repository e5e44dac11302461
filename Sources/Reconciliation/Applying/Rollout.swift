import Diagnostics

extension AppApplier {
    /// Restarts the app and waits until everything runs.
    ///
    /// A restart that was answered with an error has happened when the version of a process is another than right before.
    func restart(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        let request = bindings.fill(operation)
        guard platform.canWrite else { return .wouldSend([request]) }
        if let other = try await platform.activeDeployments(ofApp: bindings.app.guid).last { return .postponed(other) }
        let before = versions(try await platform.processes(ofApp: bindings.app.guid))
        for pause in [1, 2, 4, nil] as [Int?] {
            do {
                _ = try await platform.send(request)
                break
            } catch {
                guard error.mayHaveHappened, error.code != .cancelled else { throw error }
                if try await hasChanged(before, bindings) { break }
                guard let pause, (try? await clock.sleep(for: .seconds(pause))) != nil else { throw error }
                // What the server is still busy with shows late.
                if try await hasChanged(before, bindings) { break }
            }
        }
        return try await awaitInstances(operation, &bindings)
    }

    private func hasChanged(
        _ before: [Text: String?],
        _ bindings: Bindings
    ) async throws(PlatformError) -> Bool {
        versions(try await platform.processes(ofApp: bindings.app.guid)) != before
    }

    /// Makes a rolling deployment and waits for its end.
    ///
    /// Another one would supersede what somebody else has in flight, so that is waited for. A deployment that was answered
    /// with an error may be running: it is found by its label and taken up, and never one of others.
    func deploy(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        let request = bindings.fill(operation)
        guard platform.canWrite else { return .wouldSend([request]) }
        if let other = try await platform.activeDeployments(ofApp: bindings.app.guid).last { return .postponed(other) }
        for pause in [1, 2, 4, nil] as [Int?] {
            do {
                guard case .deployment(let deployment) = try await platform.send(request) else { return .notAttempted }
                return try await awaitEnd(of: deployment, operation, &bindings)
            } catch {
                guard error.mayHaveHappened, error.code != .cancelled, error.method == "POST" else { throw error }
                if let ours = try await ours(bindings) { return try await awaitEnd(of: ours, operation, &bindings) }
                guard let pause, (try? await clock.sleep(for: .seconds(pause))) != nil else { throw error }
                if let ours = try await ours(bindings) { return try await awaitEnd(of: ours, operation, &bindings) }
            }
        }
        return .notAttempted
    }

    /// The deployment that this apply has made, in whatever state.
    private func ours(_ bindings: Bindings) async throws(PlatformError) -> ObservedDeployment? {
        guard let label = bindings.rollout else { return nil }
        return try await platform.deployments(ofApp: bindings.app.guid, rollout: label).last
    }

    func versions(_ processes: [ObservedProcess]) -> [Text: String?] {
        Dictionary(processes.map { ($0.type, $0.version) }) { _, last in last }
    }

    private func awaitEnd(
        of deployment: ObservedDeployment,
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        let seconds = operation.timeout ?? DesiredTask.usualWait
        var poll = Poll(seconds: seconds)
        var deployment = deployment
        await progress(.waiting(operation.address, "deployment \(deployment.guid) is \(deployment.reason)"))
        while deployment.isActive {
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                if Task.isCancelled { throw PlatformError(.cancelled) }
                return try await giveUp(deployment, operation, bindings, after: seconds)
            }
            guard let now = try await platform.deployment(deployment.guid) else {
                return .failed(.deploymentEnded(operation, deployment, "is gone"))
            }
            if now.reason != deployment.reason {
                await progress(.waiting(operation.address, "deployment \(now.guid) is \(now.reason)"))
            }
            deployment = now
        }
        guard deployment.reason == "DEPLOYED" else {
            return .failed(.deploymentEnded(operation, deployment, "is \(deployment.reason)"))
        }
        bindings.assignNewDroplet()
        return try await awaitInstances(operation, &bindings)
    }

    /// Cancels the deployment, which brings the old version back, and says what stood in its way.
    private func giveUp(
        _ deployment: ObservedDeployment,
        _ operation: Plan.Operation,
        _ bindings: Bindings,
        after seconds: Int
    ) async throws(PlatformError) -> Outcome {
        let troubled = try await unready(await platform.processes(ofApp: bindings.app.guid))
        let path = "/v3/deployments/\(deployment.guid)/actions/cancel"
        let cancelled: Bool
        do {
            _ = try await platform.send(Request(.cancelDeployment, path: path, body: nil))
            cancelled = true
        } catch {
            cancelled = false
        }
        return .failed(.rolloutTimedOut(operation, deployment, seconds: seconds, cancelled: cancelled, troubled))
    }

    /// Waits until every instance of every process runs and is ready.
    private func awaitInstances(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        let seconds = operation.timeout ?? DesiredTask.usualWait
        var poll = Poll(seconds: seconds)
        var said = ""
        while true {
            let processes = try await platform.processes(ofApp: bindings.app.guid)
            bindings.replace(processes)
            let waiting = try await unready(processes)
            guard !waiting.isEmpty else { return .applied(note: nil) }
            let words = "\(waiting.count) \(waiting.count == 1 ? "instance is" : "instances are") not ready yet"
            if words != said { await progress(.waiting(operation.address, words)) }
            said = words
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                if Task.isCancelled { throw PlatformError(.cancelled) }
                return .failed(.rolloutTimedOut(operation, nil, seconds: seconds, cancelled: false, waiting))
            }
        }
    }

    /// The instances that do not run or are not ready, in words.
    private func unready(_ processes: [ObservedProcess]) async throws(PlatformError) -> [String] {
        var found: [String] = []
        for process in processes where process.fields[.instances] != .value(.number(0)) {
            for instance in try await platform.instances(ofProcess: process.guid) where !instance.isReady {
                let state = instance.state == "RUNNING" ? "RUNNING and not ready" : instance.state
                let details = instance.details.map { ": \($0)" } ?? ""
                found.append("instance \(instance.index) of \(process.type) is \(state)\(details)")
            }
        }
        return found
    }
}
