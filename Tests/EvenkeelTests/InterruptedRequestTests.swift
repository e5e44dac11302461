import CloudController
import Reconciliation
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import evenkeel

/// An apply that is interrupted while a request that writes is on its way: its answer is awaited and counts.
@Suite struct InterruptedRequestTests {
    /// Applies, and is cancelled right before such a request reaches the server.
    ///
    /// - Parameter path: requests that write there are executed and answered with 503; nil where all is answered well.
    private func interrupted(
        _ stage: Stage,
        executedAndRefusing path: String? = nil,
        at isReached: @escaping @Sendable (TransportRequest) -> Bool
    ) async throws -> Run {
        if let path {
            await stage.sandbox.addFault(
                Fault(path: path, moment: .afterCommit, .answer(status: 503, headers: [], body: []))
            )
        }
        var stage = stage
        let apply = Mutex<Task<Run, Never>?>(nil)
        let cancel = Once {
            while apply.withLock({ $0 == nil }) { await Task.yield() }
            apply.withLock { $0?.cancel() }
        }
        stage.network = MeddlingTransport(try #require(stage.network)) { request async throws(PlatformError) in
            if request.method != .get, isReached(request) { await cancel.happen() }
        }
        let ready = stage
        let task = Task { await ready.run("apply", "--yes") }
        apply.withLock { $0 = task }
        return await task.value
    }

    @Test func `a PATCH that was on its way counts as done, and nothing follows`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: web}}, processes: {web: {command: bin/other}}}")

            let run = try await interrupted(stage) { $0.method == .patch }

            #expect(run.output.contains("done   update acme/production/storefront: metadata.labels.team"), "\(run)")
            #expect(run.output.contains("Applied 1 of 2 operations; 0 failed, 1 not attempted."), "\(run)")
            #expect(await stage.writes().count == 1)
        }
    }

    @Test func `a scale that was on its way counts as done`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 4}}}")

            let run = try await interrupted(stage) { $0.path.hasSuffix("/actions/scale") }

            #expect(run.output.contains("Applied 1 of 1 operation."), "\(run)")
        }
    }

    @Test func `a run whose POST was on its way is recorded, and not created again`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")

            let run = try await interrupted(stage) { $0.path.hasSuffix("/tasks") }

            #expect(run.output.contains("Applied 1 of 1 operation."), "\(run)")
            let plan = await stage.run("plan", "--exit-code")
            #expect(plan.status == 0, "\(plan)")
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.posts() == 1)
        }
    }

    @Test func `a deployment whose POST was on its way is named`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/other}}}")

            let run = try await interrupted(stage) { $0.path == "/v3/deployments" }

            #expect(run.error.contains("error[interrupted]: interrupted while waiting for"), "\(run)")
            #expect(run.error.contains("the next apply waits for it"), "\(run)")
        }
    }

    @Test func `a PATCH that was executed and answered with an error may have happened`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: web}}}")

            let run = try await interrupted(stage, executedAndRefusing: "/v3/apps/*") { $0.method == .patch }

            #expect(run.error.contains("it was sent and may have happened"), "\(run)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `after a scale that was executed and answered with an error a look tells that it is done`() async throws
    {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 4}}}")

            let run = try await interrupted(stage, executedAndRefusing: "/v3/processes/*/actions/scale") {
                $0.path.hasSuffix("/actions/scale")
            }

            #expect(run.output.contains("Applied 1 of 1 operation."), "\(run)")
        }
    }

    @Test func `a deployment that was executed and answered with an error is found and named`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/other}}}")

            let run = try await interrupted(stage, executedAndRefusing: "/v3/deployments") {
                $0.path == "/v3/deployments"
            }

            #expect(run.error.contains("the next apply waits for it"), "\(run)")
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.writes().filter { $0.hasSuffix("/v3/deployments") }.count == 1)
        }
    }

    @Test func `a fault of the program says what happened and asks for a report`() async throws {
        struct Surprise: Error, CustomStringConvertible { let description = "a surprise" }
        let terminal = Terminal()

        let status = EvenkeelCommand.end(with: Surprise(), on: terminal.console)

        #expect(status == 70)
        #expect(terminal.error.contains("internal error in evenkeel \(Version.text): a surprise"))
        #expect(terminal.error.contains("please report it"))
    }
}

/// Something that happens at most once.
private actor Once {
    private var action: (@Sendable () async -> Void)?

    init(_ action: @escaping @Sendable () async -> Void) {
        self.action = action
    }

    func happen() async {
        let action = action
        self.action = nil
        await action?()
    }
}
