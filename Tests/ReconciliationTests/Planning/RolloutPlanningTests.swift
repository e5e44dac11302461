import Diagnostics
import Reconciliation
import Testing

@Suite struct RolloutPlanningTests {
    private let key = Field.annotation("evenkeel.dev/restart-owed")

    private func planned(
        _ strategy: DesiredRollout.Strategy?,
        _ fields: [DeclaredField],
        type: Text = "web",
        _ change: (inout ObservedApp) -> Void = { _ in }
    ) -> Plan {
        let desired = desiredApp { app in
            app.processes = [DesiredProcess(type: type, origin: place(5), fields: fields)]
            if let strategy {
                app.rollout = Declared(DesiredRollout(strategy: strategy, maxInFlight: 2, timeout: 90), at: place(4))
            }
        }
        return plan(desiredState(desired), against: observedState(observedApp("storefront", change))).plan
    }

    private func marker(_ guid: String, _ version: String, _ field: String) -> ObservedValue {
        .value(.text(Text(#"{"v":1,"process":"\#(guid)","version":"\#(version)","fields":["\#(field)"]}"#)))
    }

    @Test func `a rolling deployment comes once, after all settings of the app`() throws {
        let plan = planned(.rolling, [declared(.command, .text("x")), declared(.memory, .number(1))])

        #expect(plan.operations.map(\.step) == [.processSettings, .scale, .rollout])
        #expect(plan.operations.map(\.effect) == [.afterRollout, .afterRollout, .atOnce])
        let rollout = try #require(plan.operations.last)
        #expect(rollout.action == .restart)
        #expect(rollout.timeout == 90)
        #expect(
            rollout.request.body?.compact
                == #"{"strategy":"rolling","options":{"max_in_flight":2},"relationships":{"app":{"data":{"guid":"{app.guid}"}}},"#
                + #""metadata":{"labels":{"evenkeel.dev/rollout":"{rollout}"}}}"#
        )
        #expect(PlanSummary(plan).restart == 1)
    }

    @Test func `a restart has no body`() throws {
        let rollout = try #require(planned(.restart, [declared(.command, .text("x"))]).operations.last)

        #expect(rollout.request.path == "/v3/apps/{app.guid}/actions/restart")
        #expect(rollout.request.body == nil)
    }

    @Test func `what is live at once needs no rollout and leaves no marker`() {
        let plan = planned(.rolling, [declared(.instances, .number(5)), declared(.label("a"), .text("b"))])

        #expect(plan.operations.map(\.step) == [.processSettings, .scale])
        #expect(plan.operations.allSatisfy { !$0.marksRestart })
    }

    @Test func `a scale that needs a restart is marked in a PATCH before it`() {
        let plan = planned(.rolling, [declared(.memory, .number(1))])

        #expect(plan.operations.map(\.step) == [.processSettings, .scale, .rollout])
        #expect(plan.operations.first?.marksRestart == true)
        #expect(plan.operations.first?.changes.isEmpty == true)
    }

    @Test func `a stopped app is neither marked nor started`() {
        let plan = planned(.rolling, [declared(.command, .text("x"))]) { $0.isStarted = false }

        #expect(plan.operations.map(\.step) == [.processSettings])
        #expect(plan.operations.first?.marksRestart == false)
        #expect(plan.operations.first?.effect == .atStart)
    }

    @Test func `a restart that an earlier apply left is made by the next`() throws {
        let plan = planned(.rolling, [declared(.command, .text("bin/serve"))]) {
            $0.processes[0].fields[key] = marker("storefront-web", "v1", "health_check.timeout")
        }

        #expect(plan.operations.map(\.step) == [.rollout])
        #expect(plan.operations.first?.notes.last == "owed since an earlier change of health_check.timeout")
    }

    @Test func `whoever restarts the app settles what is owed`() {
        for (guid, version) in [("storefront-web", "v0"), ("another-web", "v1")] {
            let plan = planned(.rolling, [declared(.command, .text("bin/serve"))]) {
                $0.processes[0].fields[key] = marker(guid, version, "command")
            }
            #expect(plan.isEmpty)
        }
    }

    @Test func `without a rollout what is owed is named and nothing is done`() {
        let plan = planned(nil, [declared(.command, .text("bin/serve"))]) {
            $0.processes[0].fields[key] = marker("storefront-web", "v1", "command")
        }

        #expect(plan.isEmpty)
        #expect(plan.owed.map(\.fields) == [["command"]])
    }

    @Test func `fields that are still owed stay in the marker`() throws {
        let plan = planned(nil, [declared(.command, .text("x"))]) {
            $0.processes[0].fields[key] = marker("storefront-web", "v1", "user")
        }

        let body = try #require(
            plan.operations.first?.request.body?["metadata"]?["annotations"]?[RestartMarkerKey.text]
        )
        #expect(body.compact.contains(#"\"fields\":[\"user\",\"command\"]"#), "\(body.compact)")
    }

    @Test func `a change of the image is marked on the droplet with what runs`() throws {
        let desired = desiredApp {
            $0.rollout = Declared(DesiredRollout(strategy: .restart), at: place(4))
            $0.droplet = DesiredDroplet(
                origin: place(5),
                fields: [declared(.image, .text("registry.example/storefront:2"))]
            )
        }
        let observed = observedApp {
            $0.lifecycle = .docker
            $0.droplet = dockerDroplet
        }

        let plan = plan(
            desiredState(desired),
            against: observedState(observed, scopes: ["cloud_controller.admin"])
        ).plan

        #expect(plan.operations.map(\.step) == [.dropletImage, .rollout])
        let marker = try #require(plan.operations.first?.request.body?["metadata"]?["annotations"])
        let filled = marker.filled(with: [
            "processes.web.guid": "g1", "processes.web.version": "v1", "processes.worker.guid": "g2",
            "processes.worker.version": "v2",
        ])
        #expect(
            filled[RestartMarkerKey.text]
                == .text(#"{"v":1,"app":{"web":["g1","v1"],"worker":["g2","v2"]}}"#)
        )
    }

    @Test func `a rollout for a worker's sake says that it takes web along`() {
        let plan = planned(.rolling, [declared(.command, .text("x"))], type: "worker")

        #expect(plan.operations.last?.notes.last == "the API restarts whole apps: web is restarted, too")
    }
}

/// The key as users see it, written out so that a change of it is noticed.
private enum RestartMarkerKey {
    static let text: Text = "evenkeel.dev/restart-owed"
}
