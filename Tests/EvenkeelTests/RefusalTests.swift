import Sandbox
import TestSupport
import Testing

/// What is refused as a whole.
@Suite struct RefusalTests {
    private let names = (10..<22).map { "app-\($0)" }

    private var seed: Seed {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps += names.map {
            Seed.App(
                $0,
                droplets: [Seed.Droplet(processTypes: [("web", "bin/serve")])],
                processes: [Seed.Process("web", instances: 2, memory: 256, disk: 512)]
            )
        }
        return seed
    }

    /// Twelve apps; the first ones lose an instance, the others get a label.
    private func manifest(disturbing count: Int) -> String {
        names.enumerated().map { index, name in
            index < count
                ? "\(name): {processes: {web: {instances: 1}}}" : "\(name): {metadata: {labels: {team: web}}}"
        }
        .joined(separator: "\n")
    }

    @Test func `more than a third of the declared apps is refused, and nothing is written`() async throws {
        try await withStage(seed: seed) { stage in
            try stage.write(manifest(disturbing: 5))

            let plan = await stage.run("plan", "--exit-code")
            let apply = await stage.run("apply", "--yes")
            let dryRun = await stage.run("apply", "--dry-run")

            #expect(plan.status == 2)
            #expect(plan.error.contains("warning[too-much-change]: this disturbs 5 of 12 declared apps"), "\(plan)")
            #expect(plan.error.contains("--max-changes 5"))
            #expect(apply.status == 3)
            #expect(apply.error.contains("error[too-much-change]: this disturbs 5 of 12 declared apps"), "\(apply)")
            #expect(apply.output.hasSuffix("Applied 0 of 12 operations; 0 failed, 12 not attempted.\n"), "\(apply)")
            #expect(dryRun.status == 3)
            #expect(dryRun.output.hasSuffix("Dry run: 0 requests would be sent; nothing was sent.\n"), "\(dryRun)")
            #expect(await stage.writes() == [])
        }
    }

    @Test(arguments: [["--max-changes", "5"], ["--max-changes", "45%"]])
    func `what was allowed is applied`(_ flags: [String]) async throws {
        try await withStage(seed: seed) { stage in
            try stage.write(manifest(disturbing: 5))

            let apply = await stage.run("apply", ["--yes"] + flags)

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 12 of 12 operations.\n"), "\(apply)")
        }
    }

    @Test func `apps that targets leave out still count as declared`() async throws {
        try await withStage(seed: seed) { stage in
            try stage.write(manifest(disturbing: 5))

            let apply = await stage.run("apply", "--yes", "--target", "**/app-10", "--target", "**/app-11")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.hasSuffix("Applied 2 of 2 operations.\n"), "\(apply)")
        }
    }

    @Test func `nobody is asked about what is refused`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {protected: true, processes: {web: {instances: 1}}}")

            let apply = await stage.run("apply", answering: "yes")

            #expect(apply.status == 3)
            #expect(!apply.error.contains("Apply?"))
            #expect(await stage.writes() == [])
        }
    }

    @Test func `a protected app may be given more, and be disturbed when that is allowed`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {protected: true, processes: {web: {instances: 4}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write("storefront: {protected: true, processes: {web: {instances: 1}}}")

            #expect(await stage.run("apply", "--yes").status == 3)
            #expect(await stage.run("apply", "--yes", "--allow-protected").status == 0)
        }
    }

    @Test(arguments: ["-1", "half", "120%"])
    func `a limit that is none is a wrong command line`(_ text: String) async {
        let run = await evenkeel("plan", "x.yml", "--max-changes=\(text)")

        #expect(run.status == 64)
        #expect(run.error.contains("--max-changes takes a number of apps or a percentage"), "\(run)")
    }
}
