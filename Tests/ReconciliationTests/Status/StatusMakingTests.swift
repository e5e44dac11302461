import Diagnostics
import Testing

@testable import Reconciliation

@Suite struct StatusMakingTests {
    private func process(_ type: Text, _ guid: String, instances: Int = 1) -> ObservedProcess {
        var process = ObservedProcess(guid: guid, type: type, version: "v1", fields: observedProcessFields)
        process.fields[.instances] = .value(.number(instances))
        return process
    }

    private func observed(_ change: (inout ObservedApp) -> Void = { _ in }) -> ObservedState {
        observedState(
            observedApp {
                $0.processes = [process("worker", "p2"), process("web", "p1", instances: 2)]
                change(&$0)
            }
        )
    }

    private func instance(_ index: Int, _ state: String, isRoutable: Bool? = nil) -> ObservedInstance {
        var instance = ObservedInstance(index: index, state: state)
        instance.isRoutable = isRoutable
        return instance
    }

    @Test func `web comes first and processes that are not declared are shown, too`() throws {
        let (report, diagnostics) = status(of: desiredState(desiredApp()), against: observed())

        let app = try #require(report.apps.first)
        #expect(diagnostics.isEmpty)
        #expect(app.processes.map(\.guid) == ["p1", "p2"])
        #expect(app.processes.map(\.wanted) == [2, 1])
        #expect(app.processes.allSatisfy { $0.instances == .unknown("not asked") && $0.ready == nil })
    }

    @Test func `ready is what runs and is not kept from taking traffic`() {
        let instances = [
            instance(0, "RUNNING"), instance(1, "RUNNING", isRoutable: true), instance(2, "RUNNING", isRoutable: false),
            instance(3, "CRASHED"), instance(4, "STARTING", isRoutable: true),
        ]
        let (report, _) = status(
            of: desiredState(desiredApp()),
            against: observed { $0.processes = [process("web", "p1", instances: 5)] },
            instances: ["p1": .known(instances)]
        )

        #expect(report.apps.first?.processes.first?.ready == 2)
        #expect(StatusSummary(report).line == "Status: 1 app, 1 process, 2 of 5 instances ready.")
    }

    @Test func `numbers of instances that have no sum are no reason to crash`() {
        let (report, _) = status(
            of: desiredState(desiredApp()),
            against: observed {
                $0.processes = [process("web", "p1", instances: .max), process("worker", "p2", instances: .max)]
            }
        )

        #expect(StatusSummary(report).instances == .max)
    }

    @Test func `nothing is to run of an app that is stopped`() {
        let (report, _) = status(
            of: desiredState(desiredApp()),
            against: observed { $0.isStarted = false },
            instances: ["p1": .known([instance(0, "RUNNING")])]
        )

        #expect(report.apps.first?.processes.allSatisfy { $0.instances == .stopped } == true)
        #expect(StatusSummary(report).line == "Status: 1 app, 2 processes, 0 of 0 instances ready. 1 app stopped.")
    }

    @Test func `a deployment tells the old process from the new one, and its instances are not compared`() throws {
        let app = desiredApp {
            $0.processes = [
                DesiredProcess(type: "web", origin: place(), fields: [declared(.instances, .number(9))])
            ]
        }
        let (report, _) = status(
            of: desiredState(app),
            against: observed {
                $0.olderProcesses = [process("web", "p0")]
                $0.deployments = [
                    ObservedDeployment(guid: "d", reason: "DEPLOYING", createdAt: "now", newProcessGUIDs: ["p1"])
                ]
            }
        )

        let processes = try #require(report.apps.first?.processes)
        #expect(processes.map(\.guid) == ["p0", "p1", "p2"])
        #expect(processes.map(\.role) == [.old, .new, .only])
        #expect(processes.prefix(2).allSatisfy { $0.fields.allSatisfy { $0.declared == nil } })
    }

    @Test func `declared checks stand beside the observed ones`() throws {
        let app = desiredApp {
            $0.processes = [
                DesiredProcess(
                    type: "web",
                    origin: place(),
                    fields: [declared(.healthCheck(.type), .text("http")), declared(.instances, .band(min: 1, max: 4))]
                )
            ]
        }
        let (report, _) = status(of: desiredState(app), against: observed())

        let fields = try #require(report.apps.first?.processes.first?.fields)
        func standing(_ field: Field) -> FieldStanding? { fields.first { $0.field == field }?.standing }
        #expect(standing(.healthCheck(.type)) == .differs(to: .text("http")))
        #expect(standing(.instances) == .inPlace)
        #expect(standing(.healthCheck(.timeout)) == nil)
        #expect(!fields.contains { $0.field == .command || $0.field == .memory })
    }

    @Test func `the newest run of what is declared counts, not the newest of the name`() throws {
        let task = DesiredTask(name: "migrate", origin: place(), fields: [declared(.command, .text("bin/migrate"))])
        let desired = desiredState(desiredApp { $0.tasks = [task] })
        let fingerprint = Fingerprint(of: task, droplet: nil).hex
        let rows = [
            observedRun("migrate", 1, .failed, fingerprint: fingerprint), observedRun("migrate", 2, .succeeded),
            observedRun("migrate", 3, .running, fingerprint: "other"), observedRun("Migrate", 4, .running),
        ]

        let (report, _) = status(of: desired, against: observed { $0.tasks = rows })

        let shown = try #require(report.apps.first?.tasks.first)
        #expect(shown.run?.sequenceID == 1 && shown.isDeclaredRun && shown.hasFailed)
        #expect(shown.others.map(\.sequenceID) == [3])
        let (without, _) = status(of: desired, against: observed { $0.tasks = Array(rows.dropFirst()) })
        let newest = try #require(without.apps.first?.tasks.first)
        #expect(newest.run?.sequenceID == 3 && !newest.isDeclaredRun && !newest.hasFailed)
    }

    // MARK: - Rows that are deleted

    private let migrate = DesiredTask(
        name: "migrate",
        origin: place(),
        fields: [declared(.command, .text("bin/migrate"))]
    )

    private var fingerprint: String { Fingerprint(of: migrate, droplet: nil).hex }

    private func shown(_ change: (inout ObservedApp) -> Void) throws -> (task: TaskStatus, failed: Int) {
        let (report, _) = status(of: desiredState(desiredApp { $0.tasks = [migrate] }), against: observed(change))
        return (try #require(report.apps.first?.tasks.first), StatusSummary(report).failedTasks)
    }

    @Test(arguments: RunRecord.State.allCases.filter { $0 != .refused })
    func `a run whose row is deleted is known from the record`(_ state: RunRecord.State) throws {
        let (task, failed) = try shown { $0.remember("migrate", ("other", 1, .running, 9), (fingerprint, 2, state, 4)) }

        #expect(task.run == nil)
        #expect(task.recorded?.state == state)
        #expect(task.recorded?.sequenceID == 4)
        #expect(task.recorded?.recordedAt == "2026-10-01T00:00:00Z")
        #expect(task.isDeclaredRun)
        #expect(failed == (state == .failed || state == .canceled ? 1 : 0))
    }

    @Test func `a run that was refused is none`() throws {
        let (task, failed) = try shown { app in
            app.tasks = [observedRun("migrate", 4, .failed, fingerprint: fingerprint)]
            app.remember("migrate", (fingerprint, 1, .refused, 4))
        }
        #expect(task.run == nil && task.recorded == nil && failed == 0)
    }

    @Test func `a row says more than the record, as long as it is of the newest attempt`() throws {
        let row = observedRun("migrate", 4, .failed, fingerprint: fingerprint)
        let (known, failed) = try shown {
            $0.tasks = [row]
            $0.remember("migrate", (fingerprint, 1, .running, 4))
        }
        #expect(known.run?.sequenceID == 4 && known.recorded == nil && failed == 1)

        let (later, none) = try shown {
            $0.tasks = [row]
            $0.remember("migrate", (fingerprint, 2, .succeeded, 5))
        }
        #expect(later.run == nil && later.recorded?.sequenceID == 5 && none == 0)
    }

    @Test func `what is recorded of another specification is said where nothing else is known`() throws {
        let (task, failed) = try shown { $0.remember("migrate", ("other", 1, .failed, 9), ("oldest", 1, .running, 4)) }
        #expect(task.recorded?.sequenceID == 9 && !task.isDeclaredRun && failed == 0)

        let (withRow, _) = try shown {
            $0.tasks = [observedRun("migrate", 10, .running, fingerprint: "newer")]
            $0.remember("migrate", ("other", 1, .failed, 9))
        }
        #expect(withRow.run?.sequenceID == 10 && withRow.recorded == nil && !withRow.isDeclaredRun)

        let (live, _) = try shown {
            $0.tasks = [observedRun("migrate", 10, .running, fingerprint: "newer")]
            $0.remember("migrate", (fingerprint, 1, .succeeded, 9))
        }
        #expect(live.recorded?.sequenceID == 9 && live.isDeclaredRun && live.others.map(\.sequenceID) == [10])
    }

    @Test func `a record that cannot be read is said, unless the row says everything`() throws {
        func spoil(_ app: inout ObservedApp) {
            app.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text("nonsense"))
        }
        #expect(try shown(spoil).task.unreadableRecord == "is not JSON")
        let (task, _) = try shown {
            spoil(&$0)
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
        }
        #expect(task.unreadableRecord == nil)
    }
}
