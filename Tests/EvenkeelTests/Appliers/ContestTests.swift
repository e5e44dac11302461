import Diagnostics
import Reconciliation
import TestSupport
import Testing

/// Several pipelines that apply the same manifests at once: every declared run is started exactly once.
@Suite(.tags(.thorough)) struct ContestTests {
    static let rounds = Effort.count(5, full: UInt64(100))
    static let roundsOfTwo = Effort.count(2, full: UInt64(40))
    static let roundsWithoutClaims = Effort.count(5, full: UInt64(20))

    static let contests: [(appliers: Int, network: Contest.Network)] =
        [2, 4].flatMap { count in Contest.Network.all.map { (count, $0) } }

    @Test(arguments: contests)
    func `every run is started exactly once`(_ contest: (appliers: Int, network: Contest.Network)) async throws {
        let alone = try await Contest(appliers: 1, network: contest.network, seed: 0).run()
        var longest = Duration.zero
        for seed in 0..<Self.rounds {
            let result = try await Contest(appliers: contest.appliers, network: contest.network, seed: seed).run()

            #expect(result.starts == [1, 1], "seed \(seed)")
            #expect(result.memory == alone.memory, "seed \(seed)")
            #expect(result.planning.plan.operations.isEmpty, "seed \(seed): \(result.planning.plan.operations)")
            for report in result.reports {
                #expect(report.line == "Applied 2 of 2 operations.", "seed \(seed): \(report)")
            }
            longest = max(longest, result.duration)
        }
        print("  \(contest.appliers) appliers, \(contest.network): \(Self.rounds) rounds, the longest \(longest)")
    }

    @Test(arguments: contests)
    func `two specifications of a task run one after the other, and both are remembered`(
        _ contest: (appliers: Int, network: Contest.Network)
    ) async throws {
        var longest = Duration.zero
        for seed in 0..<Self.roundsOfTwo {
            var contest = Contest(appliers: contest.appliers, network: contest.network, seed: seed)
            contest.specifications = 2
            let result = try await contest.run()

            #expect(result.starts == [2, 2], "seed \(seed)")
            #expect(result.recorded == [2, 2], "seed \(seed)")
            // A run takes 5 seconds.
            #expect(result.gaps.count == 2 && result.gaps.allSatisfy { $0 >= 5 }, "seed \(seed): \(result.gaps)")
            #expect(result.left.isEmpty, "seed \(seed): \(result.left)")
            for report in result.reports {
                #expect(report.line == "Applied 2 of 2 operations.", "seed \(seed): \(report)")
            }
            longest = max(longest, result.duration)
        }
        print("  \(contest.appliers) appliers of 2 specifications, \(contest.network): the longest \(longest)")
    }

    /// The test of equal manifests can fail: with a listing before the POST and nothing else it does.
    @Test(arguments: contests)
    func `without claims runs are started more than once`(
        _ contest: (appliers: Int, network: Contest.Network)
    ) async throws {
        var twice = 0
        var reported = 0
        for seed in 0..<Self.roundsWithoutClaims {
            var contest = Contest(appliers: contest.appliers, network: contest.network, seed: seed)
            contest.usesClaims = false
            let result = try await contest.run()
            guard result.starts != [1, 1] else { continue }
            twice += 1
            // Whoever sees an earlier row cancels its own and says so.
            if result.reports.flatMap(\.diagnostics).contains(where: { $0.code == .startedTwice }) { reported += 1 }
        }
        print(
            "  \(contest.appliers) appliers, \(contest.network), without claims: \(twice) of \(Self.roundsWithoutClaims) started twice"
        )
        #expect(twice > 0)
        #expect(reported == twice)
    }

    @Test(arguments: Contest.Network.all)
    func `one of three appliers may die at any point of the sequence`(_ network: Contest.Network) async throws {
        let alone = try await Contest(appliers: 1, network: network, seed: 0).run()
        let steps = alone.steps[0]
        #expect(steps >= 32)
        for step in Effort.some(6, of: Array(0...steps)) {
            for seed in 0..<Effort.count(1, full: 2) {
                var contest = Contest(appliers: 3, network: network, seed: UInt64(seed))
                contest.death = World.Death(applier: 0, step: step)

                let result = try await contest.run()

                #expect(result.starts == [1, 1], "step \(step), seed \(seed)")
                #expect(result.memory == alone.memory, "step \(step), seed \(seed)")
                #expect(result.planning.plan.operations.isEmpty, "step \(step), seed \(seed)")
                for report in result.reports.dropFirst() {
                    #expect(report.line == "Applied 2 of 2 operations.", "step \(step), seed \(seed): \(report)")
                }
            }
        }
        print("  \(network): an applier died at each of \(steps) points, twice")
    }

    @Test func `a seed gives one interleaving`() async throws {
        let contest = Contest(appliers: 4, network: .slow, seed: 7)

        let first = try await contest.run()
        let second = try await contest.run()

        #expect(first.steps == second.steps)
        #expect(first.duration == second.duration)
    }

    @Test func `a run that was started twice reads well`() async throws {
        var contest = Contest(appliers: 2, network: .lockstep, seed: 1)
        contest.usesClaims = false

        let diagnostics = try await contest.run().reports.flatMap(\.diagnostics)

        var diagnostic = try #require(diagnostics.first { $0.code == .startedTwice })
        diagnostic.primary = nil
        let text = DiagnosticRenderer(sources: SourceFiles()).render(diagnostic)
            .replacing(#/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/#, with: "GUID")
        let folder = Golden.folder(beside: #filePath).replacing("/Appliers/Golden", with: "/Golden")
        Golden.expect(text, matches: "\(folder)/started-twice.txt")
    }
}
