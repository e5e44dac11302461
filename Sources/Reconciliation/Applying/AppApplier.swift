import Diagnostics

/// Performs the operations of one app, one after the other.
struct AppApplier: Sendable {
    let context: ApplyContext
    let app: ObservedApp
    /// Whose values are seen.
    let user: String
    let taskGate: Gate
    /// Nil where nothing is looked at before the first write.
    let deployments: DeploymentWatch?

    var platform: any Platform { context.platform }
    var options: ApplyOptions { context.options }
    var clock: any Clock<Duration> { context.clock }
    var stamps: Stamps { context.stamps }
    var progress: Applier.Progress { context.progress }

    /// Ends at the first failure; an operation that the caller is not permitted, or that is about a value that is hidden from
    /// the caller, ends the app before it begins.
    func perform(_ operations: [Plan.Operation]) async -> [Outcome] {
        let forbidden = operations.map { operation in
            operation.needs.map { Outcome.failed(.notPermitted(operation, needs: $0)) } ?? hidden(operation)
        }
        if forbidden.contains(where: { $0 != nil }) {
            for (operation, outcome) in zip(operations, forbidden) {
                if let outcome { await progress(.ended(operation, outcome, .zero)) }
            }
            return forbidden.map { $0 ?? .notAttempted }
        }
        var bindings = Bindings(app, isWriting: platform.canWrite)
        var outcomes: [Outcome] = []
        if let deployment = await deployments?.active(ofApp: app.guid) { outcomes = [.postponed(deployment)] }
        if outcomes.isEmpty, let first = operations.first, let trouble = await troubleOfDeployments(operations) {
            outcomes = [.failed(.refused(first, trouble))]
            await progress(.ended(first, outcomes[0], .zero))
        }
        while let operation = operations.dropFirst(outcomes.count).first {
            if Task.isCancelled || outcomes.contains(where: \.endsApp) || operation.blocked != nil { break }
            let rest = operations.dropFirst(outcomes.count + 1)
            var followers = Followers(rest.prefix { $0.step == .newProcesses })
            var outcome = Outcome.notAttempted
            await progress(.began(operation))
            let duration = await elapsed(on: clock) { outcome = await perform(operation, &bindings, &followers) }
            if operation.stages(outcome), let fault = await missingType(rest, operation, bindings) {
                outcome = .failed(fault)
            }
            if !outcome.isPostponed { await progress(.ended(operation, outcome, duration)) }
            outcomes.append(outcome)
            outcomes += followers.outcomes
        }
        return outcomes + operations.dropFirst(outcomes.count).map { _ in .notAttempted }
    }

    /// Performs an operation that is not waited for by another one, and tells of it.
    func perform(follower operation: Plan.Operation, _ bindings: inout Bindings) async -> Outcome {
        var followers = Followers([])
        var outcome = Outcome.notAttempted
        await progress(.began(operation))
        let duration = await elapsed(on: clock) { outcome = await perform(operation, &bindings, &followers) }
        await progress(.ended(operation, outcome, duration))
        return outcome
    }

    /// Why nobody can tell whether a deployment of the app is in progress, where something is to be done that it forbids.
    private func troubleOfDeployments(_ operations: [Plan.Operation]) async -> PlatformError? {
        guard app.unseen[.deployments] != nil, operations.contains(where: \.needsDeployments) else { return nil }
        return await deployments?.trouble
    }

    /// Nobody sends what he cannot compare; nil where everything is seen.
    private func hidden(_ operation: Plan.Operation) -> Outcome? {
        guard let change = operation.changes.first(where: \.isUnseen) else { return nil }
        let key = operation.expected.first { $0.field == change.field }?.keyOrigin ?? change.origin
        return .failed(.hiddenValue(change.field, operation.address, user: user, as: .error, at: key))
    }

    private func perform(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings,
        _ followers: inout Followers
    ) async -> Outcome {
        let operation = bindings.resolved(operation)
        do {
            if operation.isOfBroughtProcess, platform.canWrite, try await !bind(operation, &bindings) {
                return .failed(.typeDidNotCome(operation))
            }
            if let seconds = operation.readiness, platform.canWrite,
                let outcome = try await obstacle(to: operation, bindings, within: seconds)
            {
                return outcome
            }
            switch operation.request.kind {
            case .patchApp where operation.adoptsRuns:
                return try await adoptRuns(operation, operation.request, bindings)
            case .patchApp, .patchProcess, .patchDroplet, .patchTask: return try await patch(operation, &bindings)
            case .scaleProcess: return try await scale(operation, &bindings)
            case .createTask: return try await create(operation, bindings)
            case .awaitTask: return try await awaitEnd(operation, bindings)
            case .restartApp: return try await restart(operation, &bindings)
            case .createDeployment: return try await deploy(operation, &bindings, &followers)
            case .cancelDeployment, .terminateInstance, .createPackage: return .notAttempted
            case .cancelTask: return try await cancel(operation, bindings)
            case .createProcess: return try await create(process: operation, &bindings)
            case .createBuild, .awaitBuild: return try await stage(operation, &bindings)
            case .takeDroplet: return try await take(operation, &bindings)
            case .assignDroplet: return try await assign(operation, &bindings)
            }
        } catch {
            if let deployment = await deploymentBehind(error, operation, bindings) { return .postponed(deployment) }
            return .failed(.refused(operation, error))
        }
    }

    /// The deployment that makes the server refuse a change of web or of the current droplet; nil when it is no such
    /// refusal (`cloud_controller_ng app/actions/process_update.rb`, `process_scale.rb`, `app_assign_droplet.rb`).
    private func deploymentBehind(
        _ error: PlatformError,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async -> ObservedDeployment? {
        guard error.status == 422 else { return nil }
        switch operation.request.kind {
        case .patchProcess, .scaleProcess: guard operation.address.part == .process("web") else { return nil }
        case .assignDroplet: break
        case .patchApp, .patchDroplet, .createTask, .patchTask, .cancelTask, .awaitTask, .restartApp,
            .createDeployment, .cancelDeployment, .terminateInstance, .createPackage, .createBuild, .awaitBuild,
            .takeDroplet, .createProcess:
            return nil
        }
        // The words of the refusal decide nothing: what is in flight does.
        return try? await platform.activeDeployments(ofApp: bindings.app.guid).last
    }

    /// Does what has to follow a write, also when the apply is being interrupted.
    func undisturbed<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(PlatformError) -> Value
    ) async throws(PlatformError) -> Value {
        // A task of its own is not cancelled with the one that waits for it.
        try await Task { () -> Result<Value, PlatformError> in
            do throws(PlatformError) { return .success(try await body()) } catch { return .failure(error) }
        }.value.get()
    }

    /// A PATCH: repeated by the platform where that is safe, and once more with a new guid after a 404.
    private func patch(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        let answer: Answer
        do {
            answer = try await platform.send(bindings.fill(operation))
        } catch {
            guard error.status == 404, try await resolveAgain(operation, &bindings) else { throw error }
            answer = try await platform.send(bindings.fill(operation))
        }
        let note = try await remark(answer, operation, &bindings)
        let outcome = try await check(answer, operation, bindings)
        return outcome == .applied(note: nil) ? .applied(note: note) : outcome
    }

    /// A scale that was answered with a 5xx may be committed: the process is read before it is sent again.
    private func scale(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        try await sendOnce(on: clock) { () async throws(PlatformError) in
            try await patch(operation, &bindings)
        } orFind: { error async throws(PlatformError) in
            guard case .process(let type) = operation.address.part else { throw error }
            let process = try await process(type, bindings)
            guard let process, mismatch(operation, process.fields, bindings) == nil else { return nil }
            _ = try await remark(.process(process), operation, &bindings)
            return .applied(note: "the answer was lost or was an error, but it has happened")
        }
    }

    /// A task that has ended, is ending or is gone needs no cancelling.
    private func cancel(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) -> Outcome {
        let request = bindings.fill(operation)
        if platform.canWrite, !operation.preparing.isEmpty { try await recordCancel(operation, bindings) }
        return try await sendOnce(on: clock) { error in
            (error.mayHaveHappened || error.status == 404 || error.status == 422) && error.code != .cancelled
        } _: { () async throws(PlatformError) -> Outcome in
            guard case .task(let task) = try await platform.send(request) else {
                return .wouldSend(bindings.fillAll(operation))
            }
            return .applied(note: task.state.isTerminal ? "it had ended by itself" : nil)
        } orFind: { error async throws(PlatformError) in
            guard let task = try await bindings.task(of: operation, platform) else {
                return .inPlace(note: "the run is gone")
            }
            if task.state == .canceling || task.state.isTerminal {
                return .inPlace(note: "the run is \(task.state.rawValue)")
            }
            if error.status == 422 { throw error }
            return nil
        }
    }

    /// After a 404: a deployment has replaced the process, or a push the droplet.
    ///
    /// False when nothing new is found.
    private func resolveAgain(
        _ operation: Plan.Operation,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Bool {
        switch operation.address.part {
        case .process(let type):
            guard let process = try await platform.process(ofApp: bindings.app.guid, type: type) else { return false }
            return bindings.replace(process)
        case .droplet:
            guard !bindings.isRestaging else { return false }
            guard let droplet = try await platform.currentDroplet(ofApp: bindings.app.guid) else { return false }
            return bindings.replace(droplet)
        case .app, .task: return false
        }
    }
}

/// How long the work took by that clock.
private func elapsed<C: Clock<Duration>>(on clock: C, _ work: () async -> Void) async -> Duration {
    let start = clock.now
    await work()
    return start.duration(to: clock.now)
}

extension Plan.Operation {
    /// During a deployment the server refuses it, or takes it and loses it.
    fileprivate var needsDeployments: Bool {
        switch request.kind {
        case .patchProcess, .scaleProcess, .patchDroplet, .createDeployment, .restartApp, .assignDroplet,
            .createProcess:
            true
        case .patchApp, .createTask, .patchTask, .cancelTask, .awaitTask, .cancelDeployment, .terminateInstance,
            .createPackage, .createBuild, .awaitBuild, .takeDroplet:
            false
        }
    }
}
