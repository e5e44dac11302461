import Diagnostics
import TestSupport

@testable import Reconciliation

/// Something that holds for every set of declarations and every foundation.
struct Property: Sendable, CustomStringConvertible {
    let description: String
    /// The rule that it guards; nil where it holds by construction and a test of its own shows that it bites.
    let rule: Rule?
    /// What is wrong with the case; nil when nothing is.
    let complaint: @Sendable (Trial) async throws -> String?

    static let all = [
        appliedPlanIsEmpty, secondApplySendsNothing, dryRunSendsNothing, foreignIsLeftAlone, changedIsLeftAlone,
        sharedIsLeftAlone, orderIsKept, equalInputGivesEqualPlan,
    ]

    static let appliedPlanIsEmpty = Property(
        description: "a plan after an apply has no operations",
        rule: .comparesFirst
    ) { trial in
        let applied = try await trial.applied()
        let failures = applied.first.diagnostics.filter { $0.code != .hiddenValue }
        if !failures.isEmpty { return "the apply fails: \(failures)" }
        let missing = applied.first.entries.filter { $0.outcome == .notAttempted }.map(\.operation.address)
        let refused = applied.again.plan.refusedApps
        if !missing.allSatisfy({ refused.contains($0.appending(.app)) }) { return "\(missing) are not attempted" }
        let left = applied.again.plan.operations.filter { !refused.contains($0.address.appending(.app)) }
        return left.isEmpty ? nil : "left to do: \(left.map(\.request))"
    }

    static let secondApplySendsNothing = Property(
        description: "applying twice is applying once",
        rule: .leavesBandsAlone
    ) { trial in
        let applied = try await trial.applied()
        let platform = applied.platform
        let (count, state) = (await platform.sent.count, await platform.state)
        _ = await trial.apply(applied.again, on: platform)
        let more = await platform.sent.dropFirst(count)
        if !more.isEmpty { return "the second apply sends \(more)" }
        return await platform.state == state ? nil : "the second apply changes something"
    }

    static let dryRunSendsNothing = Property(description: "a dry run sends nothing", rule: nil) { trial in
        let platform = ModelPlatform(trial.example.observed)
        return try await complaint(about: trial, on: DryRunPlatform(reading: platform), sentTo: platform)
    }

    /// What a run on that platform sends.
    static func complaint(
        about trial: Trial,
        on platform: any Platform,
        sentTo model: ModelPlatform
    ) async throws -> String? {
        _ = await trial.apply(trial.planning, on: platform)
        let sent = await model.sent
        return sent.isEmpty ? nil : "sends \(sent)"
    }

    static let foreignIsLeftAlone = Property(
        description: "fields and keys that are neither declared nor recorded are never touched",
        rule: .removesRecordedKeysOnly
    ) { trial in
        let example = trial.example
        for (operation, path, value) in touched(by: trial) where !isDeclared(path, operation, in: example) {
            guard let key = metadataKey(path) else { return "\(operation.address) sends \(path)" }
            let record = ownRecord(operation.address, in: example)
            if record?.entries[key] == nil { return "\(operation.address) removes \(path), which is not recorded" }
            if value != .null { return "\(operation.address) sets \(path)" }
        }
        return nil
    }

    static let changedIsLeftAlone = Property(
        description: "what is removed is still as it was set",
        rule: .removesUnchangedKeysOnly
    ) { trial in
        let example = trial.example
        for (operation, path, _) in touched(by: trial) where !isDeclared(path, operation, in: example) {
            guard let key = metadataKey(path), let field = key.metadataField else { continue }
            let (fields, guid) = observed(operation.address, in: example)
            guard case .value(.text(let text)) = fields[field] else { return "\(operation.address) removes nothing" }
            let hash = Ownership(of: [:], inApp: guid).hash(of: .text(text))
            if ownRecord(operation.address, in: example)?.entries[key] != hash {
                return "\(operation.address) removes \(path), which somebody has changed"
            }
        }
        return nil
    }

    static let sharedIsLeftAlone = Property(
        description: "what another manager holds, too, is not removed",
        rule: .removesUnsharedKeysOnly
    ) { trial in
        let example = trial.example
        for (operation, path, _) in touched(by: trial) where !isDeclared(path, operation, in: example) {
            guard let key = metadataKey(path) else { continue }
            let (fields, guid) = observed(operation.address, in: example)
            let holders = Ownership(of: fields, inApp: guid).others(than: RandomCase.manager, holding: key)
            if !holders.isEmpty { return "\(operation.address) removes \(path), which \(holders) hold" }
        }
        return nil
    }

    static let orderIsKept = Property(description: "operations keep the order of the table", rule: .ordersOperations) {
        trial in
        let operations = trial.planning.plan.operations
        for (before, after) in zip(operations, operations.dropFirst()) {
            if before.address.app == after.address.app, before.step.rank > after.step.rank {
                return "\(after.step) of \(after.address) comes after \(before.step)"
            }
        }
        return nil
    }

    static let equalInputGivesEqualPlan = Property(description: "equal input gives an equal plan", rule: .ordersApps) {
        trial in
        var shuffled = trial.example
        var random = SeededGenerator(seed: 7)
        shuffled.observed.spaces[0].apps.shuffle(using: &random)
        shuffled.desired.spaces[0].apps.shuffle(using: &random)
        let other = plan(shuffled.desired, against: shuffled.observed).plan
        return trial.planning.plan == other ? nil : "the plans differ"
    }
}

extension Plan {
    /// Apps with a declared value that is hidden from whoever applies: nothing of them is done.
    var refusedApps: Set<Address> { Set(unknowns.map { $0.address.appending(.app) }) }
}

// MARK: - What a plan touches

extension Property {
    /// The leaves of every body that would be sent to change something that exists; our own annotations are left out.
    private static func touched(by trial: Trial) -> [(Plan.Operation, path: [Text], value: JSON)] {
        trial.planning.plan.operations
            .filter { [.patchApp, .patchProcess, .scaleProcess, .patchDroplet, .patchTask].contains($0.request.kind) }
            .flatMap { operation in
                leaves(of: operation.request.body ?? .null).filter { leaf in
                    !(leaf.path.last?.string.hasPrefix("evenkeel.dev/") ?? false)
                }
                .map { (operation, $0.path, $0.value) }
            }
    }

    private static func leaves(of json: JSON, below path: [Text] = []) -> [(path: [Text], value: JSON)] {
        guard let members = json.members, !members.isEmpty else { return path.isEmpty ? [] : [(path, json)] }
        return members.flatMap { leaves(of: $0.value, below: path + [$0.name]) }
    }

    private static func metadataKey(_ path: [Text]) -> OwnershipRecord.Name? {
        guard path.count == 3, path[0] == "metadata" else { return nil }
        return path[1] == "labels" ? .init(.labels, path[2]) : .init(.annotations, path[2])
    }

    private static func isDeclared(_ path: [Text], _ operation: Plan.Operation, in example: RandomCase) -> Bool {
        guard let app = example.desired.apps.map(\.app).first(where: { $0.name == operation.address.app }) else {
            return false
        }
        let fields: [DeclaredField] =
            switch operation.address.part {
            case .app: app.fields
            case .droplet: app.droplet?.fields ?? []
            case .process(let type): app.processes.first { $0.type == type }?.fields ?? []
            case .task(let name): app.tasks.first { $0.name == name }?.fields ?? []
            }
        return fields.contains { $0.field.definition.path.map { Text($0) } == path }
    }

    /// What was observed of the resource, and the guid of its app.
    private static func observed(_ address: Address, in example: RandomCase) -> (ObservedFields, String) {
        guard let app = example.observed.spaces[0].app(named: address.app) else { return ([:], "") }
        switch address.part {
        case .app: return (app.fields, app.guid)
        case .droplet: return (app.droplet?.fields ?? [:], app.guid)
        case .process(let type): return (app.processes.first { $0.type == type }?.fields ?? [:], app.guid)
        case .task: return ([:], app.guid)
        }
    }

    private static func ownRecord(_ address: Address, in example: RandomCase) -> OwnershipRecord? {
        let (fields, guid) = observed(address, in: example)
        return Ownership(of: fields, inApp: guid).records[RandomCase.manager]
    }
}
