import Diagnostics
import Testing

@testable import Sandbox

/// Several clients at once, over a socket: what claims and records of several appliers rely on.
@Suite struct ConcurrencyTests {
    private static let writers = ["a", "b", "c", "d"]
    private static let rounds = 30

    /// Every writer sets, reads back and takes down keys of its own; nobody loses a key, nobody brings one back.
    @Test(arguments: [
        "/v3/apps/\(SmallFoundation.storefront)", "/v3/tasks/\(SmallFoundation.finishedTask)",
        "/v3/processes/\(SmallFoundation.worker)", "/v3/droplets/\(SmallFoundation.paymentsDroplet)",
    ])
    func `keys of several writers are merged one by one`(path: String) async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let token = await store.accessToken(for: "dev") ?? ""
        let headers = [(name: "Authorization", value: "bearer \(token)"), ("Content-Type", "application/json")]

        let lost = try await SandboxClient.overSocket(store) { client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in Self.writers {
                    group.addTask {
                        var lost = 0
                        for round in 0..<Self.rounds {
                            let claim = "evenkeel.dev/claim.\(writer)"
                            let record = "evenkeel.dev/run.\(writer).\(round)"
                            for (value, isThere) in [(#""\#(round)""#, true), ("null", false)] {
                                let body = #"""
                                    {"metadata": {"labels": {"\#(writer)": "\#(round)"},
                                    "annotations": {"\#(claim)": \#(value), "\#(record)": "done"}}}
                                    """#
                                let answer = try await client.send("PATCH", path, headers: headers, body)
                                let read = try await client.send("GET", path, headers: headers)
                                for response in [answer, read] {
                                    let json = try JSONParser.parse(response.body)
                                    let annotations = json["metadata"]?["annotations"]
                                    if (annotations?[claim] != nil) != isThere { lost += 1 }
                                    if annotations?[record]?.text != "done" { lost += 1 }
                                    if json["metadata"]?["labels"]?[writer]?.text != "\(round)" { lost += 1 }
                                }
                            }
                        }
                        return lost
                    }
                }
                return try await group.reduce(0, +)
            }
        }

        #expect(lost == 0)
        let end = await store.send("GET", path)
        let names = end["metadata.annotations"]?.object?.names ?? []
        #expect(names.count { $0.hasPrefix("evenkeel.dev/run.") } == Self.writers.count * Self.rounds)
        #expect(!names.contains { $0.hasPrefix("evenkeel.dev/claim.") })
    }

    /// The 201st annotation is refused with all that came with it, on every resource that carries records.
    @Test(arguments: [
        "/v3/apps/\(SmallFoundation.storefront)", "/v3/tasks/\(SmallFoundation.finishedTask)",
        "/v3/processes/\(SmallFoundation.worker)", "/v3/droplets/\(SmallFoundation.paymentsDroplet)",
    ])
    func `one annotation too many leaves nothing of its request`(path: String) async {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let there = await store.send("GET", path)["metadata.annotations"]?.object?.members.count ?? 0
        let filling = (there..<199).map { #""k\#($0)": "v""# }.joined(separator: ",")
        #expect(await store.send("PATCH", path, #"{"metadata": {"annotations": {\#(filling)}}}"#).status == 200)
        let before = await store.send("GET", path)

        let change = #"{"metadata": {"labels": {"new": "x"}, "annotations": {"record": "r", "claim": "c"}}}"#
        let refused = await store.send("PATCH", path, change)
        let after = await store.send("GET", path)
        let swap =
            #"{"metadata": {"labels": {"new": "x"}, "annotations": {"record": "r", "claim": "c", "k198": null}}}"#

        #expect(refused.title == "CF-AnnotationLimitExceeded")
        #expect(refused.detail == "Failed to add 2 annotations because it would exceed maximum of 200")
        #expect(after.body == before.body)
        #expect(await store.send("PATCH", path, swap).status == 200)
    }
}
