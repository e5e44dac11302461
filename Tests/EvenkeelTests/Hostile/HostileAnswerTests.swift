import CloudController
import Foundation
import TestSupport
import Testing

@testable import Sandbox
@testable import evenkeel

/// A server that answers nonsense, a hundred thousand times where that is asked for: each command ends, with a clear error where it
/// could not do its work.
@Suite struct HostileAnswerTests {
    struct Tally: Sendable {
        var commands = 0
        var changedAnswers = 0
        /// How often a command ended with a status.
        var statuses: [Int32: Int] = [:]
        var problems: [String] = []

        static func add(_ left: inout Tally, _ right: Tally) {
            left.commands += right.commands
            left.changedAnswers += right.changedAnswers
            left.statuses.merge(right.statuses, uniquingKeysWith: +)
            left.problems += right.problems.prefix(20)
        }
    }

    /// The foundation, and what it answers to reads.
    struct Ground: Sendable {
        let store: Store
        let reads: RememberingTransport
        let manifest: String
        let token: String
    }

    /// What reads only goes on the same foundation over and over; an apply gets one of its own.
    private static let commands = [
        ["plan"], ["plan", "--format", "json"], ["plan", "--leftovers"], ["status"], ["plan", "--format", "markdown"],
        ["apply", "--yes"],
    ]

    @Test(.tags(.thorough), .timeLimit(.minutes(60)))
    func `whatever the server answers, a command ends and says what is wrong`() async throws {
        let cases = HostileCases("answers", count: Effort.count(1000, full: 3000))
        let ground = try await Self.ground()
        let clock = ContinuousClock()
        let begin = clock.now

        let tally = await cases.run(from: Tally(), adding: Tally.add) { number, random in
            await Self.command(on: ground, number, &random)
        }

        let statuses = tally.statuses.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }
        print(
            """
            hostile answers: \(tally.changedAnswers) changed answers in \(tally.commands) commands from seed \(cases.seed), ended \
            \(statuses.joined(separator: ", ")); \(tally.problems.count) problems; \(clock.now - begin)
            """
        )
        for problem in tally.problems.prefix(20) { Issue.record("seed \(cases.seed), \(problem)") }
        if tally.commands >= 1000 {
            #expect(tally.changedAnswers > tally.commands)
            #expect(tally.statuses[0, default: 0] > tally.commands / 20)
            #expect(tally.statuses[1, default: 0] > tally.commands / 4)
        }
    }

    /// A foundation with records, runs and claims of an earlier apply.
    private static func ground() async throws -> Ground {
        let store = Store(seed: Scenario.seed, options: SweepStage.options())
        let earlier = await SweepRun(store: store, manifest: small(Scenario.earlier)).inProcess("apply", "--yes")
        try #require(earlier.status == 0, "\(earlier)")
        let token = try #require(await store.accessToken(for: Scenario.user))
        let reads = RememberingTransport(StoreTransport(store))
        return Ground(store: store, reads: reads, manifest: small(Scenario.now), token: token)
    }

    /// The manifest with two of its apps.
    private static func small(_ manifest: String) -> String {
        manifest.replacing(#/(?m)^  (borealis|cumulus|delta|echo|fenix|gemini):[^\n]*\n(    .*\n)*/#, with: "")
    }

    private static func command(on ground: Ground, _ number: Int, _ random: inout SeededGenerator) async -> Tally {
        let arguments = random.pick(commands)
        let isApply = arguments[0] == "apply"
        let store = isApply ? await ground.store.copy(SweepStage.options()) : ground.store
        let source: any HTTPTransport = isApply ? StoreTransport(store) : ground.reads
        let network = HostileTransport(source, chance: random.pick([10, 25, 50, 90]), random: random)
        let run = await SweepRun(store: store, manifest: ground.manifest).inProcess(arguments, over: network)
        var tally = Tally()
        tally.commands = 1
        tally.changedAnswers = network.changed
        tally.statuses[run.status] = 1
        tally.problems = problems(of: run, ground, network).map {
            "case \(number), \(arguments.joined(separator: " ")): \($0)"
        }
        return tally
    }

    private static func problems(of run: Run, _ ground: Ground, _ network: HostileTransport) -> [String] {
        var problems: [String] = []
        if network.isEndless { problems.append("it does not end") }
        if !(0...5).contains(run.status) { problems.append("status \(run.status): \(run.error)") }
        if [1, 3, 4].contains(run.status), !run.error.contains("error[") { problems.append("no error: \(run)") }
        let written = run.output + run.error
        if let scalar = written.unicodeScalars.first(where: \.isUnfitForTerminals) {
            problems.append("U+\(String(scalar.value, radix: 16)) reaches the terminal")
        }
        if written.contains(ground.token) { problems.append("the token is shown") }
        return problems
    }
}
