import CloudController
import Foundation
import Reconciliation
import Synchronization
import Testing

@testable import Sandbox

/// Approved runs of an apply that died: the same command writes down what it has left.
@Suite struct SavedPlanRunTests {
    private static let task = "storefront: {tasks: {migrate: {command: bin/migrate}}}"
    private static let waited = "storefront: {tasks: {migrate: {command: bin/migrate, wait: true}}}"

    /// Performs a command on a network that is gone for good once a run was asked for.
    private func dying(_ stage: Stage, _ body: (Stage) async -> Run) async throws -> Run {
        let isDead = Mutex(false)
        var stage = stage
        stage.network = MeddlingTransport(try #require(stage.network)) { request async throws(PlatformError) in
            let wasDead = isDead.withLock { isDead in
                defer { if request.method == .post, request.path.hasSuffix("/tasks") { isDead = true } }
                return isDead
            }
            if wasDead { throw PlatformError(.cancelled) }
        }
        return await body(stage)
    }

    private func expectHealed(_ apply: Run, _ stage: Stage, recorded state: String) async throws {
        #expect(apply.status == 0, "\(apply)")
        #expect(apply.output.hasSuffix("Applied 1 of 1 operation.\n"), "\(apply)")
        #expect(await stage.posts() == 1)
        let app = try await stage.json("/v3/apps?names=storefront")
        #expect(!app.contains("evenkeel.dev/claim."), "\(app)")
        #expect(app.contains("evenkeel.dev/run.") && app.contains(state), "\(app)")
        let plan = await stage.run("plan", "--exit-code")
        #expect(plan.status == 0, "\(plan)")
    }

    @Test(arguments: [Self.task, Self.waited])
    func `a run whose record an apply of the plan did not write is recorded by the same command`(
        _ manifest: String
    ) async throws {
        try await withStage { stage in
            try stage.write(manifest)
            let file = try await stage.savePlan()
            let broken = try await dying(stage) { await $0.command("apply", "--plan", file) }
            #expect(broken.status == 1, "\(broken)")

            let apply = await stage.command("apply", "--plan", file)

            try await expectHealed(apply, stage, recorded: manifest == Self.waited ? "SUCCEEDED" : "RUNNING")
        }
    }

    @Test(arguments: [Self.task, Self.waited])
    func `so is one that has ended by then`(_ manifest: String) async throws {
        try await withStage { stage in
            try stage.write(manifest)
            let file = try await stage.savePlan()
            _ = try await dying(stage) { await $0.command("apply", "--plan", file) }
            await stage.sandbox.advance(by: 600)

            let apply = await stage.command("apply", "--plan", file)

            try await expectHealed(apply, stage, recorded: manifest == Self.waited ? "SUCCEEDED" : "RUNNING")
        }
    }

    @Test func `the end of a run that was approved to be waited for is recorded when it has ended`() async throws {
        try await withStage { stage in
            try stage.write(Self.waited)
            _ = try await dying(stage) { await $0.run("apply", "--yes") }
            let file = stage.folder.appending(path: "plan.json").path
            let plan = await stage.run("plan", "--out", file)
            #expect(plan.output.contains(". wait"), "\(plan)")
            await stage.sandbox.advance(by: 600)

            let apply = await stage.command("apply", "--plan", file)

            try await expectHealed(apply, stage, recorded: "SUCCEEDED")
        }
    }
}
