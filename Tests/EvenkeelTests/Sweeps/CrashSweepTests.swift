import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Sandbox

/// An apply dies at every request, and the next apply makes up for it.
///
/// Just before a request: the server never executes it. Just after: it has executed it, and the answer never arrives. All of
/// that in process; some dozens of times the binary is killed.
@Suite struct CrashSweepTests {
    struct Crash: Sendable, CustomStringConvertible {
        /// Counted from 1.
        let request: Int
        let moment: Fault.Moment
        var arguments = ["--parallelism", "1"]

        var description: String {
            "request \(request), \(moment == .beforeCommit ? "before" : "after"), \(arguments.joined(separator: " "))"
        }
    }

    struct Outcome: Sendable {
        let crash: Crash
        /// The apply ended before it came to that request.
        var isLate = false
        /// What the killed request was.
        var victim = ""
        var problems: [String] = []
    }

    @Test func `the scenario has at least three operations of every step over at least eight apps`() async throws {
        let stage = try await SweepStage()
        let writes = stage.requests.filter(\.isWrite)

        #expect(writes.count >= 40, "\(writes.count)")
        #expect(stage.after.foreign == stage.before.foreign)
        let store = await stage.beginning.copy(SweepStage.options())
        let plan = await SweepRun(store: store, manifest: Scenario.now).inProcess("plan", "--format", "json")
        let document = try JSONParser.parse(Array(plan.output.utf8))
        let operations = document["plan"]?["operations"]?.list ?? []
        let steps = Dictionary(grouping: operations) { $0["step"]?.text ?? "" }.mapValues(\.count)
        for step in [
            "cancel_tasks", "droplet_image", "droplet_metadata", "app_metadata", "process_settings", "scale",
            "tasks_before_rollout", "rollout", "tasks_after_rollout", "task_metadata",
        ] {
            #expect(steps[step, default: 0] >= 3, "\(step): \(steps)")
        }
        let apps = Set(operations.compactMap { $0["address"]?.text?.split(separator: "/")[2] })
        #expect(apps.count >= 8, "\(apps)")
        for line in stage.after.lines where !line.contains("/tasks/") {
            #expect(line.contains("scanned: clean"), "\(line)")
        }
        // what left the manifest is gone, and what others have put there under the same name is not
        #expect(!stage.after.lines.contains { $0.contains("retired: yes") })
        #expect(stage.after.lines.contains { $0.contains("retired: no") })
    }

    /// Every request, before and after.
    private static func crashes(_ requests: Int) -> [Crash] {
        (1...requests).flatMap { request in Fault.Moment.allCases.map { Crash(request: request, moment: $0) } }
    }

    @Test(.tags(.thorough))
    func `what a death at any request leaves is healed by the next apply, and no task runs twice`() async throws {
        let stage = try await SweepStage()
        let requests = stage.requests
        // with apps side by side no run's requests are like another's
        let crashes =
            Self.crashes(requests.count)
            + stride(from: 1, through: requests.count, by: 8).map {
                Crash(request: $0, moment: .afterCommit, arguments: ["--parallelism", "10"])
            }
        let chosen = Effort.some(24, of: crashes)
        let clock = ContinuousClock()
        let begin = clock.now

        let outcomes = await sideBySide(chosen, limit: 4) { await Self.dying($0, on: stage) }

        let writes = requests.count(where: \.isWrite)
        Self.report("crash sweep", outcomes, "\(requests.count) requests, \(writes) of them writes", clock.now - begin)
    }

    @Test(.tags(.thorough, .binary)) func `so is what a kill of the binary leaves`() async throws {
        let stage = try await SweepStage()
        let undisturbed = await stage.beginning.copy(SweepStage.options())
        let requests = try await SweepStage.served(undisturbed) { run in
            let apply = try await run.start(["--parallelism", "1"]).end()
            try #require(apply.status == 0, "\(apply.output)")
            return await undisturbed.journal()
        }
        let numbers = Effort.spread(Effort.count(2, full: 18), of: Array(1...requests.count))
        var crashes = numbers.flatMap { number in
            Fault.Moment.allCases.map { Crash(request: number, moment: $0) }
        }
        if Effort.isFull {
            crashes += Effort.spread(4, of: numbers).map {
                Crash(request: $0, moment: .afterCommit, arguments: ["--parallelism", "10"])
            }
            // A killed apply leaves its claim, and the next one waits for that: once as long as it usually does.
            let claim = try #require(requests.firstIndex { $0.body?.contains(#"claim."#) ?? false })
            let arguments = ["--parallelism", "1", "--claim-timeout", "90s"]
            crashes.insert(Crash(request: claim + 1, moment: .afterCommit, arguments: arguments), at: 0)
        }
        let clock = ContinuousClock()
        let begin = clock.now

        let outcomes = await sideBySide(crashes, limit: 12) { await Self.killing($0, on: stage) }

        Self.report("crash sweep with the binary", outcomes, "\(requests.count) requests", clock.now - begin)
    }

    private static func report(_ name: String, _ outcomes: [Outcome], _ what: String, _ duration: Duration) {
        let bad = outcomes.filter { !$0.problems.isEmpty }
        print(
            """
            \(name): \(what); \(outcomes.count) cases, \(outcomes.count { !$0.isLate }) of them died; \(bad.count) with \
            problems; \(duration)
            """
        )
        for outcome in bad.prefix(20) {
            Issue.record("\(outcome.crash): \(outcome.victim)\n\(outcome.problems.joined(separator: "\n"))")
        }
        #expect(bad.isEmpty)
        #expect(outcomes.count { $0.isLate } * 20 <= outcomes.count)
    }

    // MARK: - In process

    private static func dying(_ crash: Crash, on stage: SweepStage) async -> Outcome {
        var outcome = Outcome(crash: crash)
        let store = await stage.beginning.copy(SweepStage.options())
        let run = SweepRun(store: store, manifest: Scenario.now)
        let network = DyingTransport(StoreTransport(store), at: crash.request, crash.moment)
        let first = await run.inProcess(["apply", "--yes"] + crash.arguments, over: network)
        outcome.isLate = !network.hasDied
        outcome.victim = "\(first)"
        let healing = await run.inProcess(["apply", "--yes"] + crash.arguments, over: StoreTransport(store))
        if healing.status != 0 { outcome.problems.append("the next apply: \(healing)") }
        let plan = await run.inProcess("plan", "--exit-code")
        if plan.status != 0 { outcome.problems.append("the next plan: \(plan)") }
        outcome.problems += stage.problems(of: await store.finalState(foreign: Scenario.foreignApp))
        return outcome
    }

    // MARK: - With the binary

    private static func killing(_ crash: Crash, on stage: SweepStage) async -> Outcome {
        var outcome = Outcome(crash: crash)
        do {
            try await strike(crash, on: stage, &outcome)
        } catch {
            outcome.problems.append("\(error)")
        }
        return outcome
    }

    private enum Event: Sendable {
        case struck(JournalEntry)
        case ended
    }

    private static func strike(_ crash: Crash, on stage: SweepStage, _ outcome: inout Outcome) async throws {
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let options = SweepStage.options { if $0.isFaulty { continuation.yield(.struck($0)) } }
        let store = await stage.beginning.copy(options)
        await store.addFault(Fault(path: "*", moment: crash.moment, skip: crash.request - 1, times: 1, .never))
        let (victim, healing, plan) = try await SweepStage.served(store) { run in
            let first = try run.start(crash.arguments) {
                continuation.yield(.ended)
                continuation.finish()
            }
            var victim: JournalEntry?
            for await case .struck(let entry) in events {
                victim = entry
                first.kill()
            }
            _ = await first.end()
            let healing = try await run.start(crash.arguments).end()
            return (victim, healing, await run.inProcess("plan", "--exit-code"))
        }
        outcome.isLate = victim == nil
        outcome.victim = victim.map { "\($0.method) \($0.path)" } ?? "none"
        if healing.status != 0 { outcome.problems.append("the next apply: \(healing.status)\n\(healing.output)") }
        if plan.status != 0 { outcome.problems.append("the next plan: \(plan.status)\n\(plan.output)\(plan.error)") }
        outcome.problems += stage.problems(of: await store.finalState(foreign: Scenario.foreignApp))
    }
}
