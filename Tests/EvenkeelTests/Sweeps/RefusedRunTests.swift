import Diagnostics
import TestSupport
import Testing

@testable import Sandbox

/// The runtime refuses a run, and the server keeps its row as FAILED (`cloud_controller_ng app/actions/task_create.rb`).
@Suite(.tags(.thorough)) struct RefusedRunTests {
    struct Refusal: Sendable, CustomStringConvertible {
        let request: RequestIdentity
        let mode: RuntimeState.Mode

        var description: String { "\(request), runtime \(mode.rawValue)" }

        func network(_ store: Store) -> StrikingTransport {
            StrikingTransport(store, strikes: [request: Fault(path: "*", .runtime(mode))])
        }
    }

    private static func refusals(of stage: SweepStage) -> [Refusal] {
        stage.requests.filter(\.isTaskCreation).flatMap { request in
            [RuntimeState.Mode.down, .refusing].map { Refusal(request: request, mode: $0) }
        }
    }

    @Test func `a refused run stays one row, is reported by the next apply and not created again`() async throws {
        let stage = try await SweepStage()
        // Of a refusal that is certain nothing is counted.
        let refusals = Self.refusals(of: stage).filter { $0.mode == .down }

        let problems = await sideBySide(Effort.some(4, of: refusals), limit: 4) { refusal in
            let store = await stage.beginning.copy(SweepStage.options())
            let run = SweepRun(store: store, manifest: Scenario.now)
            var problems: [String] = []
            let first = await run.inProcess("apply", "--yes", over: refusal.network(store))
            if first.status == 0 { problems.append("the apply says nothing: \(first)") }
            let second = await run.inProcess("apply", "--yes")
            if second.status != 5 { problems.append("the next apply: \(second)") }
            let state = await store.finalState(foreign: Scenario.foreignApp)
            for (row, count) in state.runs where count != 1 { problems.append("\(count) rows of \(row)") }
            let others = Set(state.runs.keys).subtracting(stage.after.runs.keys)
            if !others.isEmpty { problems.append("further attempts: \(others)") }
            if state.foreign != stage.before.foreign { problems.append("the foreign app was touched") }
            await store.clearJournal()
            let third = await run.inProcess("apply", "--yes")
            if third.status != 5 { problems.append("the apply after it: \(third)") }
            let writes = await store.journal().filter(\.isWrite).map(\.path)
            if !writes.isEmpty { problems.append("it writes \(writes)") }
            return problems.map { "\(refusal): \($0)" }
        }

        report("refused runs", problems)
        #expect(refusals.count >= 6)
    }

    @Test func `a run that the platform certainly refused is no run, and made by the next apply`() async throws {
        let cases = try await healing(Scenario.now, of: [.refusing], first: 5, named: "certainly refused runs")
        #expect(cases >= 6)
    }

    @Test func `with a retry the end is that of the undisturbed apply`() async throws {
        let cases = try await healing(
            Scenario.nowWithRetries,
            of: [.down, .refusing],
            named: "refused runs with a retry"
        )
        #expect(cases >= 12)
    }

    /// Two applies, the first of which meets a refusal, end as an undisturbed one; the number of refusals.
    ///
    /// - Parameter first: the exit status of the first apply; nil for any.
    private func healing(
        _ manifest: String,
        of modes: [RuntimeState.Mode],
        first status: Int32? = nil,
        named name: String
    ) async throws -> Int {
        let stage = try await SweepStage(manifest)
        let refusals = Self.refusals(of: stage).filter { modes.contains($0.mode) }

        let problems = await sideBySide(Effort.some(4, of: refusals), limit: 4) { refusal in
            let store = await stage.beginning.copy(SweepStage.options())
            let run = SweepRun(store: store, manifest: manifest)
            let first = await run.inProcess("apply", "--yes", over: refusal.network(store))
            let second = await run.inProcess("apply", "--yes")
            let plan = await run.inProcess("plan", "--exit-code")
            let state = await store.finalState(foreign: Scenario.foreignApp).withoutRefusedAttempts
            let differences = state.differences(from: stage.after)
            let isExpected = status.map { first.status == $0 } ?? true
            let isGood = isExpected && second.status == 0 && plan.status == 0 && differences.isEmpty
            return isGood ? [] : ["\(refusal)"] + differences + ["\(first)", "\(second)", "\(plan)"]
        }

        report(name, problems)
        return refusals.count
    }

    private func report(_ name: String, _ problems: [[String]]) {
        print("\(name): \(problems.count) cases, \(problems.count { !$0.isEmpty }) with problems")
        for problem in problems.joined().prefix(20) { Issue.record("\(problem)") }
    }
}

extension FoundationState {
    /// As if the attempts that the runtime refused had never been made.
    fileprivate var withoutRefusedAttempts: FoundationState {
        let kept = lines.filter { !$0.contains("Unable to request task to be run") }
        return FoundationState(
            lines: kept.map {
                $0.replacing("evenkeel.dev/attempt: 2", with: "evenkeel.dev/attempt: 1")
                    .replacing(#""n":2"#, with: #""n":1"#)
                    .replacing(#/,\{[^{}]*"REFUSED"[^{}]*\}|\{[^{}]*"REFUSED"[^{}]*\},?/#, with: "")
            },
            foreign: foreign,
            runs: runs
        )
    }
}
