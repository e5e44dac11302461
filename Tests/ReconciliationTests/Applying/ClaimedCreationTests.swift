import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// The sequence of requests that creates a run, step by step and with trouble at every step.
@Suite struct ClaimedCreationTests: ClaimStage {
    let clock = JumpingClock()

    // MARK: - Undisturbed

    @Test func `a run takes nine requests, in the order of the protocol`() async {
        let platform = WatchedPlatform(model())

        let report = await apply(on: platform)

        #expect(report.line == "Applied 1 of 1 operation.", "\(report)")
        #expect(
            await platform.steps == [
                "GET app", "list", "claim", "GET app", "list", "POST", "list", "GET app", "record",
            ]
        )
        let app = await platform.model.app
        #expect(Claim.all(in: app.fields).isEmpty)
        #expect(app.tasks.count == 1)
        #expect(
            await record(on: platform.model) == [
                RunRecord.Entry(
                    fingerprint,
                    attempts: 1,
                    .running,
                    sequenceID: 1,
                    taskGUID: "storefront-guid-task-1",
                    time: "2026-11-21T03:00:00Z"
                )
            ]
        )
    }

    @Test func `what is sent is what the plan shows, with values for symbols`() async throws {
        let platform = WatchedPlatform(model())

        _ = await apply(on: platform)

        let bodies = await platform.model.sent.map { $0.body?.compact ?? "" }
        let claim = "evenkeel.dev/claim.\(fingerprint.prefix(12)).0000002a"
        #expect(
            bodies.first
                == #"{"metadata":{"annotations":{"\#(claim)":"{\"v\":1,\"task\":\"migrate\",\"fp\":\"\#(fingerprint)\","#
                + #"\"at\":\"2026-11-21T03:00:00Z\",\"by\":\"dev/build-7\"}"}}}"#
        )
        #expect(bodies.last?.hasSuffix(#","\#(claim)":null}}}"#) == true)
    }

    @Test func `a waited run writes its outcome, and only who waits does`() async {
        var waited = task
        waited.wait = Declared(60, at: place())
        let platform = WatchedPlatform(model())

        _ = await apply(waited, on: platform)

        #expect(await platform.steps.suffix(3) == ["record", "GET app", "record"])
        #expect(await record(on: platform.model).map(\.state) == [.succeeded])
    }

    @Test func `the record takes in earlier runs that nobody wrote down`() async {
        let observed = observedState(
            observedApp { $0.tasks = [observedRun("migrate", 3, .succeeded, fingerprint: "earlier")] }
        )
        let model = ModelPlatform(observed)
        let plan = plan(desiredState(desiredApp { $0.tasks = [task] }), against: observed).plan

        _ = await Applier(platform: model, observed: observed, clock: clock).apply(plan)

        #expect(await record(on: model).map(\.fingerprint) == [fingerprint, "earlier"])
    }

    // MARK: - What has happened since the plan

    @Test func `a run that exists is recorded and not created`() async {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(
            model { $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)] }
        )

        let report = await apply(on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app", "list", "GET app", "record"])
    }

    @Test func `a run that is recorded and gone is not created`() async {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(model { $0.remember("migrate", (fingerprint, 1, .running, 4)) })

        let report = await apply(on: platform)

        #expect(report.line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app", "list"])
    }

    @Test(arguments: [
        (RunRecord.State.failed, DiagnosticCode.runFailed), (.canceled, .runFailed), (.unknown, .unknownOutcome),
    ])
    func `a run that is recorded as ended badly is a failure`(_ state: RunRecord.State, _ code: DiagnosticCode) async {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(model { $0.remember("migrate", (fingerprint, 1, state, 4)) })

        #expect(await apply(on: platform).diagnostics.map(\.code) == [code])
        #expect(await !platform.steps.contains("POST"))
    }

    @Test func `a record that cannot be read any more stops the run`() async {
        let platform = WatchedPlatform(
            model { $0.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text(#"{"v":2}"#)) }
        )

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.unreadableRecord])
        #expect(await platform.steps == ["GET app", "list"])
    }

    @Test func `a record that became unreadable under our claim takes the claim down with nothing created`() async {
        let platform = WatchedPlatform(model()) { step, _, model throws(PlatformError) in
            guard step == .claim else { return }
            await model.change { $0.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text("nonsense")) }
        }

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.unreadableRecord])
        #expect(await platform.steps.last == "unclaim")
        #expect(await !platform.steps.contains("POST"))
    }

    @Test func `a run that appears under our claim is taken, and the claim goes with its record`() async {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            guard step == .list, number == 2 else { return }
            await model.change { $0.tasks = [observedRun("migrate", 4, .running, fingerprint: fingerprint)] }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.steps == ["GET app", "list", "claim", "GET app", "list", "GET app", "record"])
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    // MARK: - Claims of others

    @Test func `a claim of somebody else is waited for without one of our own, until it is gone`() async {
        let rival = rival()
        let platform = WatchedPlatform(model { $0.fields[.annotation(rival.key)] = .value(.text(rival.value)) }) {
            step,
            number,
            model throws(PlatformError) in
            if step == .claim { #expect(await Claim.all(in: model.app.fields).isEmpty) }
            guard step == .getApp, number == 4 else { return }
            await model.change { $0.fields[.annotation(rival.key)] = nil }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps.reduce(.zero, +) < .seconds(10))
        #expect(await platform.model.app.tasks.count == 1)
    }

    @Test func `a claim that stands unchanged for 90 seconds is dead`() async {
        let rival = rival()
        let platform = WatchedPlatform(model { $0.fields[.annotation(rival.key)] = .value(.text(rival.value)) })

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")

        let waited = clock.sleeps.reduce(.zero, +)
        #expect(waited >= .seconds(90))
        #expect(waited < .seconds(100))
        #expect(await platform.steps.count { $0 == "unclaim" } == 1)
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a claim that changes is another one`() async {
        let rivals = (1...40).map { rival(random: UInt64($0)) }
        let platform = WatchedPlatform(model { $0.fields[.annotation(rivals[0].key)] = .value(.text(rivals[0].value)) })
        {
            step,
            number,
            model throws(PlatformError) in
            guard step == .getApp, number < 40 else { return }
            await model.change { app in
                app.fields[.annotation(rivals[number - 1].key)] = nil
                app.fields[.annotation(rivals[number].key)] = .value(.text(rivals[number].value))
            }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        // 39 claims came and went; none of them stood for so long as the last one.
        #expect(clock.sleeps.reduce(.zero, +) > .seconds(160))
    }

    @Test(arguments: ["2026-10-20T00:00:00Z", "yesterday"])
    func `a dead claim of weeks ago may have run, and is not run again`(_ time: String) async throws {
        let rival = rival(time)
        let platform = WatchedPlatform(model { $0.fields[.annotation(rival.key)] = .value(.text(rival.value)) })

        let report = await apply(on: platform)

        #expect(report.diagnostics.map(\.code) == [.unknownOutcome])
        #expect(await platform.model.app.tasks.isEmpty)
        #expect(await record(on: platform.model).map(\.state) == [.unknown])
        // The next plan says so without waiting, and goes on saying it.
        let next = plan(
            desiredState(desiredApp { $0.tasks = [task] }),
            against: await platform.model.state
        ).plan
        #expect(next.operations.isEmpty)
        #expect(next.failedRuns.map(\.outcome) == [.unknown])
    }

    @Test(arguments: ["2026-11-21T03:01:00Z", "2027-01-01T00:00:00Z"])
    func `a dead claim of a clock that is ahead of ours was put up just now`(_ time: String) async {
        let rival = rival(time)
        let platform = WatchedPlatform(model { $0.fields[.annotation(rival.key)] = .value(.text(rival.value)) })

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")

        #expect(clock.sleeps.reduce(.zero, +) >= .seconds(90))
        #expect(await platform.model.app.tasks.count == 1)
        #expect(await record(on: platform.model).map(\.state) == [.running])
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `with somebody else's claim beside ours nobody goes on`() async {
        let rival = rival()
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            if step == .getApp, number == 2 {
                await model.change { $0.fields[.annotation(rival.key)] = .value(.text(rival.value)) }
            }
            if step == .getApp, number == 3 { await model.change { $0.fields[.annotation(rival.key)] = nil } }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(
            await platform.steps == [
                "GET app", "list", "claim", "GET app", "unclaim",
                "GET app", "list", "claim", "GET app", "list", "POST", "list", "GET app", "record",
            ]
        )
    }

    @Test func `a claim of ours that somebody took down is no claim`() async {
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            guard step == .getApp, number == 2 else { return }
            await model.change { app in
                for claim in Claim.all(in: app.fields) { app.fields[.annotation(claim.key)] = nil }
            }
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.steps.count { $0 == "claim" } == 2)
        #expect(await platform.steps.count { $0 == "POST" } == 1)
    }

    @Test func `a claim that is older than 30 seconds is put up anew`() async {
        let clock = clock
        let platform = WatchedPlatform(model()) { step, number, _ throws(PlatformError) in
            guard step == .list, number == 2 else { return }
            try? await clock.sleep(for: .seconds(31))
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.steps.count { $0 == "claim" } == 2)
        #expect(await platform.steps.count { $0 == "POST" } == 1)
    }
}
