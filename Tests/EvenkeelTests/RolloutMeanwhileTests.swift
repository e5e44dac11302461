import Foundation
import Sandbox
import TestSupport
import Testing

/// Somebody stops, starts or deploys an app in the middle of an apply; the sandbox's clock moves with ours.
@Suite struct RolloutMeanwhileTests {
    private static let gate = "tasks: {migrate: {command: bin/migrate, when: before_rollout, wait: true}}"
    private static let image = "registry.acme.example/storefront:2"

    private func settings(_ rollout: String) -> String {
        "storefront:\n  rollout: \(rollout)\n  processes: {web: {command: bin/new}}\n  \(Self.gate)"
    }

    private func restage(_ rollout: String) -> String {
        "storefront:\n  rollout: \(rollout)\n  droplet: {image: \(Self.image), image_update: restage}\n  \(Self.gate)"
    }

    /// The task before the rollout takes a while, in which things can happen.
    private func seed(_ state: String = "STARTED") -> Seed {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps[0].state = state
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 3)]
        seed.buildRuns = [Seed.BuildRun("*", processTypes: [("web", "bin/serve"), ("worker", "bin/work")])]
        return seed
    }

    private func rollouts(_ stage: Stage) async -> [String] {
        await stage.writes().filter { $0.hasSuffix("/v3/deployments") || $0.hasSuffix("/restart") }
    }

    private func expectNothingLeft(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async {
        await stage.sandbox.clearJournal()
        let plan = await stage.run("plan", "--exit-code")
        #expect(plan.status == 0, "\(plan)", sourceLocation: sourceLocation)
        #expect(await stage.run("apply", "--yes").status == 0, sourceLocation: sourceLocation)
        #expect(await stage.writes() == [], sourceLocation: sourceLocation)
    }

    @Test func `a deployment that another supersedes is followed by a look, which finds what was wanted`() async throws
    {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 20)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(!run.text.contains("cancelled") && !run.text.contains("owed"), "\(run)")
            #expect(await stage.writes().filter { $0.hasSuffix("/v3/deployments") }.count == 2, "\(run)")
            await expectNothingLeft(stage)
        }
    }

    @Test func `what a superseding deployment does not bring is planned again`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 20)]
        try await withStage(seed: seed) { stage in
            try stage.write(
                "storefront: {rollout: rolling, processes: {web: {command: bin/new}, worker: {command: bin/ours}}}"
            )
            await stage.meanwhile.set {
                try await stage.patchByHand("storefront", "/processes/worker", #"{"command": "bin/theirs"}"#)
                try await stage.deployByHand("storefront")
            }

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(try await stage.process(ofApp: "storefront", "worker").contains("bin/ours"))
            // Ours, theirs and, after the look, ours again.
            #expect(await stage.writes().filter { $0.hasSuffix("/v3/deployments") }.count == 3, "\(run)")
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: ["restart", "rolling"])
    func `an app that somebody stops before its rollout stays stopped`(_ rollout: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(settings(rollout))
            await stage.meanwhile.set { try await stage.actByHand("stop", "storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("the app was stopped meanwhile and stays so"), "\(apply)")
            #expect(try await stage.json("/v3/apps?names=storefront").contains("STOPPED"))
            #expect(await rollouts(stage).isEmpty)
            await expectNothingLeft(stage)
            try await stage.actByHand("start", "storefront")
            await expectNothingLeft(stage)
        }
    }

    @Test func `its new droplet is assigned instead of deployed`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(restage("rolling"))
            let before = try await stage.currentDroplet("storefront")
            await stage.meanwhile.set { try await stage.actByHand("stop", "storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("the new droplet was assigned and not deployed"), "\(apply)")
            #expect(try await stage.json("/v3/apps?names=storefront").contains("STOPPED"))
            #expect(try await stage.currentDroplet("storefront") != before)
            #expect(await rollouts(stage).isEmpty)
            try await stage.actByHand("start", "storefront")
            await expectNothingLeft(stage)
        }
    }

    @Test func `an app that is stopped while its restart is waited for is not waited for any longer`() async throws {
        var seed = seed()
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: nil)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront:\n  rollout: restart\n  processes: {web: {command: bin/new}}")
            await stage.meanwhile.set { try await stage.actByHand("stop", "storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(stage.clock.sleeps.reduce(.zero, +) < .seconds(60))
        }
    }

    /// New instances take longer to start than anybody waits.
    private var slow: Seed {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: nil)]
        return seed
    }

    @Test func `an app that is stopped while it is deployed is not waited for, and the next apply ends the deployment`()
        async throws
    {
        try await withStage(seed: slow) { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}")
            await stage.meanwhile.set { try await stage.actByHand("stop", "storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("`acme/production/storefront` was stopped while it was deployed"), "\(apply)")
            #expect(apply.error.contains("cf start storefront"), "\(apply)")
            #expect(stage.clock.sleeps.reduce(.zero, +) <= .seconds(5))
            #expect(try await stage.json("/v3/deployments").contains("DEPLOYING"))

            let next = await stage.run("apply", "--yes")
            #expect(next.status == 0, "\(next)")
            #expect(next.error.contains("was DEPLOYING, and the app is stopped"), "\(next)")
            #expect(stage.clock.sleeps.reduce(.zero, +) <= .seconds(30))
            #expect(try await stage.json("/v3/apps?names=storefront").contains("STOPPED"))
            await expectNothingLeft(stage)
        }
    }

    @Test func `an app that is restarted by hand while it is deployed is waited for`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: 12)]
        try await withStage(seed: seed) { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}")
            await stage.meanwhile.set(
                { try await stage.actByHand("stop", "storefront") },
                { try await stage.actByHand("start", "storefront") }
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("the app is STOPPED, looking once more"), "\(apply)")
            await expectNothingLeft(stage)
        }
    }

    @Test func `a deployment of others whose app is stopped is not waited for`() async throws {
        try await withStage(seed: slow) { stage in
            try stage.write("storefront: {processes: {web: {instances: 5}}}")
            try await stage.patchByHand("storefront", "/processes/web", #"{"command": "bin/new"}"#)
            try await stage.deployByHand("storefront")
            try await stage.actByHand("stop", "storefront")

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("is stopped in the middle of a deployment"), "\(apply)")
            #expect(apply.error.contains("cf cancel-deployment storefront"), "\(apply)")
            #expect(stage.clock.sleeps.reduce(.zero, +) <= .seconds(5))
        }
    }

    @Test(arguments: ["restart", "rolling"])
    func `an app that is deleted while its rollout is waited for is gone`(_ rollout: String) async throws {
        try await withStage(seed: slow) { stage in
            try stage.write("storefront: {rollout: \(rollout), processes: {web: {command: bin/new}}}")
            await stage.meanwhile.set { try await stage.deleteByHand("storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("`acme/production/storefront` is gone"), "\(apply)")
            #expect(apply.error.contains("the app was deleted while it was waited for"), "\(apply)")
            #expect(stage.clock.sleeps.reduce(.zero, +) <= .seconds(5))
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `another image that somebody deploys during a long wait is named`(_ rollout: String) async throws {
        let foreign = "registry.acme.example/storefront:hotfix"
        try await withStage(seed: seed()) { stage in
            try await stage.buildByHand("storefront", Self.image)
            await stage.sandbox.advance(by: 60)
            try stage.write(restage(rollout))
            await stage.meanwhile.set {
                try await stage.buildByHand("storefront", foreign)
                await stage.sandbox.advance(by: 60)
                try await stage.deployByHand("storefront", imageOf: foreign)
                await stage.sandbox.advance(by: 60)
            }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            let words = "it takes the place of droplet GUID, image `\(foreign)`, which somebody has deployed meanwhile"
            #expect(apply.output.contains(words), "\(apply)")
            await expectNothingLeft(stage)
        }
        try await withStage(seed: seed()) { stage in
            try stage.write(settings(rollout))
            await stage.meanwhile.set {
                try await stage.buildByHand("storefront", foreign)
                await stage.sandbox.advance(by: 60)
                try await stage.deployByHand("storefront", imageOf: foreign)
                await stage.sandbox.advance(by: 60)
            }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("it runs with droplet GUID, image `\(foreign)`"), "\(apply)")
        }
    }

    @Test func `a stopped app that somebody starts before it gets its droplet is rolled out by the next apply`()
        async throws
    {
        try await withStage(seed: seed("STOPPED")) { stage in
            try stage.write(restage("rolling"))
            await stage.meanwhile.set { try await stage.actByHand("start", "storefront") }

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("somebody started the app meanwhile"), "\(apply)")
            #expect(await rollouts(stage).isEmpty)

            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 2, "\(plan)")
            #expect(plan.output.contains("1 to restart") && plan.output.contains("change of image"), "\(plan)")
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await rollouts(stage).count == 1)
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: [
        ("processes: {web: {command: bin/new, memory_in_mb: 512}}", "PATCH", "/v3/processes/*"),
        ("processes: {web: {memory_in_mb: 512}}", "POST", "/v3/processes/*/actions/scale"),
        ("droplet: {image: \(image)}", "PATCH", "/v3/droplets/*"),
    ])
    func `settings that a stopped app gets after somebody started it are owed a restart`(
        _ settings: String,
        _ method: String,
        _ path: String
    ) async throws {
        try await withStage(seed: seed("STOPPED"), user: "updater") { stage in
            try stage.write("storefront:\n  rollout: restart\n  \(settings)")
            let headers = [(name: "Retry-After", value: "1")]
            await stage.sandbox.addFault(
                Fault(method: method, path: path, .answer(status: 429, headers: headers, body: []))
            )
            await stage.meanwhile.set { try await stage.actByHand("start", "storefront") }

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("somebody started the app meanwhile"), "\(apply)")

            let plan = await stage.run("plan")
            #expect(plan.output.contains("1 to restart"), "\(plan)")
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await rollouts(stage).count == 1)
            await expectNothingLeft(stage)
        }
    }

    @Test func `an image that is changed right after a restart by hand is still owed a restart`() async throws {
        try await withStage(seed: seed(), user: "updater") { stage in
            try stage.write("storefront:\n  rollout: none\n  droplet: {image: \(Self.image)}")
            let headers = [(name: "Retry-After", value: "1")]
            await stage.sandbox.addFault(
                Fault(method: "PATCH", path: "/v3/droplets/*", .answer(status: 429, headers: headers, body: []))
            )
            await stage.meanwhile.set { try await stage.restartByHand("storefront") }

            #expect(await stage.run("apply", "--yes").status == 0)
            let plan = await stage.run("plan")
            #expect(plan.output.contains("cf restart storefront"), "\(plan)")
        }
    }
}
