import Diagnostics

extension AppApplier {
    /// Makes the new droplet the current one, with the annotation that a restart is owed.
    ///
    /// The annotation names what runs right before: somebody may have restarted the app since the plan was made. A restart
    /// between the two requests cannot be told from one after them, so that the restart is then owed once too often and
    /// never too seldom.
    func assign(_ operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        guard let asked = bindings.newDroplet?.guid else { return .notAttempted }
        let isMarked = !operation.preparing.isEmpty
        if isMarked { bindings.replace(try await platform.processes(ofApp: bindings.app.guid)) }
        let running = versions(bindings.app.processes)
        try await mark(operation, bindings)
        guard case .currentDroplet(let current) = try await platform.send(bindings.fill(operation)) else {
            return .notAttempted
        }
        guard current == asked else { return .failed(.notAssigned(operation, current, asked: asked)) }
        bindings.assignNewDroplet()
        guard isMarked else { return .applied(note: nil) }
        bindings.replace(try await platform.processes(ofApp: bindings.app.guid))
        let now = versions(bindings.app.processes)
        if running.contains(where: { now[$0.key] != $0.value }) { try await mark(operation, bindings) }
        return .applied(note: nil)
    }

    private func mark(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) {
        let values = bindings.values(for: operation)
        for request in operation.preparing { _ = try await platform.send(request.filled(with: values)) }
    }
}
