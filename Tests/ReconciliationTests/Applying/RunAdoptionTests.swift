import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// An apply after one that was interrupted: what is missing is written, and the one after that has nothing to do.
@Suite struct RunAdoptionTests {
    private static let today = 1_795_230_000

    private let clock = JumpingClock()

    private var task: DesiredTask {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        return task
    }

    private var waited: DesiredTask {
        var task = task
        task.wait = Declared(60, at: place())
        return task
    }

    private var fingerprint: String { Fingerprint(of: task, droplet: nil).hex }

    private func claim(_ time: String = "2026-11-21T02:59:00Z", of fingerprint: String? = nil) -> Claim {
        Claim(fingerprint ?? self.fingerprint, task: "migrate", random: 7, time: time, holder: "other/host")
    }

    /// Plans and applies, then plans again: there must be nothing left.
    private func heal(
        _ task: DesiredTask,
        _ change: (inout ObservedApp) -> Void
    ) async -> (platform: WatchedPlatform, report: ApplyReport) {
        let desired = desiredState(desiredApp { $0.tasks = [task] })
        let model = ModelPlatform(observedState(observedApp("storefront", change)))
        let platform = WatchedPlatform(model)
        let observed = await model.state
        let plan = plan(desired, against: observed).plan
        let stamps = Stamps(now: { Self.today })

        let report = await Applier(platform: platform, observed: observed, clock: clock, stamps: stamps).apply(plan)

        let next = Reconciliation.plan(desired, against: await model.state).plan
        #expect(next.operations.isEmpty, "\(next.operations.map(\.requests))")
        return (platform, report)
    }

    private func record(on platform: WatchedPlatform) async -> [RunRecord.Entry] {
        let fields = await platform.model.app.fields
        guard case .record(let record) = RunRecord.reading(of: "migrate", in: fields) else { return [] }
        return record.runs
    }

    @Test func `a run without its record is written down, with one read and one PATCH`() async {
        let (platform, report) = await heal(task) {
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
        }

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app", "record"])
        #expect(await record(on: platform).map(\.sequenceID) == [4])
    }

    @Test(arguments: [(ObservedTask.State.succeeded, RunRecord.State.succeeded), (.failed, .failed)])
    func `a waited run without its outcome gets it`(_ state: ObservedTask.State, _ recorded: RunRecord.State) async {
        let (platform, _) = await heal(waited) {
            $0.tasks = [observedRun("migrate", 4, state, fingerprint: fingerprint)]
            $0.remember("migrate", (fingerprint, 1, .running, 4))
        }

        #expect(await record(on: platform).map(\.state) == [recorded])
    }

    @Test func `a live run that is waited for is recorded first, then its outcome`() async {
        let (platform, report) = await heal(waited) {
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
        }

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app", "record", "GET app", "record"])
        #expect(await record(on: platform).map(\.state) == [.succeeded])
    }

    @Test func `a claim whose run is there and did not fail goes at once`() async {
        let claim = claim()
        let (platform, _) = await heal(task) {
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
            $0.fields[.annotation(claim.key)] = .value(.text(claim.value))
        }

        #expect(clock.sleeps.isEmpty)
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
        #expect(await record(on: platform).count == 1)
    }

    @Test func `a claim beside a run that failed may be about the next attempt, so it has to die first`() async {
        let claim = claim()
        let (platform, _) = await heal(task) {
            $0.tasks = [observedRun("migrate", 4, .failed, fingerprint: fingerprint)]
            $0.fields[.annotation(claim.key)] = .value(.text(claim.value))
        }

        #expect(clock.sleeps.reduce(.zero, +) >= .seconds(90))
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a dead claim of an earlier specification goes, and a new one runs`() async {
        let claim = claim(of: "feedfeedfeedfeedfeedfeedfeedfeed")
        let (platform, report) = await heal(task) { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.model.app.tasks.count == 1)
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a claim of an earlier specification that may have run is remembered as such`() async {
        let claim = claim("2026-01-01T00:00:00Z", of: "feedfeedfeedfeedfeedfeedfeedfeed")
        let (platform, _) = await heal(task) { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }

        #expect(await record(on: platform).map(\.state).contains(.unknown))
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `claims of a task that must not run are healed, too`() async {
        var canceled = DesiredTask(name: "migrate", origin: place())
        canceled.canceled = Declared(true, at: place())
        let claim = claim()
        let (platform, _) = await heal(canceled) {
            $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)]
            $0.fields[.annotation(claim.key)] = .value(.text(claim.value))
        }

        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
        #expect(await record(on: platform).map(\.state) == [.canceled])
        #expect(await platform.steps.first { $0 == "record" || $0 == "cancel" } == "record")
    }

    @Test func `what others have healed meanwhile is found in place`() async {
        let model = ModelPlatform(
            observedState(observedApp { $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)] })
        )
        let observed = await model.state
        let plan = plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan
        await model.change { $0.remember("migrate", (fingerprint, 1, .running, 4)) }
        let platform = WatchedPlatform(model)

        let report = await Applier(platform: platform, observed: observed, clock: clock).apply(plan)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app"])
    }

    @Test func `a dry run shows what would be healed`() async {
        let model = ModelPlatform(
            observedState(observedApp { $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)] })
        )
        let observed = await model.state
        let plan = plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan

        let report = await Applier(platform: DryRunPlatform(reading: model), observed: observed, clock: clock).apply(
            plan
        )

        guard case .wouldSend(let requests) = report.entries.first?.outcome else {
            Issue.record("\(report)")
            return
        }
        #expect(requests.map(\.path) == ["/v3/apps/storefront-guid"])
        #expect(requests.first?.annotation.contains(#""task":"task-4""#) == true)
        #expect(await model.sent.isEmpty)
    }
}
