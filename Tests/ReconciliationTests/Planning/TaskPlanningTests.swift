import Diagnostics
import Reconciliation
import Testing

@Suite struct TaskPlanningTests {
    private var migrate: DesiredTask {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [
            declared(.command, .text("bin/migrate")), declared(.memory, .number(256)),
            declared(.label("kind"), .text("migration")),
        ]
        return task
    }

    private func planned(
        _ task: DesiredTask,
        _ change: (inout ObservedApp) -> Void = { _ in }
    ) -> (plan: Plan, diagnostics: [Diagnostic]) {
        let observed = observedApp("storefront") {
            change(&$0)
            $0.rememberRows()
        }
        return plan(desiredState(desiredApp { $0.tasks = [task] }), against: observedState(observed))
    }

    @Test func `a task without a run is created with its labels and the droplet`() throws {
        let operation = try #require(planned(migrate).plan.operations.first)

        let fingerprint = Fingerprint(of: migrate, droplet: nil).hex
        #expect(operation.action == .run)
        #expect(operation.request.path == "/v3/apps/{app.guid}/tasks")
        #expect(
            operation.request.body?.compact
                == #"{"name":"migrate","command":"bin/migrate","memory_in_mb":256,"droplet_guid":"{droplet.guid}","#
                + #""metadata":{"labels":{"evenkeel.dev/run":"\#(fingerprint)","evenkeel.dev/attempt":"1","kind":"migration"}}}"#
        )
    }

    @Test func `a run of the same specification is not repeated, whatever became of the others`() {
        let fingerprint = Fingerprint(of: migrate, droplet: nil).hex

        for state in [ObservedTask.State.succeeded, .running, .pending, .canceling] {
            let plan = planned(migrate) {
                $0.tasks = [
                    observedRun("migrate", 1, .failed),
                    observedRun("migrate", 2, state, fingerprint: fingerprint, labels: ["kind": "migration"]),
                ]
            }.plan
            #expect(plan.isEmpty, "\(state)")
        }
    }

    @Test func `a run that failed is shown with the server's reason and not repeated`() {
        let fingerprint = Fingerprint(of: migrate, droplet: nil).hex

        let plan = planned(migrate) {
            var run = observedRun("migrate", 2, .failed, fingerprint: fingerprint, labels: ["kind": "migration"])
            run.failureReason = "App instance exited with exit code 1"
            $0.tasks = [run]
        }.plan

        #expect(plan.operations.isEmpty)
        #expect(plan.failedRuns.map(\.reason) == ["App instance exited with exit code 1"])
        #expect(PlanSummary(plan).line.hasSuffix("0 unchanged. 1 failed."))
    }

    @Test func `runs of the declared specification are relabelled in any state, earlier ones are left alone`() {
        let fingerprint = Fingerprint(of: migrate, droplet: nil).hex

        let plan = planned(migrate) {
            $0.tasks = [
                observedRun("migrate", 1, .succeeded, fingerprint: "another"),
                observedRun("migrate", 2, .succeeded, fingerprint: fingerprint, labels: ["kind": "old"]),
            ]
        }.plan

        #expect(plan.operations.map(\.request.path) == ["/v3/tasks/{tasks.2.guid}"])
        #expect(plan.operations.first?.request.body?.compact == #"{"metadata":{"labels":{"kind":"migration"}}}"#)
    }

    @Test func `another run of the same name that is live is waited for`() throws {
        let (plan, diagnostics) = planned(migrate) {
            $0.tasks = [observedRun("migrate", 1, .running, fingerprint: "another")]
        }

        #expect(diagnostics.isEmpty)
        let operation = try #require(plan.operations.first)
        #expect(operation.action == .run)
        #expect(operation.run?.patience == 600)
        #expect(operation.notes == ["waits for run 1 of that name, which is RUNNING"])
    }

    @Test func `a failed run is repeated as often as declared and no oftener`() throws {
        var task = migrate
        task.retries = Declared(2, at: place())
        let fingerprint = Fingerprint(of: task, droplet: nil).hex
        func attempts(_ count: Int) -> Plan {
            planned(task) {
                $0.tasks = (1...count).map { attempt in
                    observedRun(
                        "migrate",
                        attempt,
                        .failed,
                        fingerprint: fingerprint,
                        labels: ["kind": "migration", RunLabel.attempt: Text("\(attempt)")]
                    )
                }
            }.plan
        }

        let second = try #require(attempts(1).operations.first)
        #expect(second.run?.attempt == 2)
        #expect(second.run?.lastAttempt == 3)
        #expect(second.request.body?["metadata"]?["labels"]?[RunLabel.attempt] == .symbol("attempt"))
        let third = try #require(attempts(2).operations.first)
        #expect(third.request.body?["metadata"]?["labels"]?[RunLabel.attempt] == "3")
        #expect(attempts(3).operations.isEmpty)
        #expect(attempts(3).failedRuns.count == 1)
    }

    @Test func `a waited run that is live is waited for and not created again`() throws {
        var task = migrate
        task.wait = Declared(900, at: place())
        let fingerprint = Fingerprint(of: task, droplet: nil).hex

        let plan = planned(task) {
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint, labels: ["kind": "migration"])]
        }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .wait)
        #expect(operation.run?.wait == 900)
        #expect(
            PlanSummary(plan).line
                == "Plan: 0 tasks to run, 0 to update, 0 to cancel, 0 to restart, 0 unchanged. 1 waited for."
        )
        // Its outcome is recorded.
        #expect(plan.writes == 1)
    }

    @Test func `what stands behind a failed run that is waited for is not attempted`() {
        var task = migrate
        task.wait = Declared(900, at: place())
        task.when = Declared(.beforeRollout, at: place())
        var other = DesiredTask(name: "seed", origin: place(9))
        other.fields = [declared(.command, .text("x"))]
        let fingerprint = Fingerprint(of: task, droplet: nil).hex
        let desired = desiredApp {
            $0.tasks = [task, other]
            $0.fields = [declared(.label("a"), .text("b"))]
        }
        let observed = observedApp {
            $0.tasks = [observedRun("migrate", 1, .failed, fingerprint: fingerprint, labels: ["kind": "migration"])]
            $0.rememberRows()
        }

        let plan = plan(desiredState(desired), against: observedState(observed)).plan

        #expect(plan.operations.map(\.step) == [.appMetadata, .tasksAfterRollout])
        #expect(plan.operations.map { $0.blocked != nil } == [false, true])
    }

    @Test func `names are compared exactly`() {
        let plan = planned(migrate) { $0.tasks = [observedRun("Migrate", 1, .running)] }.plan

        #expect(plan.operations.map(\.action) == [.run])
    }

    @Test func `once per droplet takes the droplet and the declared image into the fingerprint`() throws {
        var task = migrate
        task.run = .oncePerDroplet
        let desired = desiredApp {
            $0.tasks = [task]
            $0.droplet = DesiredDroplet(
                origin: place(),
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

        let run = try #require(plan.operations.last)
        let expected = Fingerprint(of: task, droplet: ("storefront-droplet", "registry.example/storefront:2"))
        #expect(run.run?.fingerprint == expected.hex)
        // It contains a guid, so the plan holds a symbol.
        #expect(run.request.body?["metadata"]?["labels"]?[RunLabel.run] == .symbol("run"))
        #expect(run.preconditions.contains(Plan.Precondition("droplet.guid", .text("storefront-droplet"))))
    }

    /// A task that runs once for each image, whose droplet and image are declared beside it.
    private func imageTask(_ image: DeclaredField) -> DesiredApp {
        var task = migrate
        task.run = .oncePerDroplet
        return desiredApp {
            $0.tasks = [task]
            $0.droplet = DesiredDroplet(origin: place(), fields: [image])
        }
    }

    private let dockerApp = observedApp {
        $0.lifecycle = .docker
        $0.droplet = dockerDroplet
    }

    @Test func `the declared image counts for a run even where the targets leave the droplet out`() throws {
        let desired = desiredState(imageTask(declared(.image, .text("registry.example/storefront:1"))))
        let narrowed = desired.narrowed(to: [TargetPattern("**/tasks/migrate")]).state

        let whole = try #require(plan(desired, against: observedState(dockerApp)).plan.operations.first)
        let part = try #require(plan(narrowed, against: observedState(dockerApp)).plan.operations.first)

        #expect(narrowed.spaces.first?.apps.first?.droplet == nil)
        #expect(part.run?.fingerprint == whole.run?.fingerprint)
    }

    @Test func `a run for an image that the targets leave out and the droplet lacks is an error`() {
        let desired = desiredState(imageTask(declared(.image, .text("registry.example/storefront:2"))))
        let narrowed = desired.narrowed(to: [TargetPattern("**/tasks/migrate")]).state

        let (plan, diagnostics) = plan(narrowed, against: observedState(dockerApp))

        #expect(plan.operations.isEmpty)
        #expect(diagnostics.map(\.code) == [.targetTooNarrow])
    }

    @Test func `an image with a secret in it is masked in the preconditions of a run`() throws {
        let image = declared(.image, .text("registry.example/storefront:1"), masked: "registry.example/((image))")

        let run = try #require(
            plan(desiredState(imageTask(image)), against: observedState(dockerApp)).plan.operations.last
        )

        #expect(run.preconditions.filter { $0.name == "droplet.image" }.map(\.isMasked) == [true])
    }

    @Test func `a label that is cleared is no part of a new run`() {
        var task = migrate
        task.fields.append(declared(.label("legacy"), .null))

        let changes = planned(task).plan.operations.first?.changes

        #expect(changes?.map(\.field) == [.command, .memory, .label("kind")])
    }

    @Test func `a template is named by its process type`() {
        var task = migrate
        task.template = Declared("worker", at: place())
        let operation = planned(task).plan.operations.first

        #expect(
            operation?.request.body?["template"]?["process"]?["guid"] == .symbol("processes.worker.guid")
        )

        task.template = Declared("nothing", at: place())
        #expect(planned(task).diagnostics.map(\.code) == [.notFound])
    }

    @Test func `only live runs are cancelled`() {
        var task = DesiredTask(name: "old-import", origin: place())
        task.canceled = Declared(true, at: place())

        let plan = planned(task) { app in
            app.tasks = ObservedTask.State.allCases.enumerated().map {
                observedRun("old-import", $0.offset + 1, $0.element)
            }
        }.plan

        #expect(plan.operations.compactMap(\.run?.sequenceID) == [1, 2])
        #expect(PlanSummary(plan).cancel == 1)
    }

    @Test func `an app without a droplet cannot run tasks`() {
        #expect(planned(migrate) { $0.currentDropletGUID = nil }.diagnostics.map(\.code) == [.notFound])
    }
}
