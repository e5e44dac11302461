import Foundation
import Sandbox
import TestSupport
import Testing

/// New images for those who may not change one in place; the sandbox's clock moves with ours.
@Suite struct RestageTests {
    private static let old = "registry.acme.example/storefront:1"
    private static let new = "registry.acme.example/storefront:2"

    private func manifest(_ rollout: String, _ image: String = new, tasks: String = "{}") -> String {
        """
        storefront:
          rollout: \(rollout)
          droplet:
            image: \(image)
            image_update: restage
            metadata: {labels: {release: "2"}, annotations: {note: new}}
          tasks: \(tasks)
        """
    }

    /// How the new image is staged; it has the processes of the one before.
    private func seed(_ run: Seed.BuildRun = Seed.BuildRun("*", processTypes: types)) -> Seed {
        var seed = Seed.storefront
        seed.buildRuns = [run]
        return seed
    }

    private static let types = [("web", "bin/serve"), ("worker", "bin/work")]

    private func kinds(_ stage: Stage) async -> [String] {
        // What a run remembers on its app is no part of the order.
        await stage.writes().filter { !$0.hasPrefix("PATCH /v3/apps/") || $0.hasSuffix("droplet") }.map { write in
            write.hasPrefix("PATCH /v3/droplets/") ? "label" : String(write.split(separator: "/").last ?? "")
        }
    }

    private func expectNothingLeft(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async {
        await stage.sandbox.clearJournal()
        let plan = await stage.run("plan", "--exit-code")
        #expect(plan.status == 0, "\(plan)", sourceLocation: sourceLocation)
        #expect(!plan.output.contains("Not live"), "\(plan)", sourceLocation: sourceLocation)
        let apply = await stage.run("apply", "--yes")
        #expect(apply.status == 0, "\(apply)", sourceLocation: sourceLocation)
        #expect(await stage.writes() == [], sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("rolling", ["packages", "builds", "label", "deployments"]),
        ("restart", ["packages", "builds", "label", "label", "current_droplet", "restart"]),
    ])
    func `a developer rolls out a new image, and a second apply sends nothing`(
        _ rollout: String,
        _ expected: [String]
    ) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest(rollout))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == expected)
            let droplets = try await stage.json("/v3/droplets?states=STAGED")
            #expect(droplets.contains(Self.new))
            #expect(droplets.contains(#""release""#))
            await expectNothingLeft(stage)
        }
    }

    @Test func `without a rollout the droplet is assigned, and is not live until somebody restarts the app`()
        async throws
    {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("none"))

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("cf restart storefront --strategy rolling"), "\(apply)")
            #expect(await kinds(stage) == ["packages", "builds", "label", "label", "current_droplet"])
            await stage.sandbox.clearJournal()

            let owed = await stage.run("apply", "--yes")
            #expect(owed.status == 0)
            #expect(owed.output.contains("cf restart storefront --strategy rolling"), "\(owed)")
            #expect(await stage.writes() == [])

            try await stage.restartByHand("storefront")
            await expectNothingLeft(stage)
        }
    }

    @Test func `a stopped app gets the new droplet and stays stopped`() async throws {
        var seed = seed()
        seed.organizations[0].spaces[0].apps[0].state = "STOPPED"
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("rolling"))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == ["packages", "builds", "label", "current_droplet"])
            #expect(try await stage.json("/v3/apps?names=storefront").contains("STOPPED"))
            await expectNothingLeft(stage)
        }
    }

    @Test func `a migration runs with the new droplet before it is assigned, and its failure keeps the old one`()
        async throws
    {
        let tasks = "{migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}}"
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling", tasks: tasks))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == ["packages", "builds", "label", "tasks", "deployments"])
            let run = try await stage.json("/v3/tasks?names=migrate")
            let current = try await stage.json("/v3/apps?names=storefront")
            let guid = try #require(run.firstMatch(of: #/"droplet_guid": ?"([^"]+)"/#)).output.1
            #expect(current.contains(guid))
            await expectNothingLeft(stage)
        }
        var failing = seed()
        failing.taskRuns = [Seed.TaskRun("migrate", runSeconds: 2, result: .failed)]
        try await withStage(seed: failing) { stage in
            try stage.write(manifest("rolling", tasks: tasks))
            let before = try await stage.currentDroplet("storefront")

            let first = await stage.run("apply", "--yes")
            let second = await stage.run("apply", "--yes")

            #expect(first.status == 5, "\(first)")
            #expect(second.status == 5, "\(second)")
            #expect(second.output.contains("not attempted: `acme/production/storefront/tasks/migrate` failed"))
            #expect(try await stage.currentDroplet("storefront") == before)
            #expect(await kinds(stage).count { $0 == "tasks" } == 1)
            #expect(await kinds(stage).count { $0 == "builds" } == 1)
            #expect(second.error.contains("0 writes to do"), "\(second)")
            #expect(!second.output.contains("  done "), "\(second)")
            let line = "Applied 0 of 2 operations; 0 failed, 2 not attempted."
            #expect(second.output.contains(line), "\(second)")

            let droplet = await stage.run("apply", "--yes", "--target", "acme/production/storefront/droplet")
            #expect(droplet.status == 1, "\(droplet)")
            #expect(droplet.error.contains("error[target-too-narrow]"), "\(droplet)")
            #expect(droplet.error.contains("tasks/migrate` failed, and `--target` leaves it out"), "\(droplet)")
            #expect(try await stage.currentDroplet("storefront") == before)
        }
    }

    @Test func `an image that cannot be staged says why, and is tried again with the same package`() async throws {
        let broken = Seed.BuildRun("*:2", result: .failed, error: "StagingError - manifest unknown")
        try await withStage(seed: seed(broken)) { stage in
            try stage.write(manifest("rolling"))

            let first = await stage.run("apply", "--yes")
            #expect(first.status == 1)
            #expect(first.error.contains("manifest unknown"), "\(first)")
            #expect(await stage.run("apply", "--yes").status == 1)

            #expect(await kinds(stage) == ["packages", "builds", "builds"])
        }
    }

    @Test func `a flag that forbids docker is told in the server's words`() async throws {
        var seed = seed()
        seed.featureFlags = [Seed.FeatureFlag("diego_docker", isEnabled: false)]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("rolling"))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("[not-authorized]"), "\(apply)")
            #expect(apply.error.contains("diego_docker"), "\(apply)")
        }
    }

    @Test func `an image from an earlier release is rolled out without staging it again`() async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write(manifest("rolling", "registry.acme.example/storefront:3"))
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.clearJournal()

            try stage.write(manifest("rolling"))
            let back = await stage.run("apply", "--yes")

            #expect(back.status == 0, "\(back)")
            #expect(await kinds(stage) == ["deployments"])
            await expectNothingLeft(stage)
        }
    }

    @Test func `another build of the app is waited for`() async throws {
        try await withStage(seed: seed(Seed.BuildRun("*", runSeconds: 30, processTypes: Self.types))) { stage in
            try stage.write(manifest("rolling"))
            try await stage.buildByHand("storefront", "registry.acme.example/storefront:other")

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("of another package has to end first"), "\(apply)")
            await expectNothingLeft(stage)
        }
    }

    @Test(arguments: ["/v3/packages", "/v3/builds", "/v3/deployments"], [502, nil])
    func `what was made although the answer was lost is taken up`(_ path: String, _ status: Int?) async throws {
        try await withStage(seed: seed()) { stage in
            try stage.write(manifest("rolling"))
            await stage.sandbox.addFault(
                Fault(
                    method: "POST",
                    path: path,
                    moment: .afterCommit,
                    status.map { .answer(status: $0, headers: [], body: []) } ?? .reset
                )
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await kinds(stage) == ["packages", "builds", "label", "deployments"])
            await expectNothingLeft(stage)
        }
    }

    /// The request of a restage whose answer is held back, so that nothing follows it.
    enum Point: String, CaseIterable {
        case package, build, staging, label, end

        func request(_ rollout: String) -> (method: String, path: String) {
            switch self {
            case .package: return ("POST", "/v3/packages")
            case .build: return ("POST", "/v3/builds")
            case .staging: return ("GET", "/v3/builds/*")
            case .label: return ("PATCH", "/v3/droplets/*")
            case .end where rollout == "rolling": return ("POST", "/v3/deployments")
            case .end where rollout == "restart": return ("POST", "/v3/apps/*/actions/restart")
            case .end: return ("PATCH", "/v3/apps/*/relationships/current_droplet")
            }
        }
    }

    @Test(
        .serialized,
        arguments: Point.allCases.map { ("rolling", $0) } + [("restart", .end), ("none", .label), ("none", .end)]
    )
    func `what a kill left behind is taken up by the next apply`(_ rollout: String, _ point: Point) async throws {
        let (method, path) = point.request(rollout)
        let parts = path.split(separator: "*", omittingEmptySubsequences: false)
        try await withStage(seed: seed(), over: .socket) { stage in
            try stage.write(manifest(rollout))
            await stage.sandbox.addFault(Fault(method: method, path: path, moment: .afterCommit, .never))

            try await stage.kill("apply", "--yes") { entry in
                entry.method == method && entry.path.hasPrefix(parts[0]) && entry.path.hasSuffix(parts.last ?? "")
            }
            let next = await stage.run("apply", "--yes")

            #expect(next.status == 0, "\(next)")
            #expect(await kinds(stage).count { $0 == "packages" } == 1)
            #expect(await kinds(stage).count { $0 == "builds" } == 1)
            if rollout == "none" { try await stage.restartByHand("storefront") }
            await expectNothingLeft(stage)
        }
    }

    @Test func `a version that crashes is rolled back to the droplet before it, and the report says why`() async throws
    {
        var seed = seed()
        seed.processRuns = [
            Seed.ProcessRun(image: Self.new, result: .crashed, details: "APP/PROC/WEB: Exited with status 1")
        ]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("{strategy: rolling, timeout: 60s}"))
            let before = try await stage.currentDroplet("storefront")

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("is CRASHED: APP/PROC/WEB: Exited with status 1"), "\(apply)")
            #expect(apply.error.contains("was DEPLOYING"), "\(apply)")
            await stage.sandbox.advance(by: 60)
            #expect(try await stage.currentDroplet("storefront") == before)
            let plan = await stage.run("plan")
            #expect(plan.output.contains("was staged from that image before"), "\(plan)")
        }
    }

    @Test func `a token that expires while an image is staged is replaced`() async throws {
        var options = SandboxServer.Options.testing
        options.tokenLifetime = 120
        let slow = Seed.BuildRun("*", runSeconds: 600, processTypes: Self.types)
        try await withStage(seed: seed(slow), options: options) { stage in
            try stage.write(manifest("rolling"))

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.sandbox.journal().filter(\.isTokenRequest).count > 4)
        }
    }

    @Test func `a deployment that somebody starts while the image is staged is waited for`() async throws {
        var seed = seed()
        seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: 8)]
        try await withStage(seed: seed) { stage in
            try stage.write(manifest("rolling") + "\n  processes: {web: {command: bin/new}}")
            await stage.meanwhile.set { try await stage.deployByHand("storefront") }

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.error.contains("it has to end first"), "\(apply)")
            #expect(await kinds(stage).count { $0 == "builds" } == 1)
            await expectNothingLeft(stage)
        }
    }

    @Test func `thousands of images cost lists, not requests each`() async throws {
        let app = Seed.App(
            "app-((i))",
            count: 2000,
            lifecycle: .docker,
            droplets: [Seed.Droplet(image: "registry.acme.example/app:1")],
            processes: [Seed.Process("web", instances: 1)]
        )
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps = [app]
        try await withStage(seed: seed) { stage in
            let apps = (1...2000).map {
                "app-\($0): {droplet: {image: 'registry.acme.example/app:1', image_update: restage}}"
            }
            try stage.write(apps.joined(separator: "\n"))

            let plan = await stage.run("plan")

            #expect(plan.status == 0, "\(plan.error.prefix(1000))")
            let requests = await stage.sandbox.journal()
            #expect(requests.count <= 12, "\(requests.map { $0.path.prefix(60) })")
            #expect(!requests.contains { $0.path.hasPrefix("/v3/builds") })
        }
    }

    // MARK: - Where no new image can be had, or not in place

    @Test(arguments: [
        (Lifecycle.docker, "push it once with `cf push empty --docker-image 'registry.acme.example/storefront:2'`"),
        (.buildpack(), "remove `image`"),
    ])
    func `the first image of an app cannot come from a manifest`(_ lifecycle: Lifecycle, _ help: String) async throws {
        var seed = seed()
        seed.organizations[0].spaces[0].apps.removeAll { $0.name == "empty" }
        seed.organizations[0].spaces[0].apps.append(
            Seed.App("empty", state: "STOPPED", lifecycle: lifecycle, processes: [Seed.Process("web", instances: 1)])
        )
        try await withStage(seed: seed) { stage in
            try stage.write("empty: {droplet: {image: 'registry.acme.example/storefront:2', image_update: restage}}")

            let plan = await stage.run("plan")

            #expect(plan.status == 1)
            #expect(plan.error.contains("the first one cannot come from a manifest"), "\(plan)")
            #expect(plan.error.contains(help), "\(plan)")
        }
    }

    @Test func `an image that the server does not let change in place can be staged`() async throws {
        try await withStage(seed: seed(), user: "updater") { stage in
            try stage.write("storefront: {droplet: {image: 'registry.acme.example/storefront:2'}}")
            await stage.sandbox.addFault(
                Fault(method: "PATCH", path: "/v3/droplets/*", .answer(status: 403, headers: [], body: []))
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.error.contains("error[not-authorized]"), "\(apply)")
            #expect(apply.error.contains("write `image_update: restage` beside `image`"), "\(apply)")
        }
    }
}
