import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// The sequence of requests that creates a run, with trouble at every step.
@Suite struct ClaimTroubleTests: ClaimStage {
    let clock = JumpingClock()

    @Test func `after a lost answer the claim stands until the run is found`() async {
        let platform = WatchedPlatform(
            model(),
            before: { step, number, model throws(PlatformError) in
                if step == .list, number > 2 { #expect(await Claim.all(in: model.app.fields).count == 1) }
            },
            after: { step, _, _ throws(PlatformError) in
                if step == .post { throw PlatformError(.timedOut) }
            }
        )

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await platform.steps.count { $0 == "POST" } == 1)
        #expect(await record(on: platform.model).count == 1)
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a run that is not found for a minute is unknown, and its claim is left for the next apply`() async {
        let platform = WatchedPlatform(model()) { [self] step, _, _ throws(PlatformError) in
            if step == .post { throw error(503) }
        }

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.unknownOutcome])
        #expect(await platform.steps.count { $0 == "POST" } == 1)
        #expect(await Claim.all(in: platform.model.app.fields).count == 1)

        // It was not started: the next apply waits for the claim to die, then creates the run.
        let second = WatchedPlatform(platform.model)
        #expect(await apply(on: second).line == "Applied 1 of 1 operation.")
        #expect(await platform.model.app.tasks.count == 1)
    }

    @Test(arguments: [403, 404, 422])
    func `an answer that executed nothing takes the claim down`(_ status: Int) async {
        let platform = WatchedPlatform(model()) { [self] step, _, _ throws(PlatformError) in
            if step == .post { throw error(status) }
        }

        #expect(await apply(on: platform).diagnostics.count == 1)
        #expect(await platform.steps.suffix(2) == ["POST", "unclaim"])
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a rate limit is waited for without a claim`() async {
        let platform = WatchedPlatform(model()) { step, number, model throws(PlatformError) in
            guard step == .post, number == 1 else { return }
            var error = PlatformError(.rateLimited)
            error.status = 429
            error.retryAfter = 40
            throw error
        }

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(clock.sleeps.contains(.seconds(40)))
        #expect(
            await platform.steps.filter { $0 != "GET app" && $0 != "list" } == [
                "claim", "POST", "unclaim", "claim", "POST", "record",
            ]
        )
    }

    @Test func `a rate limit longer than allowed is said`() async {
        let platform = WatchedPlatform(model()) { step, _, _ throws(PlatformError) in
            guard step == .post else { return }
            var error = PlatformError(.rateLimited)
            error.status = 429
            error.retryAfter = 3000
            throw error
        }

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.rateLimited])
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test(arguments: [WatchedPlatform.Step.getApp, .list])
    func `trouble between claim and POST takes the claim down`(_ kind: WatchedPlatform.Step) async {
        let platform = WatchedPlatform(model()) { [self] step, number, _ throws(PlatformError) in
            if step == kind, number == 2 { throw error(500) }
        }

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.apiUnavailable])
        #expect(await platform.steps.last == "unclaim")
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
        #expect(await platform.model.app.tasks.isEmpty)
    }

    @Test func `a claim whose PATCH was answered with an error may stand, so it is taken down`() async {
        let platform = WatchedPlatform(
            model(),
            after: { [self] step, number, _ throws(PlatformError) in
                if step == .claim, number == 1 { throw error(502) }
            }
        )

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.apiUnavailable])
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
    }

    @Test func `a run that could not be recorded is said, and the next apply records it`() async throws {
        let platform = WatchedPlatform(model()) { [self] step, _, _ throws(PlatformError) in
            if step == .record { throw error(422) }
        }

        let report = await apply(on: platform)

        #expect(
            report.diagnostics.map(\.message) == [
                "run 1 of `acme/production/storefront/tasks/migrate` exists, but could not be recorded"
            ]
        )
        let state = await platform.model.state
        let next = plan(desiredState(desiredApp { $0.tasks = [task] }), against: state).plan
        #expect(next.operations.map(\.action) == [.adopt])
        let stamps = Stamps(now: { [today] in today })
        let healed = await Applier(platform: platform.model, observed: state, clock: clock, stamps: stamps).apply(next)
        #expect(healed.line == "Applied 1 of 1 operation.")
        #expect(plan(desiredState(desiredApp { $0.tasks = [task] }), against: await platform.model.state).plan.isEmpty)
    }

    @Test func `of two rows the later one is cancelled by whoever made it, and both are named`() async throws {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(model { $0.tasks = [observedRun("other", 5, .running)] }) {
            step,
            _,
            model throws(PlatformError) in
            guard step == .post else { return }
            await model.change { $0.tasks.append(observedRun("migrate", 4, .running, fingerprint: fingerprint)) }
        }

        let report = await apply(on: platform)

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .startedTwice)
        #expect(diagnostic.details.count == 3)
        #expect(await platform.steps.suffix(4) == ["list", "cancel", "GET app", "record"])
        #expect(await record(on: platform.model).map(\.sequenceID) == [4])
        #expect(await platform.model.app.tasks.map(\.state) == [.running, .running, .canceling])
    }

    @Test func `the earlier one of two rows is left alone`() async {
        let fingerprint = fingerprint
        let platform = WatchedPlatform(
            model(),
            after: { step, _, model throws(PlatformError) in
                guard step == .post else { return }
                await model.change { $0.tasks.append(observedRun("migrate", 9, .running, fingerprint: fingerprint)) }
            }
        )

        #expect(await apply(on: platform).line == "Applied 1 of 1 operation.")
        #expect(await !platform.steps.contains("cancel"))
        #expect(await record(on: platform.model).map(\.sequenceID) == [1])
    }

    @Test func `every attempt has a claim of its own, and the record counts them`() async {
        var retried = task
        retried.retries = Declared(2, at: place())
        retried.wait = Declared(60, at: place())
        let platform = WatchedPlatform(
            model(),
            after: { step, number, model throws(PlatformError) in
                guard step == .post, number < 3 else { return }
                await model.change { app in app.tasks[number - 1].state = .failed }
            }
        )

        let report = await apply(retried, on: platform)

        #expect(report.line == "Applied 1 of 1 operation.", "\(report)")
        #expect(await platform.steps.count { $0 == "claim" } == 3)
        #expect(await record(on: platform.model).map(\.attempts) == [3])
        #expect(await record(on: platform.model).map(\.state) == [.succeeded])
    }

    // MARK: - Slowness

    @Test(arguments: [WatchedPlatform.Step.getApp, .list])
    func `an API that is too slow for claims is said in the end, with the claim down`(
        _ slow: WatchedPlatform.Step
    ) async throws {
        let clock = clock
        let platform = WatchedPlatform(model()) { step, _, _ throws(PlatformError) in
            if step == slow { try? await clock.sleep(for: .seconds(31)) }
        }

        let report = await apply(on: platform)

        let diagnostic = try #require(report.diagnostics.first)
        #expect(diagnostic.code == .requestTimedOut)
        #expect(diagnostic.message.contains("too slowly for `--claim-timeout`"))
        #expect(report.line == "Applied 0 of 1 operation; 1 failed, 0 not attempted.")
        #expect(await !platform.steps.contains("POST"))
        #expect(await Claim.all(in: platform.model.app.fields).isEmpty)
        let waited = clock.sleeps.reduce(.zero, +)
        #expect(waited >= .seconds(900))
        #expect(waited < .seconds(1000))
    }

    @Test func `claims that others take down all the time are given up in the end`() async {
        let platform = WatchedPlatform(
            model(),
            after: { step, _, model throws(PlatformError) in
                guard step == .claim else { return }
                await model.change { app in
                    for claim in Claim.all(in: app.fields) { app.fields[.annotation(claim.key)] = nil }
                }
            }
        )

        #expect(await apply(on: platform).diagnostics.map(\.code) == [.runInProgress])
        #expect(await !platform.steps.contains("POST"))
    }

    @Test func `a rate limit that was waited for is no slowness`() async {
        var options = ApplyOptions()
        (options.claimTimeout, options.rateLimitPatience) = (3, 600)
        let platform = WatchedPlatform(model()) { step, number, _ throws(PlatformError) in
            guard step == .post, number == 1 else { return }
            var error = PlatformError(.rateLimited)
            error.retryAfter = 400
            throw error
        }

        #expect(await apply(on: platform, options: options).line == "Applied 1 of 1 operation.")
    }
}
