import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

@Suite struct TaskCreationTests {
    private let clock = JumpingClock()
    private let observed = observedState(
        observedApp { $0.tasks = [observedRun("old-import", 3, .running)] }
    )

    private var run: (Plan, ObservedState) {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        return (plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan, observed)
    }

    private var cancel: (Plan, ObservedState) {
        var task = DesiredTask(name: "old-import", origin: place(7))
        task.canceled = Declared(true, at: place())
        return (plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan, observed)
    }

    private func created(_ state: ObservedTask.State = .running) -> ObservedTask {
        var task = observedRun("migrate", 4, state)
        task.fields[.command] = .value(.text("bin/migrate"))
        return task
    }

    private func apply(_ planned: (Plan, ObservedState), on platform: ScriptedPlatform) async -> ApplyReport {
        await Applier(platform: platform, observed: planned.1, clock: clock).apply(planned.0)
    }

    private func failure(_ status: Int) -> PlatformError {
        var error = PlatformError(.rejected)
        error.status = status
        return error
    }

    @Test func `a run that exists is not created`() async {
        let platform = ScriptedPlatform(runs: [[created(.succeeded)]]) { _, _ throws(PlatformError) in .notSent }

        let report = await apply(run, on: platform)

        #expect(platform.sent.isEmpty)
        #expect(report.line == "Applied 1 of 1 operation.")
    }

    @Test func `a run is created with the droplet that was seen`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in .task(created()) }

        let report = await apply(run, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.map(\.path) == ["/v3/apps/storefront-guid/tasks"])
        #expect(platform.sent.first?.body?["droplet_guid"] == "storefront-droplet")
    }

    @Test func `a droplet that was replaced meanwhile is relabelled, but no run is made with it`() async {
        var app = desiredApp {
            $0.droplet = DesiredDroplet(origin: place(), fields: [declared(.label("release"), .text("2"))])
        }
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.run = .oncePerDroplet
        app.tasks = [task]
        let observed = observedState(observedApp { $0.droplet = dockerDroplet })
        var pushed = dockerDroplet
        pushed.guid = "pushed"
        pushed.fields[.label("release")] = .value(.text("2"))
        let platform = ScriptedPlatform(droplet: pushed) { [self, pushed] request, _ throws(PlatformError) in
            if request.path == "/v3/droplets/storefront-droplet" { throw failure(404) }
            return request.kind == .patchDroplet ? .droplet(pushed) : .task(created())
        }

        _ = await apply((plan(desiredState(app), against: observed).plan, observed), on: platform)

        #expect(
            platform.sent.map(\.path) == [
                "/v3/droplets/storefront-droplet", "/v3/droplets/pushed", "/v3/apps/storefront-guid/tasks",
            ]
        )
        #expect(platform.sent.last?.body?["droplet_guid"] == "storefront-droplet")
    }

    @Test func `a run that uses another droplet is a failure`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in
            var task = created()
            task.dropletGUID = "another"
            return .task(task)
        }

        #expect(await apply(run, on: platform).diagnostics.map(\.code) == [.notTaken])
    }

    @Test func `after a lost answer the row that appears late is taken and nothing is sent again`() async {
        let platform = ScriptedPlatform(runs: [[], [], [], [], [created()]]) { _, _ throws(PlatformError) in
            throw PlatformError(.timedOut)
        }

        let report = await apply(run, on: platform)

        #expect(platform.sent.count == 1)
        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test func `a row that does not appear within a minute leaves the outcome unknown`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in throw failure(503) }

        let report = await apply(run, on: platform)

        #expect(platform.sent.count == 1)
        #expect(report.diagnostics.map(\.code) == [.unknownOutcome])
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(60))
    }

    @Test func `after an interruption nobody claims to have looked for a minute`() async throws {
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in throw PlatformError(.cancelled) }

        let report = await apply(run, on: platform)

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .unknownOutcome)
        #expect(
            diagnostic.details.contains(
                .note("interrupted before an answer came; it was not sent again, so that it cannot run twice")
            )
        )
    }

    @Test func `a row that the platform set to FAILED is a failure with its reason`() async {
        var refused = created(.failed)
        refused.failureReason = "Unable to request task to be run"
        let platform = ScriptedPlatform(runs: [[], [], [refused]]) { [self] _, _ throws(PlatformError) in
            throw failure(500)
        }

        let report = await apply(run, on: platform)

        #expect(report.diagnostics.map(\.code) == [.runFailed])
        #expect(report.diagnostics.first?.message.hasSuffix("was not started") == true)
    }

    @Test func `an answer that executed nothing is a plain failure`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in throw failure(422) }

        let report = await apply(run, on: platform)

        #expect(report.diagnostics.map(\.code) == [.apiRejected])
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `a task that ended meanwhile needs no cancelling`() async {
        let platform = ScriptedPlatform(tasks: [observedRun("old-import", 3, .succeeded)]) {
            [self] _, _ throws(PlatformError) in throw failure(422)
        }

        let report = await apply(cancel, on: platform)

        #expect(platform.sent.map(\.path) == ["/v3/tasks/task-3/actions/cancel"])
        #expect(report.line == "Applied 1 of 1 operation.")
    }

    @Test func `a cancel that was answered with 503 is read before it is sent again`() async {
        let platform = ScriptedPlatform(tasks: [observedRun("old-import", 3, .canceling)]) {
            [self] _, _ throws(PlatformError) in throw failure(503)
        }

        let report = await apply(cancel, on: platform)

        #expect(platform.sent.count == 1)
        #expect(report.line == "Applied 1 of 1 operation.")
    }

    // MARK: - Runs that are waited for

    private var waited: (Plan, ObservedState) {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.wait = Declared(60, at: place())
        let rollout = DesiredTask(name: "seed", origin: place(8), fields: [declared(.command, .text("bin/seed"))])
        return (plan(desiredState(desiredApp { $0.tasks = [task, rollout] }), against: observed).plan, observed)
    }

    @Test func `a waited run whose row is gone has an unknown end, and nothing behind it is attempted`() async throws {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in .task(created()) }

        let report = await apply(waited, on: platform)

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .unknownOutcome)
        #expect(diagnostic.message == "it is unknown how `acme/production/storefront/tasks/migrate` ended")
        #expect(diagnostic.details.first == .note("run 4 was RUNNING, then its row was gone"))
        #expect(report.line == "Applied 0 of 2 operations; 1 failed, 1 not attempted.")
        #expect(platform.sent.count == 1)
    }

    @Test func `a run of an earlier apply whose row is gone has an unknown end, too`() async {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.wait = Declared(60, at: place())
        let fingerprint = Fingerprint(of: task, droplet: nil).hex
        let observed = observedState(
            observedApp { app in
                app.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
                app.remember("migrate", (fingerprint, 1, .running, 4))
            }
        )
        let planned = (plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan, observed)
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in .notSent }

        #expect(planned.0.operations.map(\.action) == [.wait])
        #expect(await apply(planned, on: platform).diagnostics.map(\.code) == [.unknownOutcome])
    }

    @Test func `a wait that is interrupted says that the run goes on`() async throws {
        // The second sleep is never begun: the task that waits is cancelled in the first.
        let clock = JumpingClock { _ in withUnsafeCurrentTask { $0?.cancel() } }
        let (planned, observed) = waited
        let platform = ScriptedPlatform(tasks: [created()]) { [self] _, _ throws(PlatformError) in .task(created()) }

        let report = await Task {
            await Applier(platform: platform, observed: observed, clock: clock).apply(planned)
        }.value

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .interrupted)
        #expect(diagnostic.message == "interrupted while waiting for `acme/production/storefront/tasks/migrate`")
        #expect(diagnostic.details.contains(.note("run 4 is RUNNING and goes on")))
    }

    @Test func `a run that has ended and could not be recorded is said to have ended`() async throws {
        let platform = WatchedPlatform(ModelPlatform(observedState(observedApp()))) {
            step,
            number,
            _ throws(PlatformError) in
            guard step == .record, number == 2 else { return }
            throw PlatformError(.timedOut)
        }
        let observed = observedState(observedApp())
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.wait = Declared(60, at: place())
        let planned = plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan

        let report = await Applier(platform: platform, observed: observed, clock: clock).apply(planned)

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .requestTimedOut)
        #expect(diagnostic.message.hasPrefix("run 1 of `acme/production/storefront/tasks/migrate` is SUCCEEDED, but"))
    }
}
