import Diagnostics
import TestSupport

@testable import Reconciliation

extension RandomCase {
    /// The manager of declared apps that have one.
    static let manager: Text = "team"

    /// A case with managers, with records of what they and others have set, and with more runs and hidden commands.
    static func owned(seed: UInt64) -> RandomCase {
        var example = RandomCase(seed: seed)
        var random = SeededGenerator(seed: seed ^ 0x5eed)
        for index in example.desired.spaces[0].apps.indices where random.chance(80) {
            example.desired.spaces[0].apps[index].manager = Declared(manager, at: place(2))
        }
        for index in example.observed.spaces[0].apps.indices {
            example.observed.spaces[0].apps[index].record(&random, of: example.desired.spaces[0])
        }
        random = SeededGenerator(seed: seed ^ 0xc1a1)
        for index in example.observed.spaces[0].apps.indices {
            example.observed.spaces[0].apps[index].remember(&random, of: example.desired.spaces[0])
        }
        return example
    }
}

extension ObservedApp {
    /// Puts records of managers on the resources of the app.
    fileprivate mutating func record(_ random: inout SeededGenerator, of space: DesiredSpace) {
        let declared = space.apps.first { $0.name == name }
        let guid = guid
        record(&random, in: &fields, declared?.fields ?? [], guid)
        for index in processes.indices {
            let type = processes[index].type
            let wanted = declared?.processes.first { $0.type == type }?.fields ?? []
            record(&random, in: &processes[index].fields, wanted, guid)
            if wanted.contains(where: { $0.field == .command }), random.chance(65) {
                processes[index].fields[.command] = .hidden
            }
        }
        for (number, task) in (declared?.tasks ?? []).enumerated() {
            let isToBeCancelled = task.canceled != nil
            guard isToBeCancelled || (task.run == .once && random.chance(70)) else { continue }
            var run = observedRun(
                task.name,
                10 + number,
                isToBeCancelled ? .running : random.pick([.running, .succeeded]),
                fingerprint: isToBeCancelled ? nil : Fingerprint(of: task, droplet: nil).hex,
                labels: ["team": "before"]
            )
            run.guid = "\(guid)-run-\(number)"
            run.appGUID = guid
            tasks.append(run)
        }
        if var droplet {
            record(&random, in: &droplet.fields, declared?.droplet?.fields ?? [], guid)
            self.droplet = droplet
        }
    }

    private func record(
        _ random: inout SeededGenerator,
        in fields: inout ObservedFields,
        _ declared: [DeclaredField],
        _ guid: String
    ) {
        let ownership = Ownership(of: [:], inApp: guid)
        var ours = OwnershipRecord()
        var theirs = OwnershipRecord()
        let keys = fields.keys.map { OwnershipRecord.Name($0) }.sorted()
        for name in keys {
            guard let field = name.metadataField, case .value(.text(let text)) = fields[field] else { continue }
            if random.chance(35) { ours.entries[name] = ownership.hash(of: .text(random.chance(75) ? text : "before")) }
            // With another value than a declared one it is a conflict.
            let isDeclared = declared.contains { $0.field == field }
            if random.chance(isDeclared ? 11 : 12) { theirs.entries[name] = ownership.hash(of: .text(text)) }
        }
        if random.chance(25) {
            ours.entries[OwnershipRecord.Name(.healthCheck(.timeout))] = ownership.hash(of: .number(60))
        }
        for (manager, record) in [(RandomCase.manager, ours), ("other-team", theirs)] {
            for part in record.annotations(of: manager) ?? [] {
                fields[.annotation(part.key)] = .value(.text(part.text))
            }
        }
    }
}
