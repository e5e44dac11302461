import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// Many random cases of each property, and proof that each would notice.
@Suite(.tags(.thorough)) struct GuaranteeTests {
    static let seeds = 0..<Effort.count(1000, full: UInt64(10_000))

    /// What was found in a part of the cases.
    private struct Tally: Sendable {
        var features: [String: Int] = [:]
        var complaints: [String] = []
    }

    @Test func `each holds for every case, and the cases cover what matters`() async throws {
        let workers = UInt64(2)
        let tally = try await withThrowingTaskGroup(of: Tally.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    try await Self.check(stride(from: worker, to: Self.seeds.upperBound, by: Int(workers)))
                }
            }
            return try await group.reduce(into: Tally()) { all, part in
                all.features.merge(part.features, uniquingKeysWith: +)
                all.complaints += part.complaints
            }
        }

        for complaint in tally.complaints.prefix(20) { Issue.record("\(complaint)") }
        for property in Property.all { print("  \(Self.seeds.count) cases, seeds \(Self.seeds): \(property)") }
        let total = Self.seeds.count
        for (name, count) in tally.features.sorted(by: { $0.key < $1.key }) {
            print("  \(count * 100 / total) % \(name)")
        }
        // The properties say little about cases that never come up.
        for name in Self.wanted { #expect(tally.features[name, default: 0] * 5 >= total, "\(name)") }
    }

    private static func check(_ seeds: StrideTo<UInt64>) async throws -> Tally {
        var tally = Tally()
        for seed in seeds {
            let trial = Trial(RandomCase.owned(seed: seed))
            for property in Property.all {
                if let complaint = try await property.complaint(trial) {
                    tally.complaints.append("seed \(seed): \(property): \(complaint)")
                }
            }
            for name in features(of: trial) { tally.features[name, default: 0] += 1 }
        }
        return tally
    }

    @Test(arguments: Property.all.filter { $0.rule != nil })
    func `it fails within a thousand cases when its rule is switched off`(_ property: Property) async throws {
        let seed = try await Rule.$broken.withValue(property.rule) {
            for seed in UInt64(0)..<1000 where try await property.complaint(Trial(RandomCase.owned(seed: seed))) != nil
            {
                return seed as UInt64?
            }
            return nil
        }

        let found = try #require(seed)
        print("  noticed with seed \(found): \(property)")
    }

    @Test func `a dry run on a platform that can write would be noticed`() async throws {
        var seed: UInt64 = 0
        while seed < 1000 {
            let trial = Trial(RandomCase.owned(seed: seed))
            let platform = ModelPlatform(trial.example.observed)
            if try await Property.complaint(about: trial, on: platform, sentTo: platform) != nil { return }
            seed += 1
        }
        Issue.record("nothing was sent in \(seed) cases")
    }

    /// Each in a fifth of the cases.
    private static let wanted = [
        "removal", "adoption", "release", "conflict", "foreign key on a declared resource", "hidden command",
        "type change away from http", "task to run", "task to cancel", "task to relabel", "task once per droplet",
        "app with an error", "claim of an apply that died", "record of runs",
    ]

    private static func features(of trial: Trial) -> Set<String> {
        let (plan, diagnostics) = (trial.planning.plan, trial.planning.diagnostics)
        var found: Set<String> = []
        for operation in plan.operations {
            if operation.changes.contains(where: \.isRemoval) { found.insert("removal") }
            if operation.changes.contains(where: \.isImplied) { found.insert("type change away from http") }
            switch operation.action {
            case .adopt: found.insert("adoption")
            case .release: found.insert("release")
            case .run:
                found.insert("task to run")
                if operation.preconditions.contains(where: { $0.name == "droplet.guid" }) {
                    found.insert("task once per droplet")
                }
            case .cancel: found.insert("task to cancel")
            case .update where operation.step == .taskMetadata: found.insert("task to relabel")
            case .update, .wait, .restart: break
            }
        }
        if diagnostics.contains(where: { $0.code == .conflict }) { found.insert("conflict") }
        if !plan.erroneous.isEmpty { found.insert("app with an error") }
        if !plan.unknowns.isEmpty { found.insert("hidden command") }
        let apps = trial.example.observed.spaces[0].apps
        if apps.contains(where: \.hasClaims) { found.insert("claim of an apply that died") }
        if apps.contains(where: \.hasRunRecords) { found.insert("record of runs") }
        if hasForeignKey(trial.example) { found.insert("foreign key on a declared resource") }
        return found
    }

    private static func hasForeignKey(_ example: RandomCase) -> Bool {
        example.desired.spaces[0].apps.contains { declared in
            guard !declared.fields.isEmpty, let app = example.observed.spaces[0].app(named: declared.name) else {
                return false
            }
            return app.fields[.label("theirs")] != nil && !declared.fields.contains { $0.field == .label("theirs") }
        }
    }
}
