import Foundation
import Testing

@testable import Sandbox

/// Approved restarts: what is set already is not live yet, and what was stopped or started is another plan.
@Suite struct SavedPlanRestartTests {
    private func manifest(_ rollout: String, _ command: String = "bin/new") -> String {
        "storefront: {rollout: \(rollout), processes: {web: {command: \(command)}}}"
    }

    private func setByHand(_ command: String, _ stage: Stage) async throws {
        try await stage.patchByHand("storefront", "/processes/web", #"{"command": "\#(command)"}"#)
        await stage.sandbox.clearJournal()
    }

    private func rollouts(_ stage: Stage) async -> Int {
        await stage.writes().count { $0.hasSuffix("/v3/deployments") || $0.hasSuffix("/actions/restart") }
    }

    @Test(arguments: ["rolling", "restart"])
    func `an approved restart is made where somebody has set the value by hand, and made once`(
        _ rollout: String
    ) async throws {
        try await withStage { stage in
            try stage.write(manifest(rollout))
            let file = try await stage.savePlan()
            try await setByHand("bin/new", stage)

            let apply = await stage.command("apply", "--plan", file)
            let count = await rollouts(stage)
            await stage.sandbox.clearJournal()
            let again = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 2 of 2 operations.\n"), "\(apply)")
            #expect(count == 1, "\(apply)")
            #expect(again.status == 0, "\(again)")
            #expect(await stage.writes() == [])
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `a restart that followed an earlier change is not the approved one`(_ rollout: String) async throws {
        try await withStage { stage in
            try stage.write(manifest(rollout, "bin/one"))
            try #require(await stage.run("apply", "--yes").status == 0)
            try stage.write(manifest(rollout, "bin/two"))
            let file = try await stage.savePlan()
            try await setByHand("bin/two", stage)

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(await rollouts(stage) == 1, "\(apply)")
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `the same plan that was saved twice is applied twice`(_ rollout: String) async throws {
        try await withStage { stage in
            try stage.write(manifest(rollout))
            let first = try await stage.savePlan()
            try #require(await stage.command("apply", "--plan", first).status == 0)
            try await setByHand("bin/old", stage)
            try await stage.restartByHand("storefront")
            let second = try await stage.savePlan()
            try await setByHand("bin/new", stage)

            let apply = await stage.command("apply", "--plan", second)

            #expect(apply.status == 0, "\(apply)")
            #expect(await rollouts(stage) == 1, "\(apply)")
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `an approved restart that was refused is made by the same command`(_ rollout: String) async throws {
        try await withStage { stage in
            try stage.write(manifest(rollout))
            let file = try await stage.savePlan()
            try await setByHand("bin/new", stage)
            for path in ["/v3/deployments", "/v3/apps/*/actions/restart"] {
                await stage.sandbox.addFault(
                    Fault(method: "POST", path: path, .answer(status: 400, headers: [], body: []))
                )
            }

            let broken = await stage.command("apply", "--plan", file)
            await stage.sandbox.store.clearFaults()
            let owed = await stage.run("plan")
            await stage.sandbox.clearJournal()
            let apply = await stage.command("apply", "--plan", file)

            #expect(broken.status == 1, "\(broken)")
            #expect(owed.output.contains("owed since an earlier change of command"), "\(owed)")
            #expect(apply.status == 0, "\(apply)")
            #expect(await rollouts(stage) == 1, "\(apply)")
        }
    }

    @Test func `an approved restart of an app that was stopped since is left to its next start`() async throws {
        try await withStage { stage in
            try stage.write(manifest("rolling"))
            let file = try await stage.savePlan()
            try await stage.actByHand("stop", "storefront")
            try await setByHand("bin/new", stage)

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("it is live at its next start"), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    // MARK: - Stopped and started

    @Test(arguments: ["stop", "start"])
    func `a plan for an app that was stopped or started since says so`(_ action: String) async throws {
        try await withStage { stage in
            if action == "start" { try await stage.actByHand("stop", "storefront") }
            try stage.write(manifest("rolling"))
            let file = try await stage.savePlan()
            try await stage.actByHand(action, "storefront")
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            let done = action == "stop" ? "stopped" : "started"
            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("the app was \(done) since the plan was made"), "\(apply)")
            #expect(!apply.error.contains("the request says something else now"), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `so does one that stages a new droplet`() async throws {
        var seed = Seed.storefront
        seed.buildRuns = [Seed.BuildRun("*", processTypes: [("web", "bin/serve"), ("worker", "bin/work")])]
        try await withStage(seed: seed) { stage in
            try stage.write(
                """
                storefront:
                  rollout: rolling
                  droplet: {image: "registry.acme.example/storefront:2", image_update: restage}
                """
            )
            let file = try await stage.savePlan()
            try await stage.actByHand("stop", "storefront")
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("the app was stopped since the plan was made"), "\(apply)")
            #expect(await stage.writes() == [])
        }
    }
}
