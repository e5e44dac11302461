import Diagnostics
import Testing

@testable import Reconciliation

/// What a plan makes of records and claims.
@Suite struct RunMemoryPlanningTests {
    private let base: DesiredTask = {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        return task
    }()

    private var fingerprint: String { Fingerprint(of: base, droplet: nil).hex }

    private var waited: DesiredTask {
        var task = base
        task.wait = Declared(900, at: place())
        return task
    }

    private func planned(
        _ task: DesiredTask,
        roles: Set<String> = ["space_developer"],
        _ change: (inout ObservedApp) -> Void = { _ in }
    ) -> (plan: Plan, diagnostics: [Diagnostic]) {
        plan(
            desiredState(desiredApp { $0.tasks = [task] }),
            against: observedState(observedApp("storefront", change), roles: roles)
        )
    }

    private func row(_ sequenceID: Int, _ state: ObservedTask.State, attempt: Int = 1) -> ObservedTask {
        observedRun(
            "migrate",
            sequenceID,
            state,
            fingerprint: fingerprint,
            labels: [RunLabel.attempt: Text("\(attempt)")]
        )
    }

    // MARK: - Remembered

    @Test(arguments: [RunRecord.State.running, .succeeded])
    func `a recorded run whose row is gone does not run again`(_ state: RunRecord.State) {
        let plan = planned(base) { $0.remember("migrate", (fingerprint, 1, state, 4)) }.plan

        #expect(plan.operations.isEmpty)
        #expect(plan.isEmpty)
        // Only what nobody saw the end of is noted.
        #expect(plan.unseenRuns.map(\.sequenceID) == (state == .running ? [4] : []))
        #expect(PlanSummary(plan).line == "No changes. Cloud Foundry matches the manifests.")
    }

    @Test func `a manifest that is reverted does not run an earlier specification again`() {
        var other = base
        other.revision = Declared(2, at: place())
        let second = Fingerprint(of: other, droplet: nil).hex
        func remember(_ app: inout ObservedApp) {
            app.remember("migrate", (second, 1, .running, 9), (fingerprint, 1, .running, 4))
        }

        #expect(planned(base, remember).plan.operations.isEmpty)
        #expect(planned(other, remember).plan.operations.isEmpty)
    }

    @Test func `a new specification runs although others are recorded`() {
        let plan = planned(base) { $0.remember("migrate", ("another", 1, .succeeded, 4)) }.plan

        #expect(plan.operations.map(\.action) == [.run])
        #expect(plan.operations.first?.concluding.first?.annotation.contains("},{runs}]") == true)
    }

    @Test func `the record of another task says nothing`() {
        let plan = planned(base) { $0.remember("Migrate", (fingerprint, 1, .succeeded, 4)) }.plan

        #expect(plan.operations.map(\.action) == [.run])
    }

    @Test func `a recorded failure is shown, and retries count the attempts of the record`() {
        func planned(retries: Int, _ state: RunRecord.State = .failed) -> Plan {
            var task = base
            task.retries = Declared(retries, at: place())
            return self.planned(task) { $0.remember("migrate", (fingerprint, 2, state, 4)) }.plan
        }

        #expect(planned(retries: 1).operations.isEmpty)
        #expect(planned(retries: 1).failedRuns.map(\.outcome) == [.failed])
        #expect(planned(retries: 2).operations.map(\.run?.attempt) == [3])
        #expect(planned(retries: 1, .canceled).failedRuns.map(\.outcome) == [.canceled])
        // It may have run: no number of retries repeats it.
        #expect(planned(retries: 9, .unknown).operations.isEmpty)
        #expect(planned(retries: 9, .unknown).failedRuns.map(\.outcome) == [.unknown])
    }

    @Test func `an older attempt whose row is left does not hide the newer one that is recorded`() {
        var task = base
        task.retries = Declared(1, at: place())

        let plan = planned(task) {
            $0.tasks = [row(1, .failed)]
            $0.remember("migrate", (fingerprint, 2, .succeeded, 2))
        }.plan

        #expect(plan.operations.isEmpty)
        #expect(plan.failedRuns.isEmpty)
    }

    @Test func `a cancel of ours is told apart from a failure`() {
        let plan = planned(base) {
            $0.tasks = [row(4, .failed)]
            $0.remember("migrate", (fingerprint, 1, .canceled, 4))
        }.plan

        #expect(plan.failedRuns.map(\.outcome) == [.canceled])
        #expect(plan.operations.isEmpty)
    }

    // MARK: - Requests

    @Test func `a run shows its claim, its creation and its record, in order`() throws {
        let operation = try #require(planned(base).plan.operations.first)

        #expect(
            operation.requests.map(\.path) == [
                "/v3/apps/{app.guid}", "/v3/apps/{app.guid}/tasks", "/v3/apps/{app.guid}",
            ]
        )
        #expect(
            operation.preparing.map { $0.body?.compact } == [
                #"{"metadata":{"annotations":{"evenkeel.dev/claim.{claim}":"{\"v\":1,\"task\":\"migrate\","#
                    + #"\"fp\":\"\#(fingerprint)\",\"at\":\"{now}\",\"by\":\"{by}\"}"}}}"#
            ]
        )
        #expect(
            operation.concluding.map { $0.body?.compact } == [
                #"{"metadata":{"annotations":{"evenkeel.dev/run.3bc801a33ea83df4":"{\"v\":1,\"name\":\"migrate\","#
                    + #"\"runs\":[{\"fp\":\"\#(fingerprint)\",\"n\":1,\"state\":\"RUNNING\",\"seq\":{task.sequence_id},"#
                    + #"\"task\":\"{task.guid}\",\"at\":\"{now}\"}]}","evenkeel.dev/claim.{claim}":null}}}"#
            ]
        )
        #expect(planned(base).plan.writes == 3)
    }

    @Test func `a run that is waited for writes its outcome, too`() throws {
        let operation = try #require(planned(waited).plan.operations.first)

        #expect(operation.concluding.count == 2)
        #expect(operation.concluding.last?.annotation.contains(#""state":"{outcome}""#) == true)
        #expect(planned(waited).plan.writes == 4)
    }

    @Test func `a fingerprint with a guid in it is a symbol everywhere`() throws {
        var task = base
        task.run = .oncePerDroplet
        let operation = try #require(
            planned(task) { $0.droplet = ObservedDroplet(guid: "storefront-droplet", state: "STAGED", isDocker: false) }
                .plan.operations.first
        )

        #expect(operation.preparing.first?.annotation.contains(#""fp":"{run}""#) == true)
        #expect(operation.concluding.first?.annotation.contains(#""fp":"{run}""#) == true)
    }

    @Test func `a name that reads like a symbol is not filled in`() throws {
        var task = DesiredTask(name: "{now}{run}", origin: place())
        task.fields = [declared(.command, .text("x"))]
        let operation = try #require(planned(task).plan.operations.first)

        let filled = operation.concluding.first?.filled(with: ["now": "TIME", "run": "RUN"])

        #expect(filled?.annotation.contains(#""name":"\u007bnow}\u007brun}""#) == true)
        #expect(filled?.annotation.contains(#""at":"TIME""#) == true)
    }

    @Test func `a recorded run is written down as cancelled before it is`() throws {
        var task = DesiredTask(name: "migrate", origin: place())
        task.canceled = Declared(true, at: place())
        func cancels(_ state: RunRecord.State?, by role: String = "space_developer") throws -> Plan.Operation {
            try #require(
                planned(task, roles: [role]) {
                    $0.tasks = [row(4, .running)]
                    if let state { $0.remember("migrate", (fingerprint, 1, state, 4)) }
                }.plan.operations.first
            )
        }

        let recorded = try cancels(.running)
        #expect(recorded.requests.map(\.kind) == [.patchApp, .cancelTask])
        #expect(recorded.preparing.first?.annotation.contains(#""state":"CANCELED","seq":4"#) == true)
        // An earlier apply came so far.
        #expect(try cancels(.canceled).requests.map(\.kind) == [.cancelTask])
        // A run of ours whose record is missing gets it.
        #expect(try cancels(nil).requests.map(\.kind) == [.patchApp, .cancelTask])
        // A supporter may cancel, but not write on the app; an auditor's plan is the developer's.
        #expect(try cancels(.running, by: "space_supporter").requests.map(\.kind) == [.cancelTask])
        #expect(try cancels(.running, by: "space_auditor").requests.map(\.kind) == [.patchApp, .cancelTask])
    }

    @Test func `a run that nobody recorded and that Evenkeel did not make is cancelled alone`() throws {
        var task = DesiredTask(name: "migrate", origin: place())
        task.canceled = Declared(true, at: place())

        let plan = planned(task) { $0.tasks = [observedRun("migrate", 4, .running)] }.plan

        #expect(plan.operations.flatMap { $0.requests.map(\.kind) } == [.cancelTask])
    }

    // MARK: - Healing

    @Test(arguments: ObservedTask.State.allCases)
    func `a run without its record is adopted`(_ state: ObservedTask.State) throws {
        let plan = planned(base) { $0.tasks = [row(4, state)] }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .adopt)
        #expect(operation.requests.map(\.kind) == [.patchApp])
        // Nobody waits for it, so nobody writes how it ended.
        #expect(operation.request.annotation.contains(#""state":"RUNNING","seq":4,"task":"{tasks.4.guid}""#))
        #expect(PlanSummary(plan).line.hasSuffix("0 unchanged. 1 adopted." + (state == .failed ? " 1 failed." : "")))
    }

    @Test func `runs of earlier specifications are adopted, too`() throws {
        let plan = planned(base) {
            $0.tasks = [observedRun("migrate", 3, .succeeded, fingerprint: "another"), row(4, .succeeded)]
            $0.remember("migrate", (fingerprint, 1, .running, 4))
        }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .adopt)
        #expect(operation.request.annotation.contains(#""fp":"another","n":1"#))
        #expect(!operation.request.annotation.contains(fingerprint))
        #expect(operation.request.annotation.contains("{runs}"))
    }

    @Test(arguments: [(ObservedTask.State.succeeded, "SUCCEEDED"), (.failed, "FAILED")])
    func `a waited run without its outcome is adopted`(_ state: ObservedTask.State, _ word: String) throws {
        let plan = planned(waited) {
            $0.tasks = [row(4, state)]
            $0.remember("migrate", (fingerprint, 1, .running, 4))
        }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .adopt)
        #expect(operation.request.annotation.contains(#""state":"\#(word)""#))
    }

    @Test func `what is recorded as it should be needs nothing`() {
        func operations(_ task: DesiredTask, _ state: ObservedTask.State, _ recorded: RunRecord.State) -> Int {
            planned(task) {
                $0.tasks = [row(4, state)]
                $0.remember("migrate", (fingerprint, 1, recorded, 4))
            }.plan.operations.count
        }

        #expect(operations(base, .running, .running) == 0)
        #expect(operations(base, .succeeded, .running) == 0)
        #expect(operations(base, .failed, .running) == 0)
        #expect(operations(waited, .succeeded, .succeeded) == 0)
        #expect(operations(waited, .failed, .failed) == 0)
        #expect(operations(waited, .failed, .canceled) == 0)
    }

    @Test func `a claim that was left is adopted`() throws {
        let claim = Claim(fingerprint, task: "migrate", random: 1, time: "2026-11-21T03:00:00Z", holder: "dev/build-7")
        let plan = planned(base) {
            $0.tasks = [row(4, .running)]
            $0.remember("migrate", (fingerprint, 1, .running, 4))
            $0.fields[.annotation(claim.key)] = .value(.text(claim.value))
        }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .adopt)
        #expect(
            operation.request.body?.compact == #"{"metadata":{"annotations":{"\#(claim.key)":null}}}"#
        )
    }

    @Test func `whoever creates a run waits for all claims to the task, and says so`() throws {
        let own = Claim(fingerprint, task: "migrate", random: 1, time: "2026-11-21T03:00:00Z", holder: "dev/build-7")
        let other = Claim("feedfeedfeed", task: "migrate", random: 2, time: "", holder: "dev/build-8")
        let plan = planned(base) {
            for claim in [own, other] { $0.fields[.annotation(claim.key)] = .value(.text(claim.value)) }
        }.plan

        #expect(plan.operations.map(\.action) == [.run])
        for holder in ["dev/build-7", "dev/build-8"] {
            #expect(plan.operations.first?.notes.contains { $0.contains("a claim stands, that of \(holder)") } == true)
        }
    }

    // MARK: - More than 20 specifications

    @Test func `runs that find no room in the record are not missing from it`() {
        let rows = (1...25).map { observedRun("migrate", $0, .succeeded, fingerprint: "earlier-\($0)") }
        func operations(_ change: (inout RunRecord) -> Void) -> [Plan.Operation] {
            planned(waited) { app in
                app.tasks = rows + [row(26, .succeeded)]
                var record = RunRecord("migrate")
                for row in app.tasks { record.note(row, awaiting: fingerprint, time: "2026-11-20T00:00:00Z") }
                change(&record)
                app.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text(record.text))
            }.plan.operations
        }

        #expect(operations { _ in }.isEmpty)
        // What was claimed and never recorded has no place among the rows and takes none from them.
        #expect(operations { $0.put(.mayHaveRun("claimed", attempt: 1, time: "")) }.isEmpty)
        #expect(operations { $0 = RunRecord("migrate", runs: Array($0.runs.dropFirst())) }.map(\.action) == [.adopt])
    }

    @Test func `a live run that is waited for is recorded before and after`() throws {
        let plan = planned(waited) { $0.tasks = [row(4, .running)] }.plan

        let operation = try #require(plan.operations.first)
        #expect(operation.action == .wait)
        #expect(operation.requests.map(\.kind) == [.patchApp, .awaitTask, .patchApp])
        #expect(plan.operations.count == 1)
        #expect(plan.writes == 2)
    }

    // MARK: - Records that cannot be read, and limits

    @Test func `with a record that cannot be read nothing is created`() {
        let (plan, diagnostics) = planned(base) {
            $0.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text(#"{"v":2}"#))
        }

        #expect(plan.operations.isEmpty)
        #expect(diagnostics.map(\.code) == [.unreadableRecord])
        #expect(diagnostics.map(\.severity) == [.error])
    }

    @Test func `a run that is there needs no record that can be read, and none is written`() {
        let (plan, diagnostics) = planned(waited) {
            $0.tasks = [row(4, .running)]
            $0.fields[.annotation(RunRecord.key(of: "migrate"))] = .value(.text("nonsense"))
        }

        #expect(plan.operations.map(\.action) == [.wait])
        #expect(plan.writes == 0)
        #expect(diagnostics.map(\.code) == [.unreadableRecord])
        #expect(diagnostics.map(\.severity) == [.warning])
    }

    @Test(arguments: [(199, false), (200, true), (201, true)])
    func `a run whose record and claim do not fit is refused before anything is sent`(_ count: Int, _ isRefused: Bool) {
        let (plan, diagnostics) = planned(base) { app in
            for number in 0..<count { app.fields[.annotation(Text("theirs-\(number)"))] = .value(.text("")) }
        }

        #expect(diagnostics.map(\.code) == (isRefused ? [.recordLimit] : []))
        #expect(plan.operations.isEmpty == isRefused)
    }

    @Test func `annotations that the same plan adds and removes are counted`() {
        func planned(_ value: DesiredValue) -> [Diagnostic] {
            let app = desiredApp {
                $0.tasks = [base]
                $0.fields = [declared(.annotation("theirs-0"), value), declared(.annotation("new"), .text(""))]
            }
            let observed = observedApp { app in
                for number in 0..<199 { app.fields[.annotation(Text("theirs-\(number)"))] = .value(.text("")) }
            }
            return plan(desiredState(app), against: observedState(observed)).diagnostics
        }

        #expect(planned(.null).isEmpty)
        #expect(planned(.text("")).map(\.code) == [.recordLimit])
    }
}
