import Diagnostics

extension AppApplier {
    static let startedMeanwhile = "somebody started the app meanwhile, before this: a restart is owed"

    /// Makes the new droplet the current one, with the annotation that a restart is owed where the app runs.
    func assign(_ operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        guard let asked = bindings.newDroplet?.guid else { return .notAttempted }
        let foreign = await foreignDroplet(in: try await platform.app(bindings.app.guid), bindings)
        return try await assign(asked, bindings.fill(operation), operation, &bindings)
            .noting(foreign.map { "it takes the place of \($0)" })
    }

    /// The annotation names what runs right before.
    ///
    /// Somebody may have restarted the app since the plan was made, or started
    /// one that was stopped, which the version of a process tells. A restart or start between the two requests cannot be told
    /// from one after them, so that the restart is then owed once too often and never too seldom.
    func assign(
        _ asked: String,
        _ request: Request,
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        bindings.replace(try await platform.processes(ofApp: bindings.app.guid))
        let running = versions(bindings.app.processes)
        let isPlanned = !operation.preparing.isEmpty
        var isMarked = isPlanned || bindings.hasAnotherVersion(bindings.app.processes)
        if isMarked { try await mark(operation, bindings) }
        guard case .currentDroplet(let current) = try await platform.send(request) else { return .notAttempted }
        guard current == asked else { return .failed(.notAssigned(operation, current, asked: asked)) }
        bindings.assignNewDroplet()
        bindings.replace(try await platform.processes(ofApp: bindings.app.guid))
        let now = versions(bindings.app.processes)
        if running.contains(where: { now[$0.key] != $0.value }) {
            isMarked = true
            try await mark(operation, bindings)
        }
        return .applied(note: isMarked && !isPlanned ? AppApplier.startedMeanwhile : nil)
    }

    private func mark(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) {
        let values = bindings.values(for: operation)
        guard operation.preparing.isEmpty else {
            for request in operation.preparing { _ = try await platform.send(request.filled(with: values)) }
            return
        }
        let marker = JSON.Member(RestartMarker.key, RestartMarker.ofAssignment(bindings.app.processes))
        try await annotate(.patchDroplet, "/v3/droplets/{droplet.guid}", marker, values)
    }

    private func annotate(
        _ kind: Request.Kind,
        _ path: String,
        _ marker: JSON.Member,
        _ values: [String: String]
    ) async throws(PlatformError) {
        let body: JSON = ["metadata": ["annotations": .object([marker])]]
        _ = try await platform.send(Request(kind, path: path, body: body).filled(with: values))
    }

    /// Somebody restarted or started the app between observing it and the PATCH: the new settings are not live in what
    /// runs, so the marker is written again, or for the first time, for the version that runs now.
    ///
    /// - Returns: What is worth telling about it.
    func remark(
        _ answer: Answer,
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> String? {
        switch answer {
        case .process(let process) where operation.marksRestart:
            let known = bindings.app.processes.first { $0.type == process.type }
            guard let known, known.version != process.version || known.guid != process.guid else { return nil }
            bindings.update(process)
            guard let body = operation.request.body?["metadata"]?["annotations"]?[RestartMarker.key] else { return nil }
            let marker = JSON.Member(RestartMarker.key, body)
            try await annotate(.patchProcess, operation.request.path, marker, bindings.values(for: operation))
            return nil
        case .process(let process) where operation.effect == .atStart:
            guard bindings.hasAnotherVersion([process]) else { return nil }
            bindings.update(process)
            let names = operation.changes.filter { !$0.isImplied && !$0.field.definition.isLiveAtOnce }
                .map(\.field.definition.name)
            let earlier = (RestartMarker.owed(by: process) ?? []).filter { !names.contains($0) }
            let marker = JSON.Member(RestartMarker.key, RestartMarker.ofProcess(earlier + names))
            let path = "/v3/processes/{process.guid}"
            try await annotate(.patchProcess, path, marker, bindings.values(for: operation))
            return AppApplier.startedMeanwhile
        case .droplet where operation.step == .dropletImage:
            let processes = try await platform.processes(ofApp: bindings.app.guid)
            guard bindings.hasAnotherVersion(processes) else { return nil }
            bindings.replace(processes)
            let owed = options.approval.map { RestartMarker.marked(RestartMarker.ofDroplet(processes), by: $0) }
            let marker = JSON.Member(RestartMarker.key, owed ?? RestartMarker.ofDroplet(processes))
            try await annotate(.patchDroplet, "/v3/droplets/{droplet.guid}", marker, bindings.values(for: operation))
            return operation.marksRestart ? nil : AppApplier.startedMeanwhile
        case .app, .process, .droplet, .task, .deployment, .accepted, .package, .build, .job, .currentDroplet, .notSent:
            return nil
        }
    }
}
