import Diagnostics
import Testing

@testable import Reconciliation

/// What the records of managers make of a plan.
@Suite struct OwnershipPlanningTests {
    private let key: Field = .annotation("evenkeel.dev/owner.team")

    private func record(_ entries: [Field: DesiredValue], app: String = "storefront-guid") -> ObservedValue {
        let ownership = Ownership(of: [:], inApp: app)
        var record = OwnershipRecord()
        for (field, value) in entries { record.entries[OwnershipRecord.Name(field)] = ownership.hash(of: value) }
        return .value(.text(record.annotations(of: "x")?.first?.text ?? ""))
    }

    private func app(_ fields: DeclaredField..., manager: Text? = "team") -> DesiredApp {
        desiredApp {
            $0.fields = fields
            $0.manager = manager.map { Declared($0, at: place(3)) }
        }
    }

    private func observed(_ fields: ObservedFields) -> ObservedApp { observedApp { $0.fields = fields } }

    private func planned(
        _ desired: DesiredApp,
        _ observed: ObservedApp,
        forced: Bool = false
    ) -> (plan: Plan, diagnostics: [Diagnostic]) {
        plan(desiredState(desired), against: observedState(observed), options: PlanOptions(forcesConflicts: forced))
    }

    @Test func `what is set is recorded in the same request`() throws {
        let operation = try #require(
            planned(app(declared(.label("team"), .text("web"))), observed([:])).plan.operations.first
        )

        let hash = try #require(Ownership(of: [:], inApp: "storefront-guid").hash(of: .text("web")))
        #expect(operation.action == .update)
        #expect(
            operation.request.body?.compact
                == #"{"metadata":{"labels":{"team":"web"},"annotations":{"evenkeel.dev/owner.team":"#
                + #""{\"v\":1,\"labels\":{\"team\":\"\#(hash)\"}}"}}}"#
        )
    }

    @Test func `what is in place and not recorded is adopted, with the record alone`() throws {
        let result = planned(
            app(declared(.label("team"), .text("web"))),
            observed([.label("team"): .value(.text("web"))])
        )

        let operation = try #require(result.plan.operations.first)
        #expect(operation.action == .adopt)
        #expect(operation.changes.isEmpty)
        #expect(operation.request.body?["metadata"]?["labels"] == nil)
        #expect(PlanSummary(result.plan).line.hasSuffix("0 unchanged. 1 adopted."))
    }

    @Test func `what is recorded and in place needs nothing`() {
        let fields: ObservedFields = [
            .label("team"): .value(.text("web")), key: record([.label("team"): .text("web")]),
        ]

        let plan = planned(
            app(declared(.label("team"), .text("web")), declared(.label("gone"), .null)),
            observed(fields)
        ).plan

        #expect(plan.operations.isEmpty)
        #expect(plan.unchanged == 1)
    }

    @Test func `a key that left the manifest is removed when its value is still ours`() throws {
        let fields: ObservedFields = [
            .label("tier"): .value(.text("legacy")), .label("theirs"): .value(.text("x")),
            key: record([.label("tier"): .text("legacy")]),
        ]

        let operation = try #require(planned(app(), observed(fields)).plan.operations.first)

        #expect(operation.action == .update)
        #expect(operation.changes.map(\.isRemoval) == [true])
        #expect(
            operation.request.body?.compact
                == #"{"metadata":{"labels":{"tier":null},"annotations":{"evenkeel.dev/owner.team":null}}}"#
        )
        #expect(operation.expected.map(\.value) == [.null, .null])
    }

    @Test func `a key that left the manifest and was changed since is released`() throws {
        let fields: ObservedFields = [
            .label("tier"): .value(.text("changed")), key: record([.label("tier"): .text("legacy")]),
        ]

        let result = planned(app(), observed(fields))

        let operation = try #require(result.plan.operations.first)
        #expect(operation.action == .release)
        #expect(operation.request.body?.compact == #"{"metadata":{"annotations":{"evenkeel.dev/owner.team":null}}}"#)
        #expect(
            operation.notes == [
                "metadata.labels.tier is left alone: no longer declared, but changed by someone else since"
            ]
        )
        #expect(PlanSummary(result.plan).line.hasSuffix("1 released."))
    }

    @Test func `a key that another manager holds, too, is released and not removed`() throws {
        let fields: ObservedFields = [
            .label("tier"): .value(.text("legacy")), key: record([.label("tier"): .text("legacy")]),
            .annotation("evenkeel.dev/owner.other"): record([.label("tier"): .text("legacy")]),
        ]

        let operation = try #require(planned(app(), observed(fields)).plan.operations.first)

        #expect(operation.action == .release)
        #expect(operation.request.body?.compact == #"{"metadata":{"annotations":{"evenkeel.dev/owner.team":null}}}"#)
    }

    @Test func `a key that is gone already is no reason to write`() {
        let plan = planned(app(), observed([key: record([.label("tier"): .text("legacy")])])).plan

        #expect(plan.operations.isEmpty)
    }

    @Test func `without a manager nothing is removed and nothing recorded`() throws {
        let fields: ObservedFields = [
            .label("tier"): .value(.text("legacy")), key: record([.label("tier"): .text("legacy")]),
        ]

        #expect(planned(app(manager: nil), observed(fields)).plan.operations.isEmpty)
        let operation = try #require(
            planned(app(declared(.label("a"), .text("b")), manager: nil), observed(fields)).plan.operations.first
        )
        #expect(operation.request.body?.compact == #"{"metadata":{"labels":{"a":"b"}}}"#)
    }

    @Test func `another manager's key with another value is a conflict, with the same value it is shared`() throws {
        let fields: ObservedFields = [
            .label("team"): .value(.text("shop")),
            .annotation("evenkeel.dev/owner.other"): record([.label("team"): .text("shop")]),
        ]

        let conflict = planned(app(declared(.label("team"), .text("web"))), observed(fields))
        #expect(conflict.diagnostics.map(\.code) == [.conflict])
        #expect(conflict.plan.operations.isEmpty)
        #expect(planned(app(declared(.label("team"), .null)), observed(fields)).diagnostics.map(\.code) == [.conflict])
        // Records are respected by those who keep none.
        let unmanaged = planned(app(declared(.label("team"), .text("web")), manager: nil), observed(fields))
        #expect(unmanaged.diagnostics.map(\.code) == [.conflict])

        let shared = planned(app(declared(.label("team"), .text("shop"))), observed(fields))
        #expect(shared.diagnostics.isEmpty)
        #expect(shared.plan.operations.map(\.action) == [.adopt])
    }

    @Test(arguments: ["team", nil] as [Text?])
    func `a forced conflict leaves their record and enters ours in one request`(_ manager: Text?) throws {
        let theirs: Field = .annotation("evenkeel.dev/owner.other")
        let fields: ObservedFields = [
            .label("team"): .value(.text("shop")),
            theirs: record([.label("team"): .text("shop"), .label("tier"): .text("x")]),
        ]

        let result = planned(
            app(declared(.label("team"), .text("web")), manager: manager),
            observed(fields),
            forced: true
        )

        #expect(result.diagnostics.isEmpty)
        let operation = try #require(result.plan.operations.first)
        let annotations = try #require(operation.request.body?["metadata"]?["annotations"])
        #expect(operation.request.body?["metadata"]?["labels"]?["team"] == "web")
        #expect(annotations["evenkeel.dev/owner.other"]?.text?.string.contains("team") == false)
        #expect(annotations["evenkeel.dev/owner.other"]?.text?.string.contains("tier") == true)
        #expect((annotations["evenkeel.dev/owner.team"] != nil) == (manager != nil))
        #expect(operation.notes == ["metadata.labels.team is taken over from other"])
    }

    @Test func `fields are never removed, and leave the record with the next write`() throws {
        var observed = observedApp()
        observed.processes[0].fields[key] = record([.healthCheck(.timeout): .number(60)])
        let desired = desiredApp {
            $0.manager = Declared("team", at: place(3))
            $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: [declared(.instances, .number(1))])]
        }

        let quiet = planned(desired, observed).plan
        #expect(quiet.operations.isEmpty)
        #expect(quiet.noLongerManaged.map(\.fields) == [["health_check.timeout"]])

        observed.processes[0].fields[.instances] = .value(.number(4))
        let operations = planned(desired, observed).plan.operations
        #expect(operations.map(\.step) == [.processSettings, .scale])
        let text = operations[0].request.body?["metadata"]?["annotations"]?["evenkeel.dev/owner.team"]?.text?.string
        #expect(text?.contains("instances") == true)
        #expect(text?.contains("timeout") == false)
        // A scale whose value is recorded already needs no request before it.
        observed.processes[0].fields[key] = record([.instances: .number(1)])
        #expect(planned(desired, observed).plan.operations.map(\.step) == [.scale])
    }

    @Test func `keys of a process and a droplet that left the manifest are removed, unless a target leaves them out`() {
        var observed = observedApp()
        observed.processes[1].fields[.label("tier")] = .value(.text("back"))
        observed.processes[1].fields[key] = record([.label("tier"): .text("back")])
        var droplet = dockerDroplet
        droplet.fields[.annotation("note")] = .value(.text("x"))
        droplet.fields[key] = record([.annotation("note"): .text("x")])
        observed.droplet = droplet

        let plan = planned(app(), observed).plan
        #expect(plan.operations.map(\.address.part) == [.droplet, .process("worker")])
        #expect(plan.operations.flatMap(\.changes).map(\.isRemoval) == [true, true])
        #expect(planned(app(manager: "another"), observed).plan.operations.isEmpty)

        var narrowed = app()
        narrowed.targets = [TargetPattern("acme/production/storefront/processes/web")]
        #expect(planned(narrowed, observed).plan.operations.isEmpty)
    }

    @Test func `the image is recorded with the image, and keys with the request that sets them`() throws {
        var observed = observedApp { $0.lifecycle = .docker }
        var droplet = dockerDroplet
        droplet.fields[.label("old")] = .value(.text("x"))
        droplet.fields[key] = record([.label("old"): .text("x")])
        observed.droplet = droplet
        let desired = desiredApp {
            $0.manager = Declared("team", at: place(3))
            $0.droplet = DesiredDroplet(
                origin: place(5),
                fields: [declared(.image, .text("registry.example/storefront:2")), declared(.label("a"), .text("b"))]
            )
        }

        let operations = planned(desired, observed).plan.operations

        #expect(operations.map(\.step) == [.dropletImage, .dropletMetadata])
        let texts = operations.map {
            $0.request.body?["metadata"]?["annotations"]?["evenkeel.dev/owner.team"]?.text?.string ?? ""
        }
        // The key that is removed next is not forgotten by a crash between the two.
        #expect(texts[0].contains("old") && texts[0].contains("image") && !texts[0].contains(#""a""#))
        #expect(!texts[1].contains("old") && texts[1].contains("image") && texts[1].contains(#""a""#))
        #expect(operations[1].request.body?["metadata"]?["labels"]?.compact == #"{"a":"b","old":null}"#)
    }

    @Test func `a record that cannot be read is left as it is`() {
        let fields: ObservedFields = [
            .label("tier"): .value(.text("legacy")), key: .value(.text(#"{"v":2}"#)),
        ]

        let result = planned(app(declared(.label("a"), .text("b"))), observed(fields))

        #expect(result.diagnostics.map(\.code) == [.recordUnreadable])
        #expect(result.plan.operations.map { $0.request.body?.compact } == [#"{"metadata":{"labels":{"a":"b"}}}"#])
    }

    @Test func `where another manager's record cannot be read, what left the manifest stays, and stays ours`() throws {
        let ours = record([.label("tier"): .text("legacy")])
        var fields: ObservedFields = [
            .label("tier"): .value(.text("legacy")), key: ours,
            .annotation("evenkeel.dev/owner.future"): .value(.text(#"{"v":2,"keys":{"tier":"x"}}"#)),
        ]

        let quiet = planned(app(), observed(fields))
        let written = planned(app(declared(.label("a"), .text("b"))), observed(fields))
        fields[.label("tier")] = .value(.text("changed"))
        let changed = planned(app(), observed(fields))

        #expect(quiet.diagnostics.map(\.code) == [.recordUnreadable])
        #expect(quiet.plan.operations.isEmpty)
        // Neither does it go to nobody.
        #expect(changed.plan.operations.isEmpty)
        let operation = try #require(written.plan.operations.first)
        #expect(operation.changes.map(\.isRemoval) == [false])
        let annotations = operation.request.body?["metadata"]?["annotations"]
        #expect(annotations?["evenkeel.dev/owner.team"]?.text?.string.contains("tier") == true)
        #expect(annotations?["evenkeel.dev/owner.future"] == nil)
    }

    @Test func `a run is created with its record, and its later labels are recorded on the run`() throws {
        let task = DesiredTask(
            name: "migrate",
            origin: place(7),
            fields: [declared(.command, .text("bin/migrate")), declared(.label("kind"), .text("m"))]
        )
        let desired = desiredApp {
            $0.manager = Declared("team", at: place(3))
            $0.tasks = [task]
        }

        let run = try #require(planned(desired, observedApp()).plan.operations.first)
        let record = try #require(run.request.body?["metadata"]?["annotations"]?["evenkeel.dev/owner.team"]?.text)
        #expect(record.string.contains(#""labels":{"kind":"#))

        var row = observedRun(
            "migrate",
            1,
            .running,
            fingerprint: run.run?.fingerprint,
            labels: ["kind": "m", "old": "x"]
        )
        row.fields[key] = self.record([.label("kind"): .text("m"), .label("old"): .text("x")])
        let operations = planned(desired, observedApp { $0.tasks = [row] }).plan.operations
            .filter { $0.step == .taskMetadata }
        #expect(operations.flatMap(\.changes).map(\.isRemoval) == [true])
    }
}
