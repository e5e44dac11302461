import Diagnostics
import Reconciliation
import TestSupport
import Testing

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
}
