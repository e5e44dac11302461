import CloudController
import Reconciliation
import Sandbox
import TestSupport
import Testing

/// A wait that is declared lasts as long as is declared, whatever the server answers to the looks.
@Suite struct WaitingByTheClockTests {
    private static let waited = "storefront: {tasks: {migrate: {command: bin/migrate, wait: {timeout: 3m}}}}"

    private static let troubles: [Fault.Trouble] = [
        .answer(status: 500, headers: [], body: []), .answer(status: 502, headers: [], body: []),
        .answer(status: 503, headers: [], body: []), .reset, .truncated,
        .answer(status: 429, headers: [("Retry-After", "90")], body: []),
    ]

    private func seed(runSeconds: Int) -> Seed {
        var seed = Seed.storefront
        seed.taskRuns = [Seed.TaskRun("migrate", runSeconds: runSeconds)]
        return seed
    }

    @Test(arguments: troubles)
    func `a look at a run that brings nothing is no result`(_ trouble: Fault.Trouble) async throws {
        try await withStage(seed: seed(runSeconds: 30)) { stage in
            try stage.write(Self.waited)
            await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/tasks/*", skip: 1, times: 8, trouble))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("has SUCCEEDED"), "\(run)")
        }
    }

    @Test(arguments: troubles)
    func `a look at a live run of the name that brings nothing is no result`(_ trouble: Fault.Trouble) async throws {
        try await withStage(seed: seed(runSeconds: 30)) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, revision: \"2\"}}}")
            await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/tasks/*", times: 8, trouble))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(await stage.posts() == 2)
        }
    }

    /// The clock moves on by four seconds while somebody waits for the answer, or as far as anybody waits.
    private func slow(_ stage: Stage, _ path: String = "/v3/tasks/") throws -> MeddlingTransport {
        let clock = stage.clock
        return MeddlingTransport(try #require(stage.network)) { request async throws(PlatformError) in
            guard request.method == .get, request.path.hasPrefix(path) else { return }
            let limit = request.timeout ?? .seconds(60)
            try? await clock.sleep(for: min(.seconds(4), limit))
            if limit < .seconds(4) { throw PlatformError(.timedOut) }
        }
    }

    private func seconds(_ stage: Stage, _ body: () async -> Void) async -> Double {
        let start = stage.clock.now
        await body()
        return start.duration(to: stage.clock.now) / .seconds(1)
    }

    @Test func `slow looks at a run do not make its wait longer`() async throws {
        try await withStage(seed: seed(runSeconds: 600)) { stage in
            var stage = stage
            stage.network = try slow(stage)
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate, wait: {timeout: 10s}}}}")

            let seconds = await seconds(stage) {
                let run = await stage.run("apply", "--yes")
                #expect(run.error.contains("error[wait-timed-out]"), "\(run)")
            }

            #expect((10...13).contains(seconds), "\(seconds)")
        }
    }

    @Test(arguments: [("rolling", "/v3/deployments/"), ("restart", "/v3/processes/")])
    func `slow looks at a rollout do not make its wait longer`(_ rollout: String, _ path: String) async throws {
        var seed = Seed.storefront
        seed.processRuns = [Seed.ProcessRun(command: "bin/other", startSeconds: nil)]
        try await withStage(seed: seed) { stage in
            var stage = stage
            stage.network = try slow(stage, path)
            try stage.write(
                "storefront: {rollout: {strategy: \(rollout), timeout: 10s}, processes: {web: {command: bin/other}}}"
            )

            let seconds = await seconds(stage) {
                let run = await stage.run("apply", "--yes")
                #expect(run.error.contains("is not running after 10 seconds"), "\(run)")
            }

            #expect((10...17).contains(seconds), "\(seconds)")
        }
    }

    @Test func `slow looks at a live run of the name do not make its wait longer`() async throws {
        try await withStage(seed: seed(runSeconds: 600)) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            #expect(await stage.run("apply", "--yes").status == 0)
            var stage = stage
            stage.network = try slow(stage)
            try stage.write(
                "storefront: {tasks: {migrate: {command: bin/migrate, revision: \"2\", wait: {timeout: 10s}}}}"
            )

            let seconds = await seconds(stage) {
                let run = await stage.run("apply", "--yes")
                #expect(run.error.contains("error[run-in-progress]"), "\(run)")
            }

            #expect((10...13).contains(seconds), "\(seconds)")
        }
    }
}
