import Diagnostics
import Testing

@testable import Reconciliation

/// Ten thousand random cases of each property, and proof that each would notice.
@Suite struct GuaranteeTests {
    static let seeds = 0..<UInt64(10_000)

    @Test(arguments: Property.all)
    func `it holds for every case`(_ property: Property) async throws {
        for seed in Self.seeds {
            guard let complaint = try await property.complaint(RandomCase.owned(seed: seed)) else { continue }
            Issue.record("seed \(seed): \(complaint)")
            return
        }
        print("  \(Self.seeds.count) cases, seeds \(Self.seeds): \(property)")
    }

    #if DEBUG
    @Test(arguments: Property.all.filter { $0.rule != nil })
    func `it fails within a thousand cases when its rule is switched off`(_ property: Property) async throws {
        let seed = try await Rule.$broken.withValue(property.rule) {
            for seed in UInt64(0)..<1000 where try await property.complaint(RandomCase.owned(seed: seed)) != nil {
                return seed as UInt64?
            }
            return nil
        }

        let found = try #require(seed)
        print("  noticed with seed \(found): \(property)")
    }
    #endif

    @Test func `a dry run on a platform that can write would be noticed`() async throws {
        var seed: UInt64 = 0
        while seed < 1000 {
            let example = RandomCase.owned(seed: seed)
            let platform = ModelPlatform(example.observed)
            if try await Property.complaint(about: example, on: platform, sentTo: platform) != nil { return }
            seed += 1
        }
        Issue.record("nothing was sent in \(seed) cases")
    }

    /// The properties say little about cases that never come up.
    @Test func `the cases cover what matters`() {
        var counts: [String: Int] = [:]
        for seed in Self.seeds {
            for name in Self.features(of: RandomCase.owned(seed: seed)) { counts[name, default: 0] += 1 }
        }

        let total = Self.seeds.count
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(count * 100 / total) % \(name)") }
        for name in Self.wanted { #expect(counts[name, default: 0] * 5 >= total, "\(name)") }
    }

    /// Each in a fifth of the cases.
    private static let wanted = [
        "removal", "adoption", "release", "conflict", "foreign key on a declared resource", "hidden command",
        "type change away from http", "task to run", "task to cancel", "task to relabel", "task once per droplet",
        "app with an error",
    ]

    private static func features(of example: RandomCase) -> Set<String> {
        let (plan, diagnostics) = plan(example.desired, against: example.observed)
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
        if hasForeignKey(example) { found.insert("foreign key on a declared resource") }
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
