import Foundation
import Testing

@testable import Sandbox

/// Approved removals of labels and annotations: what a plan removes is removed or stale, never only forgotten.
@Suite struct SavedPlanRemovalTests {
    /// A plan that removes these labels of the app, which `alpha` has set.
    private func stage(
        _ labels: [String],
        _ body: (Stage, _ file: String) async throws -> Void
    ) async throws {
        try await withStage { stage in
            let all = labels.map { "\($0): a" }.joined(separator: ", ")
            try stage.write("storefront: {metadata: {labels: {\(all)}}}", manager: "alpha")
            try #require(await stage.run("apply", "--yes").status == 0)
            try stage.write("storefront: {}", manager: "alpha")
            let file = try await stage.savePlan()
            #expect(await stage.command("show", file).output.contains("- a    (no longer declared)"))
            try await body(stage, file)
        }
    }

    @Test(arguments: [["x1"], ["x1", "x2"]])
    func `a removal of a key that somebody has changed since is stale and no release`(_ labels: [String]) async throws {
        try await stage(labels) { stage, file in
            try await stage.patchByHand("storefront", "", #"{"metadata": {"labels": {"x1": "human"}}}"#)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(
                apply.error.contains(
                    "`metadata.labels.x1`: approved to be removed, now left alone: changed by someone else since"
                ),
                "\(apply)"
            )
            #expect(await stage.writes() == [])
        }
    }

    @Test(arguments: [["x1"], ["x1", "x2"]])
    func `a removal of a key that another manager has recorded since is stale`(_ labels: [String]) async throws {
        try await stage(labels) { stage, file in
            try stage.write("storefront: {metadata: {labels: {x1: a}}}", manager: "beta")
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("now left alone: managed by `beta`, too"), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `so is one of a key that an apply has released meanwhile`() async throws {
        try await stage(["x1"]) { stage, file in
            try await stage.patchByHand("storefront", "", #"{"metadata": {"labels": {"x1": "human"}}}"#)
            #expect(await stage.run("apply", "--yes").output.contains("release"))
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a key that is gone already is skipped, and the other is removed`() async throws {
        try await stage(["x1", "x2"]) { stage, file in
            try await stage.patchByHand("storefront", "", #"{"metadata": {"labels": {"x1": null}}}"#)

            let apply = await stage.command("apply", "--plan", file)
            let again = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(again.status == 0, "\(again)")
            #expect(await stage.writes().count { $0.hasPrefix("PATCH") } == 2)
            #expect(try await !stage.json("/v3/apps?names=storefront").contains("\"x2\""))
        }
    }
}
