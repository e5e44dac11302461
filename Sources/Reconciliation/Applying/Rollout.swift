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
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        if let other = try await platform.activeDeployments(ofApp: bindings.app.guid).last { return .postponed(other) }
        var patience = patience(for: operation)
        try await remember(operation, bindings)
        let before = versions(try await platform.processes(ofApp: bindings.app.guid))
        var foreign: String?
        let end = try await sendOnce(on: clock) { () async throws(PlatformError) -> Outcome? in
            let app = try await platform.app(bindings.app.guid)
            // It would start a stopped app: cloud_controller_ng app/actions/app_restart.rb.
            if app?.isStarted == false { return .inPlace(note: AppApplier.stoppedMeanwhile) }
            foreign = await foreignDroplet(in: app, bindings)
            _ = try await platform.send(request)
            return nil
        } orFind: { _ async throws(PlatformError) -> Outcome?? in
            try await hasChanged(before, bindings) ? .some(nil) : nil
        }
        if let end { return end }
        return try await awaitInstances(operation, &bindings, &patience)
            .noting(foreign.map { "it runs with \($0)" })
    }

    /// Writes down that the restart is owed, where no change of this plan has done that.
    private func remember(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) {
        guard !operation.preparing.isEmpty, try await platform.app(bindings.app.guid)?.isStarted != false else {
            return
        }
        let values = bindings.values(for: operation)
        for request in operation.preparing { _ = try await platform.send(request.filled(with: values)) }
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
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        if let other = try await platform.activeDeployments(ofApp: bindings.app.guid).last { return .postponed(other) }
        var patience = patience(for: operation)
        try await remember(operation, bindings)
        var note: String?
        let begun = try await sendOnce(on: clock) { () async throws(PlatformError) -> Begun in
            let app = try await platform.app(bindings.app.guid)
            // It would start a stopped app: cloud_controller_ng app/actions/deployment_create.rb.
            if app?.isStarted == false { return .stopped }
            let verb = bindings.newDroplet == nil ? "it runs with" : "it takes the place of"
            note = await foreignDroplet(in: app, bindings).map { "\(verb) \($0)" } ?? note
            guard case .deployment(let deployment) = try await platform.send(request) else { return .nothing }
            return .deployment(deployment)
        } orFind: { _ async throws(PlatformError) -> Begun? in
            try await ours(bindings).map { .deployment($0) }
        }
        switch begun {
        case .nothing: return .notAttempted
        case .stopped: return try await settleStopped(operation, &bindings)
        case .deployment(let deployment):
            await perform(&followers, &bindings)
            return try await awaitEnd(of: deployment, operation, &bindings, &patience).noting(note)
        }
    }

    /// What came of asking for a deployment.
    private enum Begun {
        case deployment(ObservedDeployment)
        /// Somebody has stopped the app, which a deployment would start.
        case stopped
        case nothing
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

// MARK: - Droplets of others

extension AppApplier {
    /// The droplet that somebody else has made the current one since the app was observed, in words; nil when nobody has.
    func foreignDroplet(in app: ObservedApp?, _ bindings: Bindings) async -> String? {
        guard let current = app?.currentDropletGUID, let known = bindings.app.currentDropletGUID, current != known,
            current != bindings.newDroplet?.guid
        else { return nil }
        let droplet = (try? await platform.droplet(current)) ?? nil
        var image = ""
        if case .value(.text(let text))? = droplet?.fields[.image] { image = ", image `\(text)`" }
        return "droplet \(current)\(image), which somebody has deployed meanwhile"
    }
}

extension Outcome {
    /// With one more thing that was unusual.
    func noting(_ more: String?) -> Outcome {
        guard let more, case .applied(let note) = self else { return self }
        return .applied(note: note.map { "\($0); \(more)" } ?? more)
    }
}

// MARK: - Stopped apps

extension AppApplier {
    static let stoppedMeanwhile = "the app was stopped meanwhile and stays so: it is live at its next start"

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
