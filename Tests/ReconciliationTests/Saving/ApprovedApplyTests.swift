import Diagnostics
import Reconciliation
import TestSupport
import Testing

/// What holds for every plan that was saved, read and applied.
@Suite struct ApprovedApplyTests {
    private func apply(
        _ approved: ApprovedPlan,
        on platform: ModelPlatform
    ) async throws -> Reconciler.ApprovedApply {
        try await Reconciler(platform: platform).apply(
            approved,
            on: platform,
            options: ApplyOptions(limits: SafetyLimits(allowsProtected: true)),
            clock: JumpingClock()
        ) { _ in
        }
    }

    @Test func `applying a saved plan is applying the plan, and applying it twice is applying it once`() async throws {
        for seed in PropertyTests.seeds.prefix(500) {
            let example = SavedCase(seed: seed, secretShare: 20)
            let approved = try await example.approved().savedAndRead().unsealed(example.secrets)
            let (direct, saved) = (ModelPlatform(example.observed), ModelPlatform(example.observed))
            let planning = try await example.planning()
            _ = await Reconciler(platform: direct).apply(
                planning,
                of: example.desired,
                on: direct,
                options: ApplyOptions(limits: SafetyLimits(allowsProtected: true)),
                clock: JumpingClock()
            ) { _ in
            }

            let first = try await apply(approved, on: saved)
            let sent = await saved.sent.count
            let second = try await apply(approved, on: saved)

            #expect(first.report.problems.isEmpty, "seed \(seed): \(first.report.problems)")
            let state = unmarked(await saved.state, approved.id)
            if planning.plan.waits.isEmpty { #expect(await state == direct.state, "seed \(seed)") }
            #expect(await saved.sent.count == sent, "seed \(seed)")
            let refused = approved.plan.refusedApps
            let done = approved.plan.operations.filter { !refused.contains($0.address.appending(.app)) }
            #expect(second.report.applied.count == done.count, "seed \(seed): \(second.report)")
        }
    }

    /// The state with markers as an apply of a plan that was not saved writes them.
    private func unmarked(_ state: ObservedState, _ approval: String) -> ObservedState {
        var state = state
        func unmark(_ fields: inout ObservedFields) {
            for case (let field, .value(.text(let text))) in fields {
                let plain = text.string.replacing(",\"plan\":\"\(approval)\"", with: "")
                fields[field] = .value(.text(Text(plain)))
            }
        }
        for space in state.spaces.indices {
            for app in state.spaces[space].apps.indices {
                for process in state.spaces[space].apps[app].processes.indices {
                    unmark(&state.spaces[space].apps[app].processes[process].fields)
                }
                if var droplet = state.spaces[space].apps[app].droplet {
                    unmark(&droplet.fields)
                    state.spaces[space].apps[app].droplet = droplet
                }
                for droplet in state.spaces[space].apps[app].staging.droplets.indices {
                    unmark(&state.spaces[space].apps[app].staging.droplets[droplet].fields)
                }
            }
        }
        return state
    }

    @Test func `whatever moves meanwhile, an apply does what was approved or nothing`() async throws {
        var (stale, performed, skipped) = (0, 0, 0)
        for seed in PropertyTests.seeds.prefix(500) {
            let example = SavedCase(seed: seed)
            let approved = try await example.approved().savedAndRead()
            guard !approved.plan.operations.isEmpty else { continue }
            let platform = ModelPlatform(moved(example.observed, seed: seed))

            let result = try await apply(approved, on: platform)

            #expect(result.report.entries.count == approved.plan.operations.count, "seed \(seed)")
            if result.report.problems.contains(where: { $0.code == .planStale }) {
                #expect(await platform.sent.isEmpty, "seed \(seed)")
                #expect(result.report.notAttempted == approved.plan.operations.count, "seed \(seed)")
                stale += 1
                continue
            }
            performed += 1
            if result.plan.operations.count < approved.plan.operations.count { skipped += 1 }
            for operation in result.plan.operations {
                let match = approved.plan.operations.first {
                    $0.address == operation.address && $0.step == operation.step
                        && ($0.request.path == operation.request.path || operation.action == .wait)
                }
                let wanted = Set((match?.changes ?? []).map { "\($0.field) \($0.before) \($0.after)" })
                let done = Set(operation.changes.map { "\($0.field) \($0.before) \($0.after)" })
                #expect(match != nil, "seed \(seed): \(operation.address)")
                #expect(done.isSubset(of: wanted), "seed \(seed): \(done.subtracting(wanted))")
            }
        }
        print("  \(stale) stale, \(performed) performed, \(skipped) of them in part")
        #expect(stale > 20 && performed > 100 && skipped > 5)
    }

    /// The foundation after other people have worked on it.
    private func moved(_ observed: ObservedState, seed: UInt64) -> ObservedState {
        var random = SeededGenerator(seed: seed &+ 5)
        var state = observed
        for index in state.spaces[0].apps.indices {
            var app = state.spaces[0].apps[index]
            for process in app.processes.indices {
                if random.chance(30) { app.processes[process].version = "v\(seed)" }
                if random.chance(8) {
                    app.processes[process].fields[.instances] = .value(.number(random.pick([0, 2, 9])))
                }
                if random.chance(8) {
                    app.processes[process].fields[.healthCheck(.timeout)] = .value(random.pick([.null, .number(60)]))
                }
                if random.chance(8) {
                    app.processes[process].fields[.label("tier")] = .value(
                        .text(random.pick(["a", "c", "x"] as [Text]))
                    )
                }
            }
            if random.chance(8) { app.fields[.label("team")] = .value(.text(random.pick(["a", "c"] as [Text]))) }
            if random.chance(10) { app.fields[.label("theirs")] = .value(.text("moved")) }
            state.spaces[0].apps[index] = app
        }
        return state
    }
}
