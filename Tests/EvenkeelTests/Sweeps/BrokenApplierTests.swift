import Testing

@testable import Reconciliation
@testable import Sandbox

/// The sweeps can fail: an applier that forgets which restarts are owed is noticed.
@Suite struct BrokenApplierTests {
    /// Trouble at the requests that restart an app or deploy it.
    private static func disturbances(_ stage: SweepStage) -> [FaultSweepTests.Disturbance] {
        stage.requests.filter { $0.text.hasSuffix("/actions/restart") || $0.text == "POST /v3/deployments" }
            .map { FaultSweepTests.Disturbance(trouble: .serverError, requests: [$0]) }
    }

    @Test func `the fault sweep notices a restart that is forgotten`() async throws {
        let stage = try await SweepStage()
        let disturbances = Self.disturbances(stage)
        try #require(disturbances.count >= 3)

        for disturbance in disturbances {
            let sound = await FaultSweepTests.run(disturbance, on: stage)
            let broken = await Rule.$broken.withValue(.remembersRestarts) {
                await FaultSweepTests.run(disturbance, on: stage)
            }

            #expect(sound.problems.isEmpty, "\(sound.problems)")
            #expect(!broken.problems.isEmpty, "\(disturbance)")
        }
    }

    @Test func `so does the crash sweep`() async throws {
        let stage = try await SweepStage()
        for disturbance in Self.disturbances(stage) {
            let request = try #require(disturbance.requests.first)
            let sound = try await Self.crash(at: request, on: stage)
            let broken = try await Rule.$broken.withValue(.remembersRestarts) {
                try await Self.crash(at: request, on: stage)
            }

            #expect(sound.isEmpty, "\(sound)")
            #expect(!broken.isEmpty, "\(request)")
        }
    }

    /// An apply that dies just before a request, and the next one; as the crash sweep does it.
    private static func crash(at request: RequestIdentity, on stage: SweepStage) async throws -> [String] {
        let store = await stage.beginning.copy(SweepStage.options())
        let run = SweepRun(store: store, manifest: Scenario.now)
        let place = try #require(stage.requests.firstIndex(of: request))
        let network = DyingTransport(StoreTransport(store), at: place + 1, .beforeCommit)
        _ = await run.inProcess(["apply", "--yes"], over: network)
        let healing = await run.inProcess("apply", "--yes")
        let plan = await run.inProcess("plan", "--exit-code")
        var problems = stage.problems(of: await store.finalState(foreign: Scenario.foreignApp))
        if healing.status != 0 { problems.append("the next apply: \(healing)") }
        if plan.status != 0 { problems.append("the next plan: \(plan)") }
        return problems
    }
}
