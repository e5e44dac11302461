import Foundation
import Sandbox
import TestSupport
import Testing

/// Process types that a new image brings: planned behind what brings them.
@Suite struct NewProcessTypeTests {
    private static let new = "registry.acme.example/storefront:2"

    private func manifest(_ rollout: String, type: String = "clock", _ process: String = usual) -> String {
        """
        storefront:
          rollout: \(rollout)
          droplet: {image: \(Self.new), image_update: restage}
          processes:
            \(type): \(process)
          tasks:
            migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}
        """
    }

    private static let usual =
        "{instances: 2, health_check: {type: process, timeout: 90}, metadata: {labels: {tier: jobs}}}"

    private func seed() -> Seed {
        var seed = Seed.storefront
        seed.buildRuns = [
            Seed.BuildRun(
                "*",
                processTypes: [("web", "bin/serve"), ("worker", "bin/work"), ("clock", "bin/clock")]
            )
        ]
        return seed
    }

    /// The last words of the paths of the writes that matter here.
    private func kinds(_ stage: Stage) async -> [String] {
        await stage.writes().filter { !$0.hasPrefix("PATCH /v3/apps/") || $0.hasSuffix("droplet") }
            .filter { !$0.hasPrefix("PATCH /v3/droplets/") }
            .map { $0.hasPrefix("PATCH /v3/processes/") ? "settings" : String($0.split(separator: "/").last ?? "") }
    }

    private func expectNothingLeft(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async {
        await stage.sandbox.clearJournal()
        let apply = await stage.run("apply", "--yes")
        #expect(apply.status == 0, "\(apply)", sourceLocation: sourceLocation)
        #expect(!apply.text.contains("not-there-yet"), "\(apply)", sourceLocation: sourceLocation)
        #expect(await stage.writes() == [], sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("rolling", ["packages", "builds", "tasks", "deployments", "settings", "scale"]),
        ("restart", ["packages", "builds", "tasks", "current_droplet", "settings", "scale", "restart"]),
        ("none", ["packages", "builds", "tasks", "current_droplet", "settings", "scale"]),
    ])
    func `a type that a new image brings is set right behind what brings it`(
        _ rollout: String,
        _ expected: [String]
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest(rollout))

            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 2, "\(plan)")
            #expect(plan.error.contains("warning[not-there-yet]"), "\(plan)")
            #expect(plan.output.contains("acme/production/storefront/processes/clock"), "\(plan)")

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == expected)
            let process = try await stage.json("/v3/processes?types=clock")
            #expect(process.contains(#""instances":2"#) && process.contains(#""timeout":90"#), "\(process)")
            #expect(process.contains(#""tier":"jobs""#), "\(process)")
            if rollout == "none" { try await stage.restartByHand("storefront") }
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: [
        ("rolling", ["packages", "builds", "tasks", "apply_manifest", "deployments", "settings", "scale"]),
        (
            "restart",
            ["packages", "builds", "tasks", "apply_manifest", "current_droplet", "settings", "scale", "restart"]
        ),
    ])
    func `with a declared command the type is made before, so that no second restart is needed`(
        _ rollout: String,
        _ expected: [String]
    ) async throws {
        try await withStage(seed: seed()) { stage in
            let command = #"bin/clock --every "5 min" # \u00e9 é 🚀 {a: [b]}"#
            let quoted = try String(decoding: JSONEncoder().encode(command), as: UTF8.self)
            try stage.write(
                manifest(rollout, "{instances: 1, command: \(quoted), health_check: {type: process, timeout: 90}}")
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == expected)
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: [Fault.Moment.beforeCommit, .afterCommit], [503, 500])
    func `a manifest that was answered with an error is looked after`(
        _ moment: Fault.Moment,
        _ status: Int
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", "{instances: 1, command: bin/tick}"))
            await stage.sandbox.addFault(
                Fault(
                    method: "POST",
                    path: "/v3/spaces/*/actions/apply_manifest",
                    moment: moment,
                    times: 1,
                    .answer(status: status, headers: [], body: [])
                )
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            let posts = await stage.writes().filter { $0.hasSuffix("/apply_manifest") }.count
            #expect(posts == (moment == .beforeCommit ? 2 : 1))
            await expectNothingLeft(stage)
        }
    }

    @Test(
        .tags(.thorough),
        arguments: ["rolling", "restart", "none"],
        [usual, "{instances: 2, command: bin/tick, memory_in_mb: 128}"]
    )
    func `a death at any request is healed by the next apply`(_ rollout: String, _ process: String) async throws {
        var request = 0
        var isAlive = false
        while !isAlive {
            request += Effort.isFull ? 1 : 12
            for moment in Fault.Moment.allCases {
                try await withStage(seed: seed()) { stage in
                    try stage.write(manifest(rollout, process))
                    var dying = stage
                    let transport = DyingTransport(try #require(stage.network), at: request, moment)
                    dying.network = transport
                    _ = await dying.run("apply", "--yes")
                    isAlive = !transport.hasDied
                    // What is left of a run that nobody saw to begin may appear for a while, and claims have to die.
                    await stage.sandbox.advance(by: 300)

                    let second = await stage.run("apply", "--yes")

                    let place = Comment(rawValue: "\(rollout), request \(request), \(moment): \(second)")
                    #expect(second.status == 0, place)
                    #expect(await stage.posts() == 1, place)
                    let shown = try await stage.process(ofApp: "storefront", "clock")
                    #expect(shown.contains(#""instances":2"#), place)
                    await stage.sandbox.clearJournal()
                    #expect(await stage.run("apply", "--yes").status == 0, place)
                    #expect(await stage.writes() == [], place)
                }
            }
        }
        #expect(request > 20)
    }

    /// Makes a process of the type `clock`, past Evenkeel.
    private func makeByHand(_ stage: Stage, instances: Int, command: String = "bin/theirs") async throws {
        try await stage.applyByHand(
            "applications: [{name: storefront, processes: [{type: clock, command: \(command), instances: \(instances)}]}]"
        )
    }

    @Test(arguments: ["bin/theirs", "bin/tick"])
    func `a process that somebody makes meanwhile keeps its instances`(_ command: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", "{command: bin/tick}"))
            await stage.meanwhile.set { try await makeByHand(stage, instances: 3, command: command) }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == (command == "bin/tick" ? 0 : 1), "\(apply)")
            #expect(try await stage.json("/v3/processes?types=clock").contains(#""instances":3"#))
        }
    }

    @Test(arguments: ["{instances: 1}", "{instances: 1, command: bin/tick}"])
    func `an approved new process that runs by now is another one`(_ process: String) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", process))
            let file = try await stage.savePlan()
            try await makeByHand(stage, instances: 6)
            await stage.sandbox.clearJournal()

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 4, "\(apply)")
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a type that the app has by now is not looked for in the droplet`() async throws {
        var seed = seed()
        seed.buildRuns = [Seed.BuildRun("*", processTypes: [("web", "bin/serve"), ("worker", "bin/work")])]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("rolling", "{metadata: {labels: {tier: jobs}}}"))
            let file = try await stage.savePlan()
            try await makeByHand(stage, instances: 0)

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 0, "\(apply)")
        }
    }

    @Test func `a target without the droplet is told of`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))

            let plan = await stage.run("plan", "--target", "acme/production/storefront/processes/clock")

            #expect(plan.status == 1, "\(plan)")
            #expect(plan.error.contains("let `--target` cover the droplet, too"), "\(plan)")
        }
    }

    @Test func `work that the server has forgotten is looked at by what it has made`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", "{instances: 1, command: bin/tick}"))
            await stage.sandbox.addFault(
                Fault(method: "GET", path: "/v3/jobs/*", times: nil, .answer(status: 404, headers: [], body: []))
            )

            #expect(await stage.run("apply", "--yes").status == 0)
            await expectNothingLeft(stage)
        }
    }

    @Test func `work of the server that fails is told in its own words`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", "{instances: 1, command: bin/tick}"))
            await stage.answer(
                "GET",
                "/v3/jobs/*",
                with: """
                    {"guid": "j", "state": "FAILED", "errors": [{"code": 10008, "title": "CF-UnprocessableEntity", \
                    "detail": "no room for it"}], "warnings": []}
                    """
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("no room for it"), "\(apply)")
            #expect(await kinds(stage).last == "apply_manifest")
        }
    }

    @Test func `a stopped app gets the type with the droplet, and is not started`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))
            try await stage.actByHand("stop", "storefront")
            await stage.sandbox.clearJournal()

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage).suffix(3) == ["current_droplet", "settings", "scale"])
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: ["rolling", "restart"])
    func `a type that the new image does not bring is found before any task of the rollout`(
        _ rollout: String
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest(rollout, type: "clok"))

            let plan = await stage.run("plan")
            #expect(plan.status == 0, "\(plan)")
            #expect(plan.error.contains("warning[not-there-yet]"), "\(plan)")

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("error[not-found]"), "\(apply)")
            #expect(apply.error.contains("did you mean `clock`?"), "\(apply)")
            #expect(await kinds(stage) == ["packages", "builds"])

            // What it brings is known now.
            let again = await stage.run("plan")
            #expect(again.status == 1, "\(again)")
            #expect(again.error.contains("error[not-found]"), "\(again)")
        }
    }

    @Test func `a name that is nearly one of the app is asked about`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", type: "wroker"))

            let plan = await stage.run("plan")

            #expect(plan.error.contains("did you mean `worker`?"), "\(plan)")
        }
    }

    @Test(arguments: [0, 1])
    func `a saved plan that was interrupted behind the deployment is finished by the same plan`(
        _ done: Int
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"), manager: "alpha")
            let file = try await stage.savePlan()
            let path = done == 0 ? "/v3/processes/*" : "/v3/processes/*/actions/scale"
            await stage.sandbox.addFault(
                Fault(
                    method: done == 0 ? "PATCH" : "POST",
                    path: path,
                    times: 1,
                    .answer(status: 422, headers: [], body: [])
                )
            )

            let first = await stage.runAlone("apply", "--plan", file)
            #expect(first.status == 1, "\(first)")

            let second = await stage.runAlone("apply", "--plan", file)
            #expect(second.status == 0, "\(second)")
            // Settings that the process got behind its first start are live after another one.
            #expect(await stage.writes().filter { $0.hasSuffix("/v3/deployments") }.count == 2 - done)
            await expectNothingLeft(stage)
        }
    }

    @Test func `status says that a type is not there yet`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))

            let before = await stage.run("status")
            #expect(before.status == 0, "\(before)")
            #expect(before.error.contains("warning[not-there-yet]"), "\(before)")

            #expect(await stage.run("apply", "--yes").status == 0)
            let after = await stage.run("status")
            #expect(!after.text.contains("not-there-yet"), "\(after)")
        }
    }

    @Test func `a dry run shows every request and sends none`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))

            let run = await stage.run("apply", "--dry-run")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("PATCH /v3/processes/"), "\(run)")
            #expect(await stage.writes() == [])
        }
    }
}
