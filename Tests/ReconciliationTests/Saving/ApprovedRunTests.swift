import Diagnostics
import TestSupport
import Testing

@testable import Reconciliation

/// Runs of tasks that were approved.
@Suite struct ApprovedRunTests {
    private func desired(_ change: (inout DesiredTask) -> Void = { _ in }) -> DesiredState {
        desiredState(
            desiredApp { app in
                var task = DesiredTask(name: "migrate", origin: place(8), fields: [declared(.command, .text("x"))])
                change(&task)
                app.tasks = [task]
            }
        )
    }

    /// The review of an approved run against an app that has changed since.
    private func review(
        _ desired: DesiredState,
        _ change: (inout ObservedApp, _ fingerprint: String) -> Void
    ) async throws -> ApprovalReview {
        let observed = observedState(observedApp { $0.droplet = dockerDroplet })
        let planning = try await Reconciler(platform: ModelPlatform(observed)).plan(desired)
        let approved = try ApprovedPlan(planning, of: desired, warnings: []).savedAndRead()
        let fingerprint = try #require(approved.plan.operations.first?.run?.fingerprint)
        let now = observedState(
            observedApp {
                $0.droplet = dockerDroplet
                change(&$0, fingerprint)
            }
        )
        let again = try await Reconciler(platform: ModelPlatform(now)).plan(approved.declarations)
        return ApprovalReview(of: approved, against: again)
    }

    @Test func `a run that nobody has started is started`() async throws {
        let review = try await review(desired()) { _, _ in }

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.action) == [.run])
    }

    @Test func `a run that exists and is recorded is in place, one that is not recorded is recorded`() async throws {
        func review(isRecorded: Bool) async throws -> ApprovalReview {
            try await self.review(desired()) { app, fingerprint in
                let run = observedRun("migrate", 1, .succeeded, fingerprint: fingerprint)
                app.tasks = [run]
                var record = RunRecord("migrate")
                record.note(run, awaiting: nil, time: "2026-11-26T12:00:00Z")
                if isRecorded { app.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text(record.text)) }
            }
        }
        let (recorded, unrecorded) = (try await review(isRecorded: true), try await review(isRecorded: false))

        #expect(recorded.stale.isEmpty && unrecorded.stale.isEmpty)
        #expect(recorded.inPlace.map(\.action) == [.run])
        #expect(recorded.plan.operations.isEmpty)
        #expect(unrecorded.plan.operations.map(\.action) == [.adopt])
    }

    @Test func `a run that an interrupted apply has started is waited for`() async throws {
        let review = try await review(desired { $0.wait = Declared(60, at: place(9)) }) {
            $0.tasks = [observedRun("migrate", 1, .running, fingerprint: $1)]
        }

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.action) == [.wait])
    }

    @Test func `a run that has failed is repeated as often as was approved`() async throws {
        let review = try await review(desired { $0.retries = Declared(1, at: place(9)) }) {
            $0.tasks = [observedRun("migrate", 1, .failed, fingerprint: $1)]
        }

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.run?.attempt) == [2])
    }

    @Test func `a run that has failed for good is reported, not repeated`() async throws {
        let review = try await review(desired()) { $0.tasks = [observedRun("migrate", 1, .failed, fingerprint: $1)] }

        #expect(review.plan.operations.map(\.action) == [.adopt], "it is written down")
        #expect(review.plan.failedRuns.count == 1)
    }

    @Test func `another droplet is another run when it is once a droplet, and no matter when it is once`() async throws
    {
        func isStale(_ run: DesiredTask.Run) async throws -> Bool {
            try await !review(desired { $0.run = run }) { app, _ in
                app.currentDropletGUID = "new"
                app.droplet?.guid = "new"
            }
            .stale.isEmpty
        }

        #expect(try await isStale(.oncePerDroplet))
        #expect(try await !isStale(.once))
    }

    private let canceled = desiredState(
        desiredApp { app in
            var task = DesiredTask(name: "migrate", origin: place(8))
            task.canceled = Declared(true, at: place(9))
            app.tasks = [task]
        }
    )

    /// The review of what was approved to be cancelled among some runs, when there are others.
    private func review(cancelling before: [ObservedTask], _ after: [ObservedTask]) async throws -> ApprovalReview {
        func planning(_ runs: [ObservedTask]) async throws -> Reconciler.Planning {
            let observed = observedState(observedApp { $0.tasks = runs })
            return try await Reconciler(platform: ModelPlatform(observed)).plan(canceled)
        }
        let approved = try ApprovedPlan(try await planning(before), of: canceled, warnings: []).savedAndRead()
        return ApprovalReview(of: approved, against: try await planning(after))
    }

    @Test func `only the runs that were approved are cancelled`() async throws {
        let first = observedRun("migrate", 1, .running)

        let review = try await review(cancelling: [first], [first, observedRun("migrate", 2, .running)])

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.run?.sequenceID) == [1])
    }

    @Test func `a run that waited when it was approved is cancelled while it runs`() async throws {
        let review = try await review(
            cancelling: [observedRun("migrate", 1, .pending)],
            [observedRun("migrate", 1, .running)]
        )

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.action) == [.cancel])
    }

    @Test func `a run that has ended by itself needs no cancelling, and another row of its number is another run`()
        async throws
    {
        let running = observedRun("migrate", 1, .running)
        var other = running
        other.guid = "another"

        #expect(
            try await review(cancelling: [running], [observedRun("migrate", 1, .succeeded)]).inPlace.map(\.action)
                == [.cancel]
        )
        #expect(try await !review(cancelling: [running], [other]).stale.isEmpty)
    }
}
