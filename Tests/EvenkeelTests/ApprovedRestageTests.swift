import Foundation
import Sandbox
import TestSupport
import Testing

/// New images that were approved.
@Suite struct ApprovedRestageTests {
    private static let new = "registry.acme.example/storefront:2"

    private func manifest(_ rollout: String) -> String {
        """
        storefront:
          rollout: \(rollout)
          droplet: {image: "\(Self.new)", image_update: restage, metadata: {labels: {release: "2"}}}
          tasks:
            migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}
        """
    }

    private func seed() -> Seed {
        var seed = Seed.storefront
        seed.buildRuns = [Seed.BuildRun("*", processTypes: [("web", "bin/serve"), ("worker", "bin/work")])]
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 3)]
        return seed
    }

    /// What an interrupted apply has left, or somebody else has staged.
    @Test(arguments: ["rolling", "restart", "none"], ["build", "droplet"])
    func `what is staged of it by now is taken up and rolled out`(_ rollout: String, _ left: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest(rollout))
            let file = try await stage.savePlan()
            try await stage.buildByHand("storefront", Self.new)
            if left == "droplet" { await stage.sandbox.advance(by: 600) }
            let old = try await stage.currentDroplet("storefront")

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.writes().count { $0 == "POST /v3/builds" } == 1)
            #expect(try await stage.currentDroplet("storefront") != old)
            #expect(await stage.posts() == 1)
            #expect(await stage.run("plan", "--exit-code").status == 0)
            await stage.sandbox.clearJournal()
            let again = await stage.command("apply", "--plan", file)
            #expect(again.status == 0, "\(again)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a deployment in the middle does not lose the new image`() async throws {
        var seed = seed()
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 8)]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("rolling"))
            let file = try await stage.savePlan()
            // After the build, while the task runs.
            await stage.meanwhile.set({}, {}, { try await stage.deployByHand("storefront") })
            let old = try await stage.currentDroplet("storefront")

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(try await stage.currentDroplet("storefront") != old)
            #expect(await stage.posts() == 1)
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }
}
