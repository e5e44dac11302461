import TestSupport

@testable import Reconciliation

/// One random case with what several properties look at, each made once.
final class Trial {
    /// An apply, and the plan that is made after it.
    struct Applied {
        let platform: ModelPlatform
        let first: ApplyReport
        let again: Reconciler.Planning
    }

    let example: RandomCase
    private(set) lazy var planning: Reconciler.Planning = {
        let (plan, diagnostics) = plan(example.desired, against: example.observed)
        return Reconciler.Planning(plan: plan, observed: example.observed, diagnostics: diagnostics)
    }()
    private var known: Applied?

    init(_ example: RandomCase) {
        self.example = example
    }

    func applied() async throws -> Applied {
        if let known { return known }
        let platform = ModelPlatform(example.observed)
        let first = await apply(try await Reconciler(platform: platform).plan(example.desired), on: platform)
        let again = try await Reconciler(platform: platform).plan(example.desired)
        let applied = Applied(platform: platform, first: first, again: again)
        known = applied
        return applied
    }

    func apply(_ planning: Reconciler.Planning, on platform: any Platform) async -> ApplyReport {
        await Reconciler(platform: platform).apply(
            planning,
            of: example.desired,
            on: platform,
            options: ApplyOptions(limits: SafetyLimits(maxChanges: .percent(100), allowsProtected: true)),
            clock: JumpingClock()
        ) { _ in }
    }
}
