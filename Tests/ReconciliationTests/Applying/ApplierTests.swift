import Diagnostics
import Reconciliation
import TestSupport
import Testing

@Suite struct ApplierTests {
    private let clock = JumpingClock()

    private func planned(
        _ desired: DesiredApp...,
        observed: ObservedState = observedState(observedApp()),
    ) -> (Plan, ObservedState) {
        var state = desiredState()
        state.spaces[0].apps = desired
        return (plan(state, against: observed).plan, observed)
    }

    private func app(_ name: Text = "storefront", _ fields: DeclaredField...) -> DesiredApp {
        desiredApp(name) { $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)] }
    }

    private func apply(
        _ planned: (Plan, ObservedState),
        on platform: ScriptedPlatform,
        _ options: ApplyOptions = ApplyOptions()
    ) async -> ApplyReport {
        await Applier(platform: platform, observed: planned.1, options: options, clock: clock).apply(planned.0)
    }

    private func process(_ changes: ObservedFields, guid: String = "storefront-web") -> Answer {
        .process(
            ObservedProcess(
                guid: guid,
                type: "web",
                version: "v1",
                fields: observedProcessFields.merging(changes) { $1 }
            )
        )
    }

    private func failure(_ status: Int) -> PlatformError {
        var error = PlatformError(.rejected)
        error.status = status
        return error
    }

    @Test func `an answer that shows what was asked is applied`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in process([.command: .value(.text("x"))]) }

        let report = await apply(planned(app("storefront", declared(.command, .text("x")))), on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.map(\.path) == ["/v3/processes/storefront-web"])
    }

    @Test func `an answer that shows something else is a failure`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in process([:]) }

        let report = await apply(planned(app("storefront", declared(.command, .text("x")))), on: platform)

        #expect(report.diagnostics.map(\.code) == [.notTaken])
        #expect(report.diagnostics.first?.details.first == .note(#"asked for "x", answered "bin/serve""#))
    }

    @Test func `a secret that the server quotes is masked`() async throws {
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in
            var error = PlatformError(.rejected)
            error.status = 422
            error.messages = [.init(title: "CF-UnprocessableEntity", code: 10008, detail: "run hunter2 is too long")]
            throw error
        }
        let secret = declared(.command, .text("run hunter2"), masked: "run ((password))")

        let report = await apply(planned(app("storefront", secret)), on: platform)

        let details = try #require(report.diagnostics.first).details
        #expect(details.contains(.api("run ((password)) is too long")), "\(details)")
    }

    @Test func `the first failure ends its app, the others go on`() async {
        let platform = ScriptedPlatform { [self] request, _ throws(PlatformError) in
            guard request.path.contains("other") else { throw failure(422) }
            return process([.command: .value(.text("x"))], guid: "other-web")
        }
        let planned = planned(
            app("other", declared(.command, .text("x"))),
            app("storefront", declared(.command, .text("x")), declared(.memory, .number(1))),
            observed: observedState(observedApp(), observedApp("other"))
        )

        let report = await apply(planned, on: platform)

        #expect(report.line == "Applied 1 of 3 operations; 1 failed, 1 not attempted.")
        #expect(report.entries.map { "\($0.operation.address.app)" } == ["other", "storefront", "storefront"])
    }

    @Test func `fail fast begins no further app`() async {
        let platform = ScriptedPlatform { [self] _, _ throws(PlatformError) in throw failure(422) }
        let planned = planned(
            app("a", declared(.command, .text("x"))),
            app("b", declared(.command, .text("x"))),
            observed: observedState(observedApp("a"), observedApp("b"))
        )

        let report = await apply(planned, on: platform, ApplyOptions(parallelism: 1, failsFast: true))

        #expect(report.line == "Applied 0 of 2 operations; 1 failed, 1 not attempted.")
        #expect(platform.sent.count == 1)
    }

    @Test func `after a 404 the process is looked up once by its role`() async {
        let platform = ScriptedPlatform(processes: [ObservedProcess(guid: "new-web", type: "web", version: "v1")]) {
            [self] request, _ throws(PlatformError) in
            guard request.path.contains("new-web") else { throw failure(404) }
            return process([.command: .value(.text("x"))], guid: "new-web")
        }

        let report = await apply(planned(app("storefront", declared(.command, .text("x")))), on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.map(\.path) == ["/v3/processes/storefront-web", "/v3/processes/new-web"])
    }

    @Test func `a scale that was answered with 503 is read before it is sent again`() async {
        let scaled = ObservedProcess(
            guid: "storefront-web",
            type: "web",
            fields: observedProcessFields.merging([.instances: .value(.number(3))]) { $1 }
        )
        let platform = ScriptedPlatform(processes: [scaled]) { [self] _, _ throws(PlatformError) in throw failure(503) }

        let report = await apply(planned(app("storefront", declared(.instances, .number(3)))), on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.count == 1)
    }

    @Test func `a scale that has not happened is sent again a few times`() async {
        let unscaled = ObservedProcess(guid: "storefront-web", type: "web", fields: observedProcessFields)
        let platform = ScriptedPlatform(processes: [unscaled]) { [self] _, attempt throws(PlatformError) in
            guard attempt == 3 else { throw failure(503) }
            return process([.instances: .value(.number(3))])
        }

        let report = await apply(planned(app("storefront", declared(.instances, .number(3)))), on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test func `what the caller may not do fails before the first write of its app`() async {
        let desired = desiredApp {
            $0.fields = [declared(.label("a"), .text("b"))]
            $0.processes = [DesiredProcess(type: "web", origin: place(), fields: [declared(.command, .text("x"))])]
        }
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in .notSent }

        let report = await apply(
            planned(desired, observed: observedState(observedApp(), roles: ["space_supporter"])),
            on: platform
        )

        #expect(platform.sent.isEmpty)
        #expect(report.diagnostics.map(\.code) == [.notPermitted])
        #expect(report.line == "Applied 0 of 2 operations; 1 failed, 1 not attempted.")
    }

    @Test func `a platform that cannot write says what it would send`() async throws {
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in throw PlatformError(.unreachable) }
        let planned = planned(app("storefront", declared(.command, .text("x"))))

        let report = await Applier(platform: DryRunPlatform(reading: platform), observed: planned.1, clock: clock)
            .apply(planned.0)

        #expect(platform.sent.isEmpty)
        guard case .wouldSend(let requests) = try #require(report.entries.first).outcome else {
            Issue.record("not what would be sent: \(report)")
            return
        }
        #expect(requests.map(\.path) == ["/v3/processes/storefront-web"])
    }
}
