import Foundation
import Sandbox
import TestSupport
import Testing

/// The binary, killed while it waits; the next apply goes on where it was.
@Suite(.tags(.binary)) struct KillTests {
    @Test func `a rollout that a killed apply started is waited for and not made again`() async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/new", startSeconds: 20)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}")

            try await stage.kill("apply", "--yes") { $0.path.hasPrefix("/v3/deployments/") }
            let next = await stage.run("apply", "--yes")

            #expect(next.status == 0, "\(next)")
            #expect(next.error.contains("it has to end first"), "\(next)")
            #expect(await stage.writes().count { $0.hasSuffix("/v3/deployments") } == 1)
            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 0, "\(plan)")
            #expect(!plan.output.contains("Not live"))
        }
    }

    @Test func `a restart after which an apply was killed is not made again`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {rollout: restart, processes: {web: {command: bin/new}}}")

            try await stage.kill("apply", "--yes") { $0.path.hasSuffix("/actions/restart") }
            let next = await stage.run("apply", "--yes")

            #expect(next.status == 0, "\(next)")
            #expect(await stage.writes().count { $0.hasSuffix("/actions/restart") } == 1)
        }
    }

    @Test(arguments: [Seed.TaskRun.Result.succeeded, .failed])
    func `a task that a killed apply waited for is waited for by the next`(_ result: Seed.TaskRun.Result) async throws {
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 60, result: result)]
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write(
                """
                storefront:
                  rollout: restart
                  processes: {web: {command: bin/new}}
                  tasks: {migrate: {command: bin/migrate, when: before_rollout, wait: true}}
                """
            )

            try await stage.kill("apply", "--yes") { $0.method == "GET" && $0.path.hasPrefix("/v3/tasks/") }
            let next = await stage.run("apply", "--yes")

            #expect(next.status == (result == .succeeded ? 0 : 5), "\(next)")
            let writes = await stage.writes()
            #expect(writes.count { $0.hasPrefix("POST") && $0.hasSuffix("/tasks") } == 1)
            #expect(writes.count { $0.hasSuffix("/actions/restart") } == (result == .succeeded ? 1 : 0))
        }
    }

    @Test func `a token that expires while a task is waited for is replaced`() async throws {
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: 590)]
        var options = SandboxServer.Options.testing
        options.tokenLifetime = 120
        try await withStage(seed: seed, options: options, over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: true}}}")

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(apply.output.contains("has SUCCEEDED"))
            #expect(await stage.sandbox.journal().filter(\.isTokenRequest).count > 4)
        }
    }
}
