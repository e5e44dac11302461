import Diagnostics

/// Operations that follow right behind the beginning of another one, before its end is waited for.
struct Followers {
    private(set) var operations: [Plan.Operation]
    /// Of those that were attempted, in their order.
    private(set) var outcomes: [Outcome] = []

    init(_ operations: some Sequence<Plan.Operation>) {
        self.operations = Array(operations)
    }

    var next: Plan.Operation? {
        guard !outcomes.contains(where: \.endsApp) else { return nil }
        return operations.dropFirst(outcomes.count).first
    }

    mutating func append(_ outcome: Outcome) { outcomes.append(outcome) }
}

// Process types that a new droplet brings: they are there as soon as it is assigned, which is when a deployment begins
// (`cloud_controller_ng app/actions/deployment_create.rb`, `app_assign_droplet.rb`).
extension AppApplier {
    func perform(_ followers: inout Followers, _ bindings: inout Bindings) async {
        while !Task.isCancelled, let operation = followers.next {
            followers.append(await perform(follower: operation, &bindings))
        }
    }

    /// Finds the process of a type that was brought; false when there is none.
    func bind(_ operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Bool {
        guard case .process(let type) = operation.address.part else { return true }
        if bindings.app.processes.contains(where: { $0.type == type }) { return true }
        guard let process = try await platform.process(ofApp: bindings.app.guid, type: type) else { return false }
        bindings.add(process)
        return true
    }

    /// Makes a process of a new type.
    ///
    /// The server makes an app of a name where it finds none, so the app is looked for right before. Doing it twice changes
    /// nothing.
    func create(process operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        guard case .process(let type) = operation.address.part else { return .notAttempted }
        var isFound = false
        let fault = try await sendOnce(on: clock) { () async throws(PlatformError) -> Diagnostic? in
            // It would take the instances of one that somebody has made meanwhile.
            if let process = try await platform.process(ofApp: bindings.app.guid, type: type) {
                isFound = true
                return mismatch(operation, process.fields, bindings) == nil ? nil : .madeByOthers(operation)
            }
            guard let app = try await platform.app(bindings.app.guid), app.name == bindings.app.name else {
                return .appDeletedOrRenamed(operation)
            }
            guard case .job(let job) = try await platform.send(bindings.fill(operation)) else { return nil }
            return try await self.fault(ofJob: job, operation)
        } orFind: { _ async throws(PlatformError) -> Diagnostic?? in
            guard let process = try await process(type, bindings) else { return nil }
            return mismatch(operation, process.fields, bindings) == nil ? .some(nil) : nil
        }
        if let fault { return .failed(fault) }
        guard let process = try await process(type, bindings) else { return .failed(.typeDidNotCome(operation)) }
        if let mismatch = mismatch(operation, process.fields, bindings) {
            return .failed(.notTaken(operation, mismatch, isForeign: false))
        }
        bindings.add(process)
        return isFound ? .inPlace(note: nil) : .applied(note: nil)
    }

    /// The process of that type as it is now, also when the apply is being interrupted.
    func process(_ type: Text, _ bindings: Bindings) async throws(PlatformError) -> ObservedProcess? {
        let (platform, guid) = (platform, bindings.app.guid)
        return try await undisturbed { () async throws(PlatformError) in
            try await platform.process(ofApp: guid, type: type)
        }
    }

    /// Why the work behind an answer has failed; nil when it is done, or when nobody knows any more.
    private func fault(ofJob guid: String, _ operation: Plan.Operation) async throws(PlatformError) -> Diagnostic? {
        var patience = Patience(seconds: AppApplier.jobSeconds, clock: clock)
        while true {
            let found = try await patience.look { () async throws(PlatformError) in try await platform.job(guid) }
            switch found {
            case .some(nil): return nil
            case .some(.some(let job)):
                switch job.state {
                case .complete: return nil
                case .failed(let messages):
                    var error = PlatformError(.rejected)
                    error.messages = messages
                    return .refused(operation, error)
                case .working: break
                }
            case nil: break
            }
            guard await patience.sleep() else {
                if Task.isCancelled { throw PlatformError(.cancelled) }
                return .jobNotEnded(operation, guid, after: AppApplier.jobSeconds, patience.trouble)
            }
        }
    }

    /// How long the server may work behind an answer.
    private static let jobSeconds = 300

    /// Looks for the declared types in the droplet that was staged, before anything is done with it.
    ///
    /// Nothing is said where the server does not show what it brings.
    func missingType(
        _ rest: ArraySlice<Plan.Operation>,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async -> Diagnostic? {
        let wanted = rest.filter { $0.step == .newProcesses }
        guard !wanted.isEmpty, let droplet = bindings.newDroplet else { return nil }
        // A list hides it.
        let shown = droplet.detectedCommands == nil ? (try? await platform.droplet(droplet.guid)) ?? droplet : droplet
        guard let commands = shown.detectedCommands else { return nil }
        let types = bindings.app.processes.map(\.type)
        for declared in wanted {
            guard case .process(let type) = declared.address.part, commands[type] == nil, !types.contains(type) else {
                continue
            }
            let brought = commands.keys.sorted()
            let all = types + brought.filter { !types.contains($0) }
            return .notBrought(declared.address, type, by: brought, among: all, at: declared.origin)
        }
        return nil
    }
}

extension Plan.Operation {
    /// It is about a process that something else has brought by then.
    var isOfBroughtProcess: Bool { step == .newProcesses && request.kind != .createProcess }

    /// It has brought a new droplet about, now or before.
    func stages(_ outcome: Outcome) -> Bool {
        guard step == .dropletImage else { return false }
        switch outcome {
        case .applied, .inPlace: return true
        case .wouldSend, .postponed, .failed, .notAttempted: return false
        }
    }
}
