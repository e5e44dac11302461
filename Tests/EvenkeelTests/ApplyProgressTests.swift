import Foundation
import Sandbox
import TestSupport
import Testing

/// What an apply shows on a terminal while it goes on.
@Suite struct ApplyProgressTests {
    private static let manifest = """
        payments:
          processes: {web: {instances: 2}}
        storefront:
          rollout: restart
          processes: {web: {command: bin/new}}
          tasks: {migrate: {command: bin/migrate, wait: true}}
        """

    private static var seed: Seed {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: 4)]
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 3, result: .failed)]
        return seed
    }

    private func apply(_ stage: Stage, rows: Int?, _ arguments: String...) async -> Run {
        let manifest = stage.folder.appending(path: "acme.yml").path
        return await evenkeel(["apply", "--yes", manifest] + arguments, on: stage.terminal(rows: rows))
    }

    @Test func `on a terminal what is in work is drawn over itself, and is gone at the end`() async throws {
        try await withStage(seed: Self.seed) { stage in
            try stage.write(Self.manifest)

            let run = await apply(stage, rows: 24, "--parallelism", "1", "--color", "never")

            #expect(run.status == 5, "\(run)")
            let frames = run.error.components(separatedBy: "\u{1b}[?7l").dropFirst()
                .map { $0.components(separatedBy: "\u{1b}[?7h")[0] }
            #expect(
                frames.contains(
                    """
                      1 of 4 operations done
                        acme/production/storefront: update processes/web
                    """
                ),
                "\(frames)"
            )
            #expect(
                frames.contains { $0.contains("acme/production/storefront: waiting, 2 instances are not ready yet") }
            )
            #expect(frames.contains { $0.contains("waiting, tasks/migrate: run 2 is") }, "\(frames)")
            #expect(frames.last == "  3 of 4 operations done, 1 failed")
            // Taken away before the closing report.
            let rest = try #require(run.error.components(separatedBy: "\u{1b}[?7h").last)
            #expect(rest.hasPrefix("\r\u{1b}[Jerror[run-failed]"), "\(rest)")
            #expect(!run.output.contains("\u{1b}") && !run.output.contains("in work"))
            #expect(run.output.hasSuffix("Applied 3 of 4 operations; 1 failed, 0 not attempted.\n"), "\(run)")
        }
    }

    @Test func `elsewhere there are plain lines, and none for what has only begun`() async throws {
        try await withStage(seed: Self.seed) { stage in
            try stage.write(Self.manifest)

            let run = await apply(stage, rows: nil)

            #expect(!run.error.contains("\u{1b}"))
            #expect(
                run.error.contains("  ...    acme/production/storefront: 2 instances are not ready yet\n"),
                "\(run)"
            )
            #expect(!run.error.contains("operations done"))
        }
    }

    @Test func `many apps are counted, and JSON on stdout stays one document`() async throws {
        var seed = Self.seed
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: 9)]
        seed.organizations[0].spaces[0].apps += (0..<8).map { number in
            Seed.App(
                "app-\(number)",
                droplets: [Seed.Droplet(processTypes: [("web", "bin/serve")])],
                processes: [Seed.Process("web", instances: 1, memory: 64, disk: 64)]
            )
        }
        try await withStage(seed: seed) { stage in
            try stage.write(
                (0..<8).map { "app-\($0): {rollout: restart, processes: {web: {command: bin/new}}}" }
                    .joined(separator: "\n")
            )

            let run = await apply(stage, rows: 24, "--format", "json", "--color", "never")

            #expect(run.status == 0, "\(run)")
            #expect(run.error.contains("    and 3 more apps\u{1b}[?7h"), "\(run.error)")
            _ = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        }
    }

    @Test func `a dry run and a plan without operations draw nothing`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 2}}}")
            #expect(!(await apply(stage, rows: 24).error.contains("\u{1b}[?7l")))
            try stage.write("storefront: {processes: {web: {instances: 3}}}")
            #expect(!(await apply(stage, rows: 24, "--dry-run").error.contains("\u{1b}[?7l")))
        }
    }
}
