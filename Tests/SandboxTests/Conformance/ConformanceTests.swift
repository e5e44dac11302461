import TestSupport
import Testing

@testable import Sandbox

/// The sandbox answers what a Cloud Controller 3.228.0 has answered to the same requests.
@Suite struct ConformanceTests {
    @Test(.tags(.thorough), arguments: Effort.isFull ? [false, true] : [false])
    func `recorded requests are answered as they were`(overSocket: Bool) async throws {
        var tallies: [(file: String, tally: Replay.Tally)] = []
        var met: Set<String> = []

        for group in ReplayGroup.all {
            let store = try Replay.store(group)
            let replay =
                overSocket
                ? try await SandboxClient.overSocket(store) { try await Self.replayed(group, store, $0) }
                : try await Self.replayed(group, store, SandboxClient.inProcess(store))
            for (file, tally) in replay.tallies {
                if let index = tallies.firstIndex(where: { $0.file == file }) {
                    tallies[index].tally += tally
                } else {
                    tallies.append((file, tally))
                }
            }
            met.formUnion(replay.met)
            for complaint in replay.complaints { Issue.record("\(complaint)") }
        }

        print(Self.table(tallies))
        for deviation in Scope.deviations { #expect(met.contains(deviation.exchange), "\(deviation.exchange)") }
        let early = tallies.filter { $0.file < "20" }
        #expect(early.reduce(0) { $0 + $1.tally.outOfScope } <= 75)
        #expect(early.reduce(0) { $0 + $1.tally.deviating } < 10)
    }

    private static func replayed(_ group: ReplayGroup, _ store: Store, _ client: SandboxClient) async throws -> Replay {
        var replay = try Replay(group, store, client)
        try await replay.run()
        return replay
    }

    @Test func `every step and every deviation belongs to a recorded exchange`() throws {
        let files = Set(ReplayGroup.all.flatMap(\.files))
        let ids = Set(try files.flatMap { try Recording.exchanges($0).map(\.id) })

        for step in Steps.all { #expect(ids.contains(step.exchange), "\(step.exchange)") }
        for deviation in Scope.deviations { #expect(ids.contains(deviation.exchange), "\(deviation.exchange)") }
    }

    private static func table(_ rows: [(file: String, tally: Replay.Tally)]) -> String {
        let heads = ["compared", "equal", "deviating", "out of scope", "without answer"]
        func line(_ name: String, _ numbers: [Int]) -> String {
            let cells = zip(heads, numbers).map { head, number in
                String(repeating: " ", count: head.count + 2 - String(number).count) + String(number)
            }
            return name + String(repeating: " ", count: max(0, 24 - name.count)) + cells.joined()
        }
        func numbers(_ tally: Replay.Tally) -> [Int] {
            [tally.compared, tally.equal, tally.deviating, tally.outOfScope, tally.withoutAnswer]
        }
        let sums = rows.map { numbers($0.tally) }.reduce([0, 0, 0, 0, 0]) { zip($0, $1).map { $0 + $1 } }
        let head = String(repeating: " ", count: 24) + heads.map { "  " + $0 }.joined()
        return ([head] + rows.map { line($0.file, numbers($0.tally)) } + [line("all", sums)]).joined(separator: "\n")
    }
}
