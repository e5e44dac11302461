import Diagnostics
import Testing

@testable import Reconciliation

/// What was approved about records of managers, and who else has recorded something since.
@Suite struct ApprovedOwnershipTests {
    private func key(_ manager: String) -> Field { .annotation(Text("evenkeel.dev/owner.\(manager)")) }

    private func record(_ entries: [Field: DesiredValue]) -> ObservedValue {
        let ownership = Ownership(of: [:], inApp: "storefront-guid")
        var record = OwnershipRecord()
        for (field, value) in entries { record.entries[OwnershipRecord.Name(field)] = ownership.hash(of: value) }
        return .value(.text(record.annotations(of: "x")?.first?.text ?? ""))
    }

    private func labels(_ values: KeyValuePairs<Text, Text>) -> DesiredState {
        desiredState(
            desiredApp {
                $0.manager = Declared("me", at: place(3))
                $0.fields = values.map { declared(.label($0.key), .text($0.value)) }
            }
        )
    }

    /// The review of what was planned, with everything allowed, for an app that has changed since.
    private func review(
        _ desired: DesiredState,
        _ before: (inout ObservedApp) -> Void,
        _ after: (inout ObservedApp) -> Void
    ) async throws -> ApprovalReview {
        let options = PlanOptions(forcesConflicts: true)
        func planning(_ desired: DesiredState, _ app: ObservedApp) async throws -> Reconciler.Planning {
            try await Reconciler(platform: ModelPlatform(observedState(app)), options: options).plan(desired)
        }
        var app = observedApp("storefront", before)
        let saved = ApprovedPlan(try await planning(desired, app), of: desired, options: options, warnings: [])
        let approved = try saved.savedAndRead()
        after(&app)
        return ApprovalReview(of: approved, against: try await planning(approved.declarations, app))
    }

    private func notes(_ review: ApprovalReview) -> [String] {
        review.stale.flatMap(\.details).compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    @Test func `an adoption of what has changed since is stale`() async throws {
        let review = try await review(labels(["team": "a"])) {
            $0.fields[.label("team")] = .value(.text("a"))
        } _: {
            $0.fields[.label("team")] = .value(.text("other"))
        }

        #expect(
            notes(review) == [
                "approved: adopt, now: update", #"`metadata.labels.team`: now "other" -> "a", not approved"#,
            ]
        )
    }

    @Test func `a setting that has moved beside an approved adoption is left to another plan`() async throws {
        let timeout = Field.healthCheck(.timeout)
        let desired = desiredState(
            desiredApp {
                $0.manager = Declared("me", at: place(3))
                $0.processes = [
                    DesiredProcess(
                        type: "web",
                        origin: place(5),
                        fields: [declared(.label("tier"), .text("a")), declared(timeout, .number(60))]
                    )
                ]
            }
        )
        let review = try await review(desired) {
            $0.processes[0].fields[.label("tier")] = .value(.text("a"))
            $0.processes[0].fields[timeout] = .value(.number(60))
        } _: {
            $0.processes[0].fields[timeout] = .value(.number(30))
        }

        #expect(notes(review).isEmpty, "\(notes(review))")
        #expect(review.plan.operations.isEmpty)
    }

    @Test func `a release of what would be removed now is stale`() async throws {
        let review = try await review(labels([:])) {
            $0.fields[.label("tier")] = .value(.text("changed"))
            $0.fields[key("me")] = record([.label("tier"): .text("ours")])
        } _: {
            $0.fields[.label("tier")] = .value(.text("ours"))
        }

        #expect(notes(review).first == "approved: release, now: update")
        #expect(review.plan.operations.isEmpty)
    }

    @Test func `an adoption that is still needed is done, and one that somebody has made is in place`() async throws {
        let field = ObservedValue.value(.text("a"))
        let needed = try await review(labels(["team": "a"])) {
            $0.fields[.label("team")] = field
        } _: { _ in
        }
        let made = try await review(labels(["team": "a"])) {
            $0.fields[.label("team")] = field
        } _: {
            $0.fields[key("me")] = record([.label("team"): .text("a")])
        }

        #expect(needed.plan.operations.map(\.action) == [.adopt])
        #expect(made.stale.isEmpty && made.inPlace.map(\.action) == [.adopt])
    }

    @Test func `a change of what another manager holds since is stale, whole or in part`() async throws {
        func taken(_ app: inout ObservedApp) {
            app.fields[key("yyy")] = record([.label("team"): .text("old")])
        }
        let words = "`metadata.labels.team`: managed by `yyy` now, which was not approved"
        let desired = labels(["team": "new", "x": "y"])
        let whole = try await review(desired) {
            $0.fields[.label("team")] = .value(.text("old"))
        } _: {
            taken(&$0)
        }
        let part = try await review(desired) {
            $0.fields[.label("team")] = .value(.text("old"))
        } _: {
            taken(&$0)
            $0.fields[.label("x")] = .value(.text("y"))
        }

        #expect(notes(whole) == [words])
        #expect(notes(part) == [words])
    }

    @Test func `what is in place by now and held by another manager is not taken over unasked`() async throws {
        // They have recorded another value than the one that stands there.
        let changed = try await review(labels(["team": "new"])) { _ in
        } _: {
            $0.fields[.label("team")] = .value(.text("new"))
            $0.fields[key("yyy")] = record([.label("team"): .text("old")])
        }
        let adopted = try await review(labels(["team": "new"])) {
            $0.fields[.label("team")] = .value(.text("new"))
        } _: {
            $0.fields[key("yyy")] = record([.label("team"): .text("old")])
        }

        for review in [changed, adopted] {
            #expect(notes(review) == ["`metadata.labels.team`: managed by `yyy` now, which was not approved"])
        }
    }

    @Test func `a record is not changed for the sake of a key that nobody approved`() async throws {
        let review = try await review(labels(["team": "new", "x": "y"])) {
            $0.fields[.label("x")] = .value(.text("y"))
            $0.fields[key("me")] = record([.label("x"): .text("y")])
        } _: {
            $0.fields[.label("x")] = .value(.text("theirs"))
            $0.fields[key("yyy")] = record([.label("x"): .text("theirs")])
        }

        #expect(notes(review) == ["`metadata.labels.x`: managed by `yyy` now, which was not approved"])
    }

    @Test func `what others hold elsewhere, or share, does not matter`() async throws {
        let review = try await review(labels(["team": "new"])) {
            $0.fields[key("zzz")] = record([.label("team"): .text("old")])
            $0.fields[.label("team")] = .value(.text("old"))
        } _: {
            $0.fields[key("yyy")] = record([.label("theirs"): .text("old")])
            $0.fields[.label("theirs")] = .value(.text("old"))
        }

        #expect(review.stale.isEmpty, "\(notes(review))")
        #expect(review.plan.operations.map(\.action) == [.update])
    }

    @Test func `a scale of what another manager holds since is stale`() async throws {
        let desired = desiredState(
            desiredApp {
                let fields = [declared(.memory, .number(1024))]
                $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
            }
        )
        let review = try await review(desired) { _ in
        } _: {
            $0.processes[0].fields[key("yyy")] = record([.memory: .number(512)])
        }

        #expect(notes(review).contains { $0.contains("`memory_in_mb`: managed by `yyy` now") }, "\(notes(review))")
    }

    @Test func `a record that was written before an interrupted scale does not make the scale stale`() async throws {
        let desired = desiredState(
            desiredApp {
                $0.manager = Declared("me", at: place(3))
                let fields = [declared(.instances, .number(3))]
                $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
            }
        )
        let review = try await review(desired) { _ in
        } _: {
            $0.processes[0].fields[key("me")] = record([.instances: .number(3)])
        }

        #expect(review.stale.isEmpty, "\(notes(review))")
        #expect(review.plan.operations.map(\.step) == [.scale])
    }
}
