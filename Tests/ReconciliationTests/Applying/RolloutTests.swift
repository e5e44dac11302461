import Diagnostics
import Reconciliation
import TestSupport
import Testing

@Suite struct RolloutTests {
    private let clock = JumpingClock()
    private let observed = observedState(
        observedApp {
            $0.processes[0].fields[.annotation("evenkeel.dev/restart-owed")] = .value(
                .text(#"{"v":1,"process":"storefront-web","version":"v1","fields":["command"]}"#)
            )
        }
    )

    private func apply(_ strategy: DesiredRollout.Strategy, on platform: ScriptedPlatform) async -> ApplyReport {
        let desired = desiredApp {
            $0.rollout = Declared(DesiredRollout(strategy: strategy, timeout: 60), at: place(4))
        }
        let plan = plan(desiredState(desired), against: observed).plan
        #expect(plan.operations.map(\.step) == [.rollout])
        return await Applier(platform: platform, observed: observed, clock: clock).apply(plan)
    }

    private func process(_ version: String = "v1") -> ObservedProcess {
        ObservedProcess(
            guid: "storefront-web",
            type: "web",
            version: version,
            fields: [.instances: .value(.number(1))]
        )
    }

    private func instance(_ state: String, _ details: String? = nil) -> ObservedInstance {
        var instance = ObservedInstance(index: 0, state: state)
        instance.details = details
        return instance
    }

    private func deployment(_ reason: String, isActive: Bool) -> ObservedDeployment {
        var deployment = ObservedDeployment(guid: "d1", reason: reason, createdAt: "now")
        deployment.isActive = isActive
        return deployment
    }

    private func failure(_ status: Int) -> PlatformError {
        var error = PlatformError(.rejected)
        error.status = status
        error.method = "POST"
        return error
    }

    @Test func `a deployment is waited for until it is deployed and every instance is ready`() async {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("DEPLOYING", isActive: true), deployment("DEPLOYED", isActive: false)],
            instances: [[instance("STARTING")], [instance("RUNNING")]]
        ) { [self] _, _ throws(PlatformError) in .deployment(deployment("DEPLOYING", isActive: true)) }

        let report = await apply(.rolling, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.map(\.path) == ["/v3/deployments"])
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(1)])
    }

    @Test func `a deployment that does not finish is cancelled and says which instances crash`() async throws {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("DEPLOYING", isActive: true)],
            instances: [[instance("CRASHED", "exited with 1")]]
        ) { [self] _, _ throws(PlatformError) in .deployment(deployment("DEPLOYING", isActive: true)) }

        let report = await apply(.rolling, on: platform)

        #expect(platform.sent.map(\.path) == ["/v3/deployments", "/v3/deployments/d1/actions/cancel"])
        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .rolloutFailed)
        #expect(diagnostic.details.contains(.note("instance 0 of web is CRASHED: exited with 1")))
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(60))
    }

    @Test(arguments: [
        ("STOPPING", "instance 0 of web is CRASHED: exited with 1"),
        ("STARTING", "instance 0 of web is STARTING; before, it was CRASHED: exited with 1"),
    ])
    func `an instance that has crashed before is told as such`(_ state: String, _ words: String) async throws {
        let platform = ScriptedPlatform(
            processes: [process()],
            instances: [[instance("CRASHED", "exited with 1")], [instance(state)]]
        ) { _, _ throws(PlatformError) in .accepted }

        let diagnostic = try #require(await apply(.restart, on: platform).diagnostics.first)

        #expect(diagnostic.details.contains(.note(words)), "\(diagnostic)")
    }

    @Test func `the deployment and its instances together have the time that is declared`() async {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("DEPLOYING", isActive: true), deployment("DEPLOYED", isActive: false)],
            instances: [[instance("CRASHED")]]
        ) { [self] _, _ throws(PlatformError) in .deployment(deployment("DEPLOYING", isActive: true)) }

        #expect(await apply(.rolling, on: platform).diagnostics.map(\.code) == [.rolloutFailed])
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(60))
    }

    @Test func `a deployment that is finished while it is cancelled is taken as it is`() async {
        let active = [ObservedDeployment](repeating: deployment("DEPLOYING", isActive: true), count: 14)
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: active + [deployment("DEPLOYED", isActive: false)],
            instances: [[instance("RUNNING")]]
        ) { [self] request, _ throws(PlatformError) in
            guard request.kind == .createDeployment else { throw failure(422) }
            return .deployment(deployment("DEPLOYING", isActive: true))
        }

        #expect(await apply(.rolling, on: platform).line == "Applied 1 of 1 operation.")
    }

    @Test func `a deployment that somebody cancels is a failure`() async {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("CANCELED", isActive: false)]
        ) { [self] _, _ throws(PlatformError) in .deployment(deployment("DEPLOYING", isActive: true)) }

        #expect(await apply(.rolling, on: platform).diagnostics.map(\.code) == [.rolloutFailed])
    }

    @Test func `a deployment that was answered with 503 is taken up when it exists`() async {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("DEPLOYED", isActive: false)],
            instances: [[instance("RUNNING")]],
            ours: [deployment("DEPLOYING", isActive: true)]
        ) { [self] _, _ throws(PlatformError) in throw failure(503) }

        let report = await apply(.rolling, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.count == 1)
    }

    @Test func `a restart that was answered with 503 has happened when versions changed since right before`() async {
        // Somebody restarted the app after it was observed: that is not ours.
        let platform = ScriptedPlatform(
            processes: [process("v2")],
            laterProcesses: [process("v3")],
            instances: [[instance("RUNNING")]]
        ) { [self] _, _ throws(PlatformError) in throw failure(503) }

        let report = await apply(.restart, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.count == 1)
    }

    @Test func `a restart that was answered with 503 and has not happened is sent again`() async {
        let platform = ScriptedPlatform(processes: [process("v2")], instances: [[instance("RUNNING")]]) {
            [self] _, attempt throws(PlatformError) in
            guard attempt > 1 else { throw failure(503) }
            return .app([:])
        }

        let report = await apply(.restart, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(platform.sent.count == 2)
    }

    @Test func `a deployment of others is never taken for ours`() async {
        let platform = ScriptedPlatform(
            processes: [process()],
            deployments: [deployment("DEPLOYED", isActive: false)],
            instances: [[instance("RUNNING")]],
            ours: []
        ) { [self] _, attempt throws(PlatformError) in
            guard attempt > 1 else { throw failure(503) }
            return .deployment(deployment("DEPLOYING", isActive: true))
        }

        let report = await apply(.rolling, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        let labels = platform.sent.map { $0.body?["metadata"]?["labels"]?[RolloutLabel.key] }
        #expect(labels.count == 2)
        #expect(labels[0] == labels[1])
        #expect(labels[0] != .symbol("rollout"))
    }

    @Test func `a restart after which nothing runs is a failure`() async {
        let platform = ScriptedPlatform(processes: [process("v2")], instances: [[instance("CRASHED", "no port")]]) {
            _,
            _ throws(PlatformError) in .app([:])
        }

        #expect(await apply(.restart, on: platform).diagnostics.map(\.code) == [.rolloutFailed])
    }
}
