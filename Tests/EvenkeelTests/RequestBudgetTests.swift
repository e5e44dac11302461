import Sandbox
import Testing

/// Requests grow with pages, not with resources: counted in the sandbox's journal.
@Suite struct RequestBudgetTests {
    private func seed(_ apps: [Seed.App]) -> Seed {
        Seed(
            users: [Seed.User("dev", password: "dev")],
            organizations: [
                Seed.Organization(
                    "acme",
                    spaces: [Seed.Space("production", roles: [Seed.Role("space_developer", ["dev"])], apps: apps)]
                )
            ]
        )
    }

    private var manyApps: Seed {
        seed([
            Seed.App(
                "app-((i))",
                count: 5000,
                droplets: [Seed.Droplet(processTypes: [("web", "serve")])],
                processes: [Seed.Process("web", instances: 1), Seed.Process("worker", instances: 1)]
            )
        ])
    }

    @Test func `5000 apps with 10000 processes take at most 12 requests, three of them at most 10`() async throws {
        try await withStage(seed: manyApps) { stage in
            let all = (1...5000).map { "app-\($0): {processes: {web: {instances: 1}, worker: {instances: 1}}}" }
            try stage.write(all.joined(separator: "\n"))

            let plan = await stage.run("plan")

            #expect(plan.status == 0, "\(plan.error.prefix(1000))")
            #expect(
                plan.output.hasSuffix("No changes. Cloud Foundry matches the manifests.\n"),
                "\(plan.output.suffix(300))"
            )
            let requests = await stage.sandbox.journal()
            #expect(requests.count <= 12, "\(requests.map(\.path))")

            try stage.write(all.prefix(3).joined(separator: "\n"))
            await stage.sandbox.clearJournal()

            let narrow = await stage.run("plan")

            #expect(narrow.status == 0, "\(narrow)")
            let fewer = await stage.sandbox.journal()
            #expect(fewer.count <= 10, "\(fewer.map(\.path))")
            print("  requests: \(requests.count) for 5000 apps, \(fewer.count) for three of them")
        }
    }

    @Test func `a plan of thousands of changes is written down and performed without looking at all for each`()
        async throws
    {
        try await withStage(seed: manyApps, user: "dev") { stage in
            let all = (1...5000).map { "app-\($0): {processes: {web: {instances: 2}, worker: {instances: 2}}}" }
            try stage.write(all.joined(separator: "\n"))

            let run = await stage.run("apply", "--dry-run", "--parallelism", "\(Int.max)")

            #expect(run.status == 0, "\(run.error.prefix(1000))")
            #expect(run.output.hasSuffix("Dry run: 10000 requests would be sent; nothing was sent.\n"))
            #expect(run.output.contains("  ~ update  acme/production/app-1/processes/web        acme.yml:5 "))
        }
    }

    @Test func `three pages of processes are all seen`() async throws {
        let app = Seed.App(
            "big",
            droplets: [Seed.Droplet()],
            processes: [Seed.Process("p((i))", count: 10_001, instances: 1)]
        )
        try await withStage(seed: seed([app])) { stage in
            try stage.write(
                """
                big:
                  processes:
                    p1: {instances: 2}
                    p5000: {instances: 2}
                    p5001: {instances: 2}
                    p10001: {instances: 2}
                """
            )

            let plan = await stage.run("plan")

            #expect(plan.output.contains("Plan: 0 tasks to run, 4 to update,"), "\(plan)")
            let pages = await stage.sandbox.journal().filter { $0.path.hasPrefix("/v3/processes?") }
            #expect(pages.count == 3)
        }
    }
}
