import Diagnostics

/// A declared field that came back different from what was asked for.
struct Mismatch {
    let field: DeclaredField
    /// What the server answered; nil when it did not show the field at all.
    let answered: ObservedValue?
}

extension AppApplier {
    /// Compares an answer with what was asked, by the rule that says "in place".
    ///
    /// The server answers 200 to things that it drops. On a droplet or a task the answer can show another writer's
    /// value, so a mismatch is read once more.
    func check(
        _ answer: Answer,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Outcome {
        let fields: ObservedFields
        var isForeign = false
        switch answer {
        case .notSent: return .wouldSend(bindings.fillAll(operation))
        case .app(let answered): fields = answered
        case .deployment, .accepted, .package, .build, .job, .currentDroplet: return .applied(note: nil)
        case .process(let process): fields = process.fields
        case .droplet(let droplet):
            guard mismatch(operation, droplet.fields, bindings) != nil else { return .applied(note: nil) }
            isForeign = true
            fields = try await platform.droplet(droplet.guid)?.fields ?? droplet.fields
        case .task(let task):
            if let pinned = bindings.dropletGUID(pinnedBy: operation), let used = task.dropletGUID, used != pinned {
                return .failed(.otherDroplet(operation, run: task.sequenceID, used: used))
            }
            guard mismatch(operation, task.fields, bindings) != nil else { return .applied(note: nil) }
            isForeign = true
            fields = try await platform.task(task.guid)?.fields ?? task.fields
        }
        guard let mismatch = mismatch(operation, fields, bindings) else { return .applied(note: nil) }
        return .failed(.notTaken(operation, mismatch, isForeign: isForeign))
    }

    /// The first field of the request that the resource does not show as asked.
    func mismatch(_ operation: Plan.Operation, _ fields: ObservedFields, _ bindings: Bindings) -> Mismatch? {
        var context = FieldContext()
        if case .process(let type) = operation.address.part { context = FieldContext(app: bindings.app, type: type) }
        for field in operation.expected {
            switch standing(of: field, in: fields, context: context) {
            case .inPlace, .hidden: break
            case .differs, .notShown: return Mismatch(field: field, answered: fields[field.field])
            }
        }
        return nil
    }
}
