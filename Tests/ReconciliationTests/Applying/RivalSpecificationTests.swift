import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// Two specifications of one task, applied at the same time: they share a record and must not run side by side.
@Suite struct RivalSpecificationTests: ClaimStage {
    let clock = JumpingClock()

    private let other = "feedfeedfeedfeedfeedfeedfeedfeed"

    private func claim(
        _ time: String = "2026-11-21T02:59:00Z",
        task: Text = "migrate"
    ) -> Claim {
        Claim(other, task: task, random: 7, time: time, holder: "other/host")
    }

    private func isIdle(_ app: ObservedApp) -> Bool { app.tasks.allSatisfy(\.state.isTerminal) }

    @Test func `a claim to another specification is waited for, and what it led to stays recorded`() async {
        let (claim, other) = (claim(), other)
        let platform = WatchedPlatform(model { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }) {
            step,
            number,
            model throws(PlatformError) in
            if step == .claim { #expect(await Claim.all(in: model.app.fields).isEmpty) }
            guard step == .getApp, number == 3 else { return }
            await model.change { app in
                app.fields[.annotation(claim.key)] = nil
                app.tasks = [observedRun("migrate", 3, .succeeded, fingerprint: other)]
                app.remember("migrate", (other, 1, .running, 3))
            }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await record(on: platform.model).map(\.fingerprint) == [fingerprint, other])
    }

    @Test func `a claim to another task is none of ours`() async {
        let claim = claim(task: "seed")
        let platform = WatchedPlatform(model { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) })

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps.isEmpty)
        #expect(await Claim.all(in: platform.model.app.fields) == [claim])
    }

    @Test func `with a claim to another specification beside ours nobody goes on`() async {
        let claim = claim()
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            if step == .getApp, number == 2 {
                await model.change { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }
            }
            if step == .getApp, number == 3 { await model.change { $0.fields[.annotation(claim.key)] = nil } }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.steps.prefix(5) == ["GET app", "list", "claim", "GET app", "unclaim"])
        #expect(await platform.steps.count { $0 == "POST" } == 1)
    }

    @Test func `what is recorded while the run is created is not overwritten`() async {
        let other = other
        let platform = WatchedPlatform(model()) { step, _, model throws(PlatformError) in
            guard step == .post else { return }
            await model.change { $0.remember("migrate", (other, 1, .succeeded, 1)) }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await Set(record(on: platform.model).map(\.fingerprint)) == [fingerprint, other])
    }

    @Test func `a record that becomes unreadable while the run is created is left alone and said`() async {
        let key = Field.annotation(RunRecord.key(of: "migrate"))
        let platform = WatchedPlatform(model()) { step, _, model throws(PlatformError) in
            guard step == .post else { return }
            await model.change { $0.fields[key] = .value(.text(#"{"v":2}"#)) }
        }

        let report = await apply(on: platform)

        #expect(report.diagnostics.map(\.code) == [.unreadableRecord])
        #expect(report.diagnostics.first?.message.contains("run 1 of") == true)
        #expect(report.diagnostics.first?.severity == .error)
        #expect(await platform.model.app.fields[key] == .value(.text(#"{"v":2}"#)))
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `an outcome is written when whoever creates another run has written theirs`() async {
        var waited = task
        waited.wait = Declared(60, at: place())
        let (claim, other) = (claim(), other)
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            // Of the record of the run; the next reading is that before the outcome.
            if step == .record, number == 1 {
                await model.change { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }
            }
            if step == .getApp, number == 5 {
                let entry = RunRecord.Entry(other, attempts: 1, .running, sequenceID: 9, taskGUID: "", time: "")
                await model.change { app in
                    guard case .record(var record) = RunRecord.reading(of: "migrate", in: app.fields) else { return }
                    record.put(entry)
                    app.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text(record.text))
                    app.fields[.annotation(claim.key)] = nil
                }
            }
        }

        #expect(await apply(waited, on: platform).line == "Applied 1 of 1 operation.")
        #expect(await record(on: platform.model).map(\.fingerprint) == [other, fingerprint])
        #expect(await record(on: platform.model).map(\.state) == [.running, .succeeded])
    }

    @Test func `a claim that nobody takes down holds an outcome up for ten seconds only`() async {
        var waited = task
        waited.wait = Declared(60, at: place())
        let claim = claim()
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            guard step == .record, number == 1 else { return }
            await model.change { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }
        }

        #expect(await apply(waited, on: platform).line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps.reduce(.zero, +) < .seconds(20))
        #expect(await record(on: platform.model).map(\.state) == [.succeeded])
    }

    // MARK: - Dead claims

    @Test func `a dead claim to another specification goes, and its run is recorded`() async {
        let (claim, other) = (claim(), other)
        let platform = WatchedPlatform(
            model {
                $0.fields[.annotation(claim.key)] = .value(.text(claim.value))
                $0.tasks = [observedRun("migrate", 3, .succeeded, fingerprint: other)]
            }
        )

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps.reduce(.zero, +) >= .seconds(90))
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
        #expect(await record(on: platform.model).map(\.fingerprint) == [fingerprint, other])
    }

    @Test func `a claim of weeks ago to another specification is remembered, and holds nothing up`() async {
        let claim = claim("2026-09-01T00:00:00Z")
        let platform = WatchedPlatform(model { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) })

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.model.app.tasks.count == 1)
        #expect(await Set(record(on: platform.model).map(\.state)) == [.running, .unknown])
    }

    // MARK: - Live runs

    @Test func `a run of another specification that began since the plan has to end first`() async {
        let other = other
        let platform = WatchedPlatform(model()) { [self] step, number, model throws(PlatformError) in
            if step == .claim, number == 1 {
                await model.change { $0.tasks = [observedRun("migrate", 3, .running, fingerprint: other)] }
            }
            if step == .post { #expect(await isIdle(model.app)) }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(
            await platform.steps == [
                "GET app", "list", "claim", "GET app", "list", "unclaim",
                "GET app", "list", "claim", "GET app", "list", "POST", "list", "GET app", "record",
            ]
        )
    }

    @Test func `a run that does not end keeps ours from being created, with no claim left`() async {
        let live = observedRun("migrate", 3, .running, fingerprint: other)
        // By listing: of our specification, then of the name.
        let platform = ScriptedPlatform(runs: [[], [live]], tasks: [live]) { _, _ throws(PlatformError) in .notSent }
        let observed = observedState(observedApp())
        let plan = plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan

        let report = await Applier(platform: platform, observed: observed, clock: clock).apply(plan)

        #expect(report.diagnostics.map(\.code) == [.runInProgress])
        #expect(platform.sent.isEmpty)
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(600))
        #expect(Claim.all(in: platform.memory).isEmpty)
    }
}
