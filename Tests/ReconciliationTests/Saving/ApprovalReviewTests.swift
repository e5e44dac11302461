import Diagnostics
import Reconciliation
import TestSupport
import Testing

@Suite struct ApprovalReviewTests {
    private static let desired = desiredState(
        desiredApp { app in
            app.fields = [declared(.label("team"), .text("web"))]
            app.rollout = Declared(DesiredRollout(strategy: .restart), at: place(4))
            let fields = [
                declared(.healthCheck(.timeout), .number(60)), declared(.healthCheck(.interval), .number(5)),
                declared(.instances, .band(min: 2, max: 4)),
            ]
            app.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
        }
    )

    private func approve(
        _ desired: DesiredState = ApprovalReviewTests.desired,
        _ observed: ObservedState = observedState(observedApp())
    ) async throws -> ApprovedPlan {
        let planning = try await Reconciler(platform: ModelPlatform(observed)).plan(desired)
        return try ApprovedPlan(planning, of: desired, warnings: []).savedAndRead()
    }

    private func review(_ approved: ApprovedPlan, _ observed: ObservedState) async throws -> ApprovalReview {
        let planning = try await Reconciler(platform: ModelPlatform(observed)).plan(approved.declarations)
        return ApprovalReview(of: approved, against: planning)
    }

    private func review(_ change: (inout ObservedApp) -> Void) async throws -> ApprovalReview {
        try await review(try await approve(), observedState(observedApp("storefront", change)))
    }

    private func notes(_ review: ApprovalReview) -> [String] {
        review.stale.flatMap(\.details).compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    @Test func `what was approved is performed`() async throws {
        let review = try await review { _ in }

        #expect(review.stale.isEmpty)
        #expect(review.inPlace.isEmpty)
        #expect(review.plan.operations.map(\.step) == [.appMetadata, .processSettings, .scale, .rollout])
    }

    @Test(arguments: ["version", "guid", "foreign label", "foreign setting", "new droplet"])
    func `what moved elsewhere does not matter`(_ what: String) async throws {
        let review = try await review { app in
            switch what {
            case "version": app.processes[0].version = "v9"
            case "guid": app.processes[0].guid = "another-web"
            case "foreign label": app.fields[.label("theirs")] = .value(.text("x"))
            case "foreign setting": app.processes[0].fields[.memory] = .value(.number(2048))
            default: app.currentDropletGUID = "new"
            }
        }

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.count == 4)
    }

    @Test func `a change of a touched field is stale, and says what is different`() async throws {
        let review = try await review { $0.processes[0].fields[.healthCheck(.timeout)] = .value(.number(30)) }

        #expect(review.stale.map(\.code) == [.planStale])
        #expect(review.stale.first?.subject == "acme/production/storefront/processes/web")
        #expect(notes(review) == ["`health_check.timeout`: approved nothing -> 60, now 30 -> 60"])
    }

    @Test func `what is in place is skipped, and counted as applied`() async throws {
        let review = try await review { $0.fields[.label("team")] = .value(.text("web")) }

        #expect(review.stale.isEmpty)
        #expect(review.inPlace.map(\.step) == [.appMetadata])
        #expect(review.plan.operations.map(\.step) == [.processSettings, .scale, .rollout])
    }

    @Test func `of an operation that is half in place the rest is performed`() async throws {
        let review = try await review { $0.processes[0].fields[.healthCheck(.interval)] = .value(.number(5)) }

        #expect(review.stale.isEmpty)
        let settings = try #require(review.plan.operations.first { $0.step == .processSettings })
        #expect(settings.changes.map(\.field) == [.healthCheck(.timeout)])
    }

    @Test func `instances that moved beyond the band to another value are stale`() async throws {
        let review = try await review { $0.processes[0].fields[.instances] = .value(.number(9)) }

        #expect(notes(review) == ["`instances`: approved 1 -> 2, now 9 -> 4"])
    }

    @Test func `a field that was in place when it was approved is not touched`() async throws {
        let app = observedApp { $0.fields[.label("team")] = .value(.text("web")) }
        let approved = try await approve(Self.desired, observedState(app))

        let review = try await review(approved, observedState(observedApp()))

        #expect(review.stale.isEmpty)
        #expect(review.plan.operations.map(\.step) == [.processSettings, .scale, .rollout])
    }

    @Test func `a field beside the approved ones that has changed since is left alone`() async throws {
        let app = observedApp { $0.processes[0].fields[.healthCheck(.interval)] = .value(.number(5)) }
        let approved = try await approve(Self.desired, observedState(app))

        let review = try await review(approved, observedState(observedApp()))

        #expect(review.stale.isEmpty)
        let settings = try #require(review.plan.operations.first { $0.step == .processSettings })
        #expect(settings.changes.map(\.field) == [.healthCheck(.timeout)])
        #expect(settings.request.body?["health_check"]?.compact == #"{"data":{"timeout":60}}"#)
        #expect(settings.expected.map(\.field) == [.healthCheck(.timeout)])
    }

    /// The approved request sends the type beside the endpoint.
    @Test func `a field that the approved request sends, too, must not have changed`() async throws {
        let desired = desiredState(
            desiredApp {
                let fields = [
                    declared(.healthCheck(.type), .text("http")), declared(.healthCheck(.endpoint), .text("/new")),
                ]
                $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
            }
        )
        let http = observedApp {
            $0.processes[0].fields[.healthCheck(.type)] = .value(.text("http"))
            $0.processes[0].fields[.healthCheck(.endpoint)] = .value(.text("/old"))
        }
        var other = http
        other.processes[0].fields[.healthCheck(.type)] = .value(.text("process"))

        let review = try await review(try await approve(desired, observedState(http)), observedState(other))

        #expect(notes(review) == [#"`health_check.type`: now "process" -> "http", not approved"#])
    }

    @Test func `an app that was created anew is another app`() async throws {
        let review = try await review { $0.guid = "another" }

        #expect(review.stale.count == 4)
        #expect(Set(notes(review)) == ["the app was deleted and created anew"])
    }

    @Test func `an app that is gone is stale`() async throws {
        let review = try await review(try await approve(), observedState())

        #expect(Set(notes(review)) == ["the app does not exist any more, or cannot be seen"])
    }

    @Test func `an app that cannot be planned any more is stale`() async throws {
        let review = try await review { $0.processes.removeFirst() }

        #expect(!review.stale.isEmpty)
        #expect(notes(review).contains("it cannot be planned any more"))
    }

    @Test func `a value that is hidden from whoever applies is left to the apply to refuse`() async throws {
        let desired = desiredState(
            desiredApp {
                let fields = [declared(.command, .text("x"))]
                $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
            }
        )
        let approved = try await approve(desired)

        let review = try await review(
            approved,
            observedState(observedApp { $0.processes[0].fields[.command] = .hidden })
        )

        #expect(review.stale.isEmpty, "\(notes(review))")
        #expect(review.plan.unknowns.map(\.field) == [.command])
        #expect(review.plan.operations.map { $0.changes.map(\.isUnseen) } == [[true]])
    }

    @Test func `a restart that somebody made meanwhile is in place`() async throws {
        let marker = #"{"v":1,"process":"storefront-web","version":"v1","fields":["command"]}"#
        let owed = observedApp {
            $0.processes[0].fields[.annotation("evenkeel.dev/restart-owed")] = .value(.text(Text(marker)))
        }
        let desired = desiredState(
            desiredApp { $0.rollout = Declared(DesiredRollout(strategy: .restart), at: place(4)) }
        )
        let approved = try await approve(desired, observedState(owed))
        #expect(approved.plan.operations.map(\.step) == [.rollout])

        var restarted = owed
        restarted.processes[0].version = "v2"
        let review = try await review(approved, observedState(restarted))

        #expect(review.inPlace.map(\.step) == [.rollout])
        #expect(review.stale.isEmpty)
    }
}
