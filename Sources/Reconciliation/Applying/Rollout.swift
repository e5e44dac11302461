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
        var patience = patience(for: operation)
        let before = versions(try await platform.processes(ofApp: bindings.app.guid))
        for pause in [1, 2, 4, nil] as [Int?] {
            // It would start a stopped app: cloud_controller_ng app/actions/app_restart.rb.
            if try await isStopped(bindings) { return .inPlace(note: AppApplier.stoppedMeanwhile) }
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
        return try await awaitInstances(operation, &bindings, &patience)
    }

    private func hasChanged(
        _ before: [Text: String?],
        _ bindings: Bindings
    ) async throws(PlatformError) -> Bool {
        let (platform, guid) = (platform, bindings.app.guid)
        let now = try await undisturbed { () async throws(PlatformError) in try await platform.processes(ofApp: guid) }
        return versions(now) != before
    }

    /// Makes a rolling deployment and waits for its end.
    ///
    /// Another one would supersede what somebody else has in flight, so that is waited for. A deployment that was answered
    /// with an error may be running: it is found by its label and taken up, and never one of others.
    ///
    /// - Parameter followers: What is set right behind its beginning.
    func deploy(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings,
        _ followers: inout Followers
    ) async throws(PlatformError) -> Outcome {
        let request = bindings.fill(operation)
        guard platform.canWrite else { return .wouldSend([request]) }
        if let other = try await platform.activeDeployments(ofApp: bindings.app.guid).last { return .postponed(other) }
        var patience = patience(for: operation)
        for pause in [1, 2, 4, nil] as [Int?] {
            // It would start a stopped app: cloud_controller_ng app/actions/deployment_create.rb.
            if try await isStopped(bindings) { return try await settleStopped(operation, &bindings) }
            do {
                guard case .deployment(let deployment) = try await platform.send(request) else { return .notAttempted }
                await perform(&followers, &bindings)
                return try await awaitEnd(of: deployment, operation, &bindings, &patience)
            } catch {
                guard error.mayHaveHappened, error.code != .cancelled, error.method == "POST" else { throw error }
                if let ours = try await ours(bindings) {
                    await perform(&followers, &bindings)
                    return try await awaitEnd(of: ours, operation, &bindings, &patience)
                }
                guard let pause, (try? await clock.sleep(for: .seconds(pause))) != nil else { throw error }
                if let ours = try await ours(bindings) {
                    await perform(&followers, &bindings)
                    return try await awaitEnd(of: ours, operation, &bindings, &patience)
                }
            }
        }
        return .notAttempted
    }

    /// The deployment that this apply has made, in whatever state.
    private func ours(_ bindings: Bindings) async throws(PlatformError) -> ObservedDeployment? {
        guard let label = bindings.rollout else { return nil }
        let (platform, guid) = (platform, bindings.app.guid)
        return try await undisturbed { () async throws(PlatformError) in
            try await platform.deployments(ofApp: guid, rollout: label).last
        }
    }

    func versions(_ processes: [ObservedProcess]) -> [Text: String?] {
        Dictionary(processes.map { ($0.type, $0.version) }) { _, last in last }
    }

    private func patience(for operation: Plan.Operation) -> Patience {
        Patience(seconds: operation.timeout ?? DesiredTask.usualWait, clock: clock)
    }
}

// MARK: - Stopped apps

extension AppApplier {
    static let stoppedMeanwhile = "the app was stopped meanwhile and stays so: it is live at its next start"

    /// Somebody has stopped the app since it was observed.
    func isStopped(_ bindings: Bindings) async throws(PlatformError) -> Bool {
        try await platform.app(bindings.app.guid)?.isStarted == false
    }

    /// Gives a stopped app the new droplet, where there is one, and leaves it stopped.
    private func settleStopped(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        guard let droplet = bindings.newDroplet else { return .inPlace(note: AppApplier.stoppedMeanwhile) }
        let outcome = try await assign(
            droplet.guid,
            Request(
                .assignDroplet,
                path: "/v3/apps/\(bindings.app.guid)/relationships/current_droplet",
                body: ["data": ["guid": .text(Text(droplet.guid))]]
            ),
            operation,
            &bindings
        )
        guard case .applied(nil) = outcome else { return outcome }
        return .applied(note: "\(AppApplier.stoppedMeanwhile); the new droplet was assigned and not deployed")
    }
}
