import Diagnostics
import Reconciliation
import Testing

@Suite struct PlannerTests {
    private func planned(
        _ desired: DesiredApp,
        _ observed: ObservedApp = observedApp(),
        scopes: Set<String> = ["cloud_controller.read", "cloud_controller.write"],
        roles: Set<String> = ["space_developer"]
    ) -> (plan: Plan, diagnostics: [Diagnostic]) {
        plan(desiredState(desired), against: observedState(observed, scopes: scopes, roles: roles))
    }

    private func process(_ fields: DeclaredField...) -> DesiredApp {
        desiredApp { $0.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)] }
    }

    /// The annotation that remembers an owed restart, as it stands in a plan.
    private func owed(_ fields: String...) -> String {
        let names = fields.map { #"\"\#($0)\""# }.joined(separator: ",")
        return
            #"{"evenkeel.dev/restart-owed":"{\"v\":1,\"process\":\"{process.guid}\",\"version\":\"{process.version}\",\"fields\":[\#(names)]}"}"#
    }

    @Test func `settings and metadata of a process go into one PATCH, its scale into another request`() throws {
        let desired = process(
            declared(.instances, .number(3)),
            declared(.command, .text("run")),
            declared(.label("tier"), .text("front")),
            declared(.healthCheck(.timeout), .number(60))
        )

        let plan = planned(desired).plan

        #expect(plan.operations.map(\.step) == [.processSettings, .scale])
        let settings = try #require(plan.operations.first)
        #expect(settings.request.path == "/v3/processes/{process.guid}")
        #expect(
            settings.request.body?.compact
                == #"{"command":"run","metadata":{"labels":{"tier":"front"},"annotations":\#(owed("command", "health_check.timeout"))},"#
                + #""health_check":{"data":{"timeout":60}}}"#
        )
        #expect(settings.effect == .afterRestart)
        let scale = try #require(plan.operations.last)
        #expect(scale.request.body?.compact == #"{"instances":3}"#)
        #expect(scale.effect == .atOnce)
        #expect(PlanSummary(plan).update == 1)
    }

    @Test func `type and endpoint are sent together when either differs`() throws {
        let desired = process(
            declared(.healthCheck(.type), .text("http")),
            declared(.healthCheck(.endpoint), .text("/new"))
        )
        var observed = observedApp()
        observed.processes[0].fields[.healthCheck(.type)] = .value(.text("http"))
        observed.processes[0].fields[.healthCheck(.endpoint)] = .value(.text("/old"))

        let operation = try #require(planned(desired, observed).plan.operations.first)

        #expect(operation.changes.map(\.field) == [.healthCheck(.endpoint)])
        #expect(
            operation.request.body?.compact == #"{"health_check":{"type":"http","data":{"endpoint":"/new"}},"#
                + #""metadata":{"annotations":\#(owed("health_check.endpoint"))}}"#
        )
    }

    @Test func `leaving http sends the type alone`() throws {
        var observed = observedApp()
        observed.processes[0].fields[.healthCheck(.type)] = .value(.text("http"))
        observed.processes[0].fields[.healthCheck(.endpoint)] = .value(.text("/old"))

        let operation = try #require(
            planned(process(declared(.healthCheck(.type), .text("port"))), observed).plan.operations.first
        )

        #expect(
            operation.request.body?.compact
                == #"{"health_check":{"type":"port"},"metadata":{"annotations":\#(owed("health_check.type"))}}"#
        )
    }

    @Test func `nothing to do is an empty plan`() {
        let plan = planned(process(declared(.memory, .number(512)))).plan

        #expect(plan.isEmpty)
        #expect(plan.unchanged == 1)
        #expect(PlanSummary(plan).line == "No changes. Cloud Foundry matches the manifests.")
    }

    @Test func `operations follow the order table`() {
        let desired = desiredApp { app in
            var cancel = DesiredTask(name: "old-import", origin: place(9))
            cancel.canceled = Declared(true, at: place(9))
            var run = DesiredTask(name: "migrate", origin: place(10))
            run.fields = [declared(.command, .text("x"))]
            app.tasks = [run, cancel]
            app.processes = [
                DesiredProcess(
                    type: "web",
                    origin: place(5),
                    fields: [declared(.memory, .number(1)), declared(.command, .text("y"))]
                )
            ]
            app.fields = [declared(.annotation("a"), .text("b"))]
            app.droplet = DesiredDroplet(
                origin: place(4),
                fields: [
                    declared(.label("release"), .text("2")), declared(.image, .text("registry.example/storefront:2")),
                ]
            )
        }
        let observed = observedApp {
            $0.lifecycle = .docker
            $0.droplet = dockerDroplet
            $0.tasks = [observedRun("old-import", 3, .running), observedRun("Old-Import", 4, .running)]
        }

        let plan = planned(desired, observed, scopes: ["cloud_controller.admin"]).plan

        #expect(
            plan.operations.map(\.step) == [
                .cancelTasks, .dropletImage, .dropletMetadata, .appMetadata, .processSettings, .scale,
                .tasksAfterRollout,
            ]
        )
        #expect(plan.operations.first?.request.path == "/v3/tasks/{tasks.3.guid}/actions/cancel")
        #expect(PlanSummary(plan).line == "Plan: 1 task to run, 3 to update, 1 to cancel, 0 to restart, 0 unchanged.")
    }

    @Test func `a value that is hidden is planned as a change of something unknown`() {
        var observed = observedApp()
        observed.processes[0].fields[.command] = .hidden

        let (plan, diagnostics) = planned(process(declared(.command, .text("run"))), observed)

        #expect(plan.operations.map(\.changes) == [plan.operations.first?.changes.filter(\.isUnseen) ?? []])
        #expect(plan.operations.first?.preconditions.contains { $0.name == "command" } == false)
        #expect(plan.disturbances.isEmpty)
        #expect(plan.approvableChecksum == nil)
        #expect(diagnostics.map(\.code) == [.hiddenValue])
        #expect(plan.unknowns.map(\.field) == [.command])
        #expect(!plan.isEmpty)
        #expect(PlanSummary(plan).line.hasSuffix("0 unchanged. 1 unknown."))
    }

    @Test func `an app with an error gets no operations, the others go on`() {
        let broken = desiredApp { $0.processes = [DesiredProcess(type: "wbe", origin: place(5))] }
        let fine = desiredApp("other") {
            $0.processes = [DesiredProcess(type: "web", origin: place(8), fields: [declared(.memory, .number(1))])]
        }

        let (plan, diagnostics) = plan(
            desiredState(broken, fine),
            against: observedState(observedApp(), observedApp("other"))
        )

        #expect(diagnostics.map(\.code) == [.notFound])
        #expect(diagnostics.first?.details.contains(.help("did you mean `web`?")) == true)
        #expect(
            plan.operations.map { "\($0.address)" } == [
                "acme/production/other/processes/web", "acme/production/other/processes/web",
            ]
        )
        #expect(PlanSummary(plan).line.hasSuffix("1 with errors."))
    }

    @Test func `a space that is missing is said to be missing however its organization is spelled`() throws {
        var desired = desiredState(desiredApp())
        desired.spaces[0].organization = Declared("ACME", at: place(1))
        desired.spaces[0].space = Declared("productoin", at: place(2))
        var observed = observedState()
        observed.spaces = []
        observed.spaceNames = ["acme": ["production"]]

        let diagnostic = try #require(plan(desired, against: observed).diagnostics.first)

        #expect(diagnostic.message == "space `ACME/productoin` does not exist, or `dev` may not see it")
        #expect(diagnostic.primary?.range == place(2))
        #expect(diagnostic.details == [.help("did you mean `production`?")])
    }

    @Test func `of many apps that are not found only the first are compared with what there is`() {
        var desired = desiredState()
        desired.spaces[0].apps = (10..<40).map { DesiredApp(name: Text("storefront\($0)"), origin: place($0)) }

        var observed = observedState(observedApp())
        observed.spaces[0].appNames = ["storefront"]

        let diagnostics = plan(desired, against: observed).diagnostics

        #expect(diagnostics.count == 30)
        #expect(diagnostics.count { $0.details.contains(.help("did you mean `storefront`?")) } == 20)
    }

    @Test func `a deployment in flight is waited for, and the instances of web are not compared`() {
        let observed = observedApp {
            $0.deployments = [ObservedDeployment(guid: "d", reason: "DEPLOYING", createdAt: "2026-11-01T00:00:00Z")]
        }

        let desired = process(declared(.memory, .number(1)), declared(.instances, .number(9)))
        let (plan, diagnostics) = planned(desired, observed)

        #expect(diagnostics.isEmpty)
        #expect(plan.waits.map(\.deployment.guid) == ["d"])
        #expect(plan.operations.flatMap(\.changes).map(\.field) == [.memory])
        #expect(!plan.isEmpty)
    }

    @Test func `a paused deployment is an error at once`() {
        let observed = observedApp {
            $0.deployments = [ObservedDeployment(guid: "d", reason: "PAUSED", createdAt: "2026-11-01T00:00:00Z")]
        }

        let (plan, diagnostics) = planned(process(declared(.memory, .number(1))), observed)

        #expect(diagnostics.map(\.code) == [.deploymentInFlight])
        #expect(plan.operations.isEmpty)
    }

    @Test func `an image is only changed on a staged docker droplet`() {
        let desired = desiredApp {
            $0.droplet = DesiredDroplet(
                origin: place(4),
                fields: [declared(.image, .text("registry.example/storefront:2"))]
            )
        }
        let buildpack = observedApp {
            $0.droplet = ObservedDroplet(guid: "d", state: "STAGED", isDocker: false, fields: [.image: .value(.null)])
        }

        #expect(planned(desired, buildpack).diagnostics.map(\.code) == [.imageNotChangeable])
    }

    @Test func `a field that the server does not show is an error that names its version`() {
        var observed = observedApp()
        observed.processes[0].fields[.user] = nil

        let diagnostics = planned(process(declared(.user, .text("vcap"))), observed).diagnostics

        #expect(diagnostics.map(\.code) == [.notSupportedByServer])
        #expect(diagnostics.first?.message.contains("3.228.0") == true)
    }
}

@Suite struct PermissionTests {
    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let scopes: Set<String>
        let roles: Set<String>
        /// Needs of: process, app, image.
        let needs: [String?]
        var description: String { name }
    }

    @Test(arguments: [
        Case(name: "admin", scopes: ["cloud_controller.admin"], roles: [], needs: [nil, nil, nil]),
        Case(
            name: "developer",
            scopes: ["cloud_controller.write"],
            roles: ["space_developer"],
            needs: [nil, nil, "the scope cloud_controller.admin or cloud_controller.update_build_state"]
        ),
        Case(
            name: "supporter",
            scopes: ["cloud_controller.write"],
            roles: ["space_supporter"],
            needs: [nil, "space developer", "the scope cloud_controller.admin or cloud_controller.update_build_state"]
        ),
        Case(
            name: "build-state updater",
            scopes: ["cloud_controller.write", "cloud_controller.update_build_state"],
            roles: ["space_auditor"],
            needs: ["space developer or space supporter", "space developer", nil]
        ),
        Case(
            name: "read-only token",
            scopes: ["cloud_controller.read"],
            roles: ["space_developer"],
            needs: [
                "the scope cloud_controller.write", "the scope cloud_controller.write",
                "the scope cloud_controller.write",
            ]
        ),
    ])
    func `a plan says what the caller lacks and stays whole`(_ example: Case) {
        let desired = desiredApp {
            $0.processes = [DesiredProcess(type: "web", origin: place(), fields: [declared(.command, .text("x"))])]
            $0.fields = [declared(.label("a"), .text("b"))]
            $0.droplet = DesiredDroplet(origin: place(), fields: [declared(.image, .text("registry.example/a:2"))])
        }
        let observed = observedApp {
            $0.lifecycle = .docker
            $0.droplet = dockerDroplet
        }

        let (plan, diagnostics) = plan(
            desiredState(desired),
            against: observedState(observed, scopes: example.scopes, roles: example.roles)
        )

        let needs = Dictionary(plan.operations.map { ($0.step, $0.needs) }) { first, _ in first }
        #expect([needs[.processSettings], needs[.appMetadata], needs[.dropletImage]] == example.needs)
        #expect(diagnostics.map(\.severity) == example.needs.compactMap(\.self).map { _ in .warning })
    }
}
