import Diagnostics
import Reconciliation
import TestSupport
import Testing

@Suite struct SafetyLimitsTests {
    /// A plan for so many declared apps, of which the first ones get another memory limit.
    private func planned(disturbed: Int, of declared: Int, protected: Bool = false) -> Plan {
        let names = (0..<declared).map { Text("app-\($0 + 10)") }
        let apps = names.enumerated().map { index, name in
            desiredApp(name) { app in
                let memory = index < disturbed ? 1024 : 512
                let fields = [ReconciliationTests.declared(.memory, .number(memory))]
                app.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
                if protected { app.isProtected = Declared(true, at: place(6)) }
            }
        }
        var desired = desiredState()
        desired.spaces[0].apps = apps
        var observed = observedState()
        observed.spaces[0].apps = names.map { observedApp($0) }
        return plan(desired, against: observed).plan
    }

    /// What one app with these declarations is disturbed by.
    private func disturbances(
        _ change: (inout DesiredApp) -> Void,
        _ observe: (inout ObservedApp) -> Void = { _ in }
    ) -> [String]? {
        let desired = desiredState(desiredApp("storefront", change))
        return plan(desired, against: observedState(observedApp("storefront", observe))).plan.disturbances[appAddress]
    }

    private func web(_ fields: DeclaredField...) -> (inout DesiredApp) -> Void {
        { $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)] }
    }

    // MARK: - What disturbs

    @Test(arguments: [
        (Field.command, DesiredValue.text("x")), (.user, .text("app")), (.healthCheck(.timeout), .number(9)),
        (.readinessHealthCheck(.interval), .number(9)), (.memory, .number(9)), (.disk, .number(9)),
        (.logRateLimit, .number(9)), (.instances, .number(0)),
    ])
    func `another setting and fewer instances disturb an app`(_ field: Field, _ value: DesiredValue) {
        #expect(disturbances(web(declared(field, value))) == [field.definition.name])
    }

    @Test func `more instances and set metadata disturb nothing`() {
        let change = web(declared(.instances, .number(5)), declared(.label("a"), .text("b")))

        #expect(disturbances(change) == nil)
    }

    @Test func `a removed key disturbs`() {
        let removed = disturbances({ $0.fields = [declared(.label("a"), .null)] }) {
            $0.fields = [.label("a"): .value(.text("b"))]
        }

        #expect(removed == ["metadata.labels.a"])
    }

    @Test func `an image and a restart disturb`() {
        let found = disturbances { app in
            app.droplet = DesiredDroplet(origin: place(5), fields: [declared(.image, .text("other"))])
            app.rollout = Declared(DesiredRollout(strategy: .restart), at: place(4))
        } _: {
            $0.droplet = dockerDroplet
        }

        #expect(found == ["image", "a restart"])
    }

    @Test func `a started task disturbs nothing, a cancelled one does`() {
        let started = disturbances { app in
            app.tasks = [DesiredTask(name: "seed", origin: place(5), fields: [declared(.command, .text("x"))])]
        }
        let cancelled = disturbances { app in
            var task = DesiredTask(name: "seed", origin: place(5))
            task.canceled = Declared(true, at: place(6))
            app.tasks = [task]
        } _: {
            $0.tasks = [observedRun("seed", 1, .running)]
        }

        #expect(started == nil)
        #expect(cancelled == ["a cancelled task"])
    }

    // MARK: - How much

    @Test(
        arguments: [
            (4, 12, nil, true), (5, 12, nil, false), (3, 10, nil, true), (4, 10, nil, false), (9, 9, nil, true),
            (5, 12, "5", true), (5, 12, "4", false), (5, 12, "42%", true), (5, 12, "41%", false), (1, 1, "0", false),
            (0, 1, "0%", true), (12, 12, "100%", true),
        ] as [(Int, Int, String?, Bool)]
    )
    func `a share of the declared apps may be disturbed`(
        _ disturbed: Int,
        _ declared: Int,
        _ allowance: String?,
        _ isAllowed: Bool
    ) {
        let limits = SafetyLimits(maxChanges: allowance.flatMap { SafetyLimits.Allowance($0) })

        let refusals = limits.refusals(of: planned(disturbed: disturbed, of: declared))

        #expect(refusals.map(\.code) == (isAllowed ? [] : [.tooMuchChange]))
    }

    @Test(arguments: ["", "%", "-1", "101%", "5 %", "a", "1.5", "+3", "99999999999999999999", "٣"])
    func `an allowance is a number or a percentage`(_ text: String) {
        #expect(SafetyLimits.Allowance(text) == nil)
    }

    @Test func `targets do not change how many apps are declared`() {
        var desired = desiredState()
        desired.spaces[0].apps = (0..<12).map { desiredApp(Text("app-\($0)")) }

        let narrowed = desired.narrowed(to: [TargetPattern("acme/production/app-1")]).state

        #expect(narrowed.apps.count == 1)
        #expect(narrowed.declaredApps == 12)
        #expect(narrowed.narrowed(to: [TargetPattern("**/app-1")]).state.declaredApps == 12)
    }

    @Test func `a protected app is only disturbed when that is allowed`() {
        let plan = planned(disturbed: 1, of: 3, protected: true)

        let refusals = SafetyLimits().refusals(of: plan)

        #expect(refusals.map(\.code) == [.protected])
        #expect(refusals.first?.primary?.range == place(6))
        #expect(SafetyLimits(allowsProtected: true).refusals(of: plan).isEmpty)
    }

    // MARK: - Applying

    private func apply(
        _ desired: DesiredState,
        to observed: ObservedState,
        within limits: SafetyLimits
    ) async throws -> (planned: Int, report: ApplyReport, sent: Int) {
        let platform = ModelPlatform(observed)
        let reconciler = Reconciler(platform: platform)
        let planning = try await reconciler.plan(desired)
        let report = await reconciler.apply(
            planning,
            of: desired,
            on: platform,
            options: ApplyOptions(limits: limits),
            clock: JumpingClock()
        ) { _ in
        }
        return (planning.plan.operations.count, report, await platform.sent.count)
    }

    @Test func `a plan beyond the limits sends nothing`() async throws {
        let desired = desiredState(
            desiredApp {
                $0.isProtected = Declared(true, at: place(6))
                $0.fields = [declared(.label("a"), .text("b"))]
                $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: [declared(.memory, .number(9))])]
            }
        )
        let observed = observedState(observedApp())

        let refused = try await apply(desired, to: observed, within: SafetyLimits())
        let allowed = try await apply(desired, to: observed, within: SafetyLimits(allowsProtected: true))

        #expect(refused.sent == 0)
        #expect(refused.report.diagnostics.map(\.code) == [.protected])
        #expect(refused.report.notAttempted == refused.planned)
        #expect(allowed.sent == allowed.planned)
    }

    /// Web's instances are not compared while it is deployed: what is planned after the wait disturbs more.
    @Test func `what is planned after a deployment stays within the limits`() async throws {
        let fields = [declared(.instances, .number(0))]
        let desired = desiredState(
            desiredApp("busy") { $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)] },
            desiredApp("idle") { $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)] }
        )
        let deployment = ObservedDeployment(guid: "deployment", reason: "DEPLOYING", createdAt: "now")
        let observed = observedState(observedApp("busy") { $0.deployments = [deployment] }, observedApp("idle"))

        let one = try await apply(desired, to: observed, within: SafetyLimits(maxChanges: .apps(1)))
        let two = try await apply(desired, to: observed, within: SafetyLimits(maxChanges: .apps(2)))

        #expect(one.planned == 1)
        #expect(one.report.diagnostics.map(\.code) == [.tooMuchChange])
        #expect(one.sent == 1)
        #expect(one.report.notAttempted == 1)
        #expect(two.report.diagnostics.isEmpty)
        #expect(two.sent == 2)
    }
}
