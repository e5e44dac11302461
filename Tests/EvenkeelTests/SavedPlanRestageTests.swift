import Foundation
import Testing

@testable import Sandbox

/// Approved plans that stage a new droplet: whatever is staged already when they are applied, or applied again.
@Suite struct SavedPlanRestageTests {
    private static let new = "registry.acme.example/storefront:2"
    private static let types = [("web", "bin/serve"), ("worker", "bin/work")]

    private func manifest(_ rollout: String, tasks: String = "{}") -> String {
        """
        storefront:
          rollout: \(rollout)
          droplet:
            image: \(Self.new)
            image_update: restage
            metadata: {labels: {release: "2"}}
          tasks: \(tasks)
        """
    }

    private func seed(_ run: Seed.BuildRun = Seed.BuildRun("*", processTypes: types)) -> Seed {
        var seed = Seed.storefront
        seed.buildRuns = [run]
        return seed
    }

    /// Plans, disturbs, and performs the plan until it says that it is done.
    private func stage(
        _ manifest: String,
        _ run: Seed.BuildRun = Seed.BuildRun("*", processTypes: types),
        _ disturb: (Stage, _ plan: String) async throws -> Void
    ) async throws {
        try await withStage(seed: seed(run)) { stage in
            try stage.write(manifest)
            let file = stage.folder.appending(path: "plan.json").path
            let plan = await stage.run("plan", "--out", file)
            try #require(plan.status == 0, "\(plan)")
            try await disturb(stage, file)

            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
            let droplet = try await stage.json("/v3/droplets/\(try await stage.currentDroplet("storefront"))")
            #expect(droplet.contains(Self.new), "\(droplet)")
            #expect(droplet.contains(#""release":"2""#) || droplet.contains(#""release": "2""#), "\(droplet)")
            let old = try await stage.json("/v3/droplets?states=STAGED")
            #expect(old.components(separatedBy: #""release""#).count == 2, "only the new one has the label: \(old)")
            let left = await stage.run("plan", "--exit-code")
            #expect(left.status == 0, "\(left)")
            let journal = await stage.sandbox.journal()
            let symbols = journal.filter { ($0.path + ($0.body ?? "")).contains(#/[\/"]\{[a-z._]+\}/#) }
            #expect(symbols.isEmpty, "symbols were sent: \(symbols)")
            let again = await stage.command("apply", "--plan", file)
            #expect(again.status == 0, "\(again)")
        }
    }

    @Test(arguments: ["rolling", "restart", "none"])
    func `a build that is under way when it is applied is taken up`(_ rollout: String) async throws {
        try await stage(manifest(rollout)) { stage, _ in
            try await stage.buildByHand("storefront", Self.new)
        }
    }

    @Test(arguments: ["rolling", "restart", "none"])
    func `so is a droplet that somebody has staged meanwhile`(_ rollout: String) async throws {
        try await stage(manifest(rollout)) { stage, _ in
            try await stage.buildByHand("storefront", Self.new)
            await stage.sandbox.advance(by: 60)
        }
    }

    @Test(arguments: ["POST /v3/builds", "PATCH /v3/droplets/*", "POST /v3/deployments", "POST /v3/apps/*/tasks"])
    func `an apply that broke off at any of its requests is repeated`(_ request: String) async throws {
        let migration = "{migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}}"
        try await stage(manifest("rolling", tasks: migration)) { stage, file in
            let parts = request.split(separator: " ").map(String.init)
            await stage.sandbox.addFault(
                Fault(method: parts[0], path: parts[1], times: nil, .answer(status: 500, headers: [], body: []))
            )

            let broken = await stage.command("apply", "--plan", file)

            #expect(broken.status == 1, "\(broken)")
            await stage.sandbox.store.clearFaults()
        }
    }

    @Test func `the migration of an interrupted apply is the approved one, and waited for`() async throws {
        let migration = "{migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}}"
        try await stage(manifest("rolling", tasks: migration)) { stage, file in
            await stage.sandbox.addFault(
                Fault(method: "GET", path: "/v3/tasks/*", times: nil, .answer(status: 400, headers: [], body: []))
            )
            let broken = await stage.command("apply", "--plan", file)
            #expect(broken.status == 1, "\(broken)")
            await stage.sandbox.store.clearFaults()
            #expect(await stage.posts() == 1)
        }
    }

    @Test func `another image that was staged meanwhile is no part of the approval`() async throws {
        try await stage(manifest("rolling")) { stage, _ in
            try await stage.buildByHand("storefront", "registry.acme.example/storefront:3")
            await stage.sandbox.advance(by: 60)
        }
    }
}
