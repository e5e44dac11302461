import Diagnostics
import Reconciliation
import Testing

/// A new droplet for a new image: what is planned of it, and what of it is there already.
@Suite struct RestagePlanningTests {
    private static let old: Text = "registry.example/storefront:1"
    private static let new: Text = "registry.example/storefront:2"

    private func desired(
        _ strategy: DesiredRollout.Strategy?,
        _ change: (inout DesiredApp) -> Void = { _ in }
    ) -> DesiredState {
        desiredState(
            desiredApp {
                $0.droplet = DesiredDroplet(
                    origin: place(5),
                    fields: [
                        declared(.image, .text(Self.new), line: 6), declared(.label("release"), .text("2"), line: 7),
                        declared(.label("old"), .null, line: 8),
                    ]
                )
                $0.droplet?.imageUpdate = Declared(.restage, at: place(9))
                if let strategy { $0.rollout = Declared(DesiredRollout(strategy: strategy), at: place(4)) }
                change(&$0)
            }
        )
    }

    private func app(_ change: (inout ObservedApp) -> Void = { _ in }) -> ObservedApp {
        observedApp {
            $0.lifecycle = .docker
            $0.droplet = dockerDroplet
            // The stager has written the image in its own way.
            $0.droplet?.fields[.image] = .value(.text("registry.example/storefront@sha256:abc"))
            $0.droplet?.fields[.label("release")] = .value(.text("2"))
            $0.droplet?.fields[.label("old")] = .value(.text("x"))
            $0.droplet?.packageGUID = "p1"
            $0.staging.packages = [ObservedPackage(guid: "p1", state: "READY", image: Self.old)]
            change(&$0)
        }
    }

    private func planned(
        _ strategy: DesiredRollout.Strategy?,
        scopes: Set<String> = ["cloud_controller.read", "cloud_controller.write"],
        roles: Set<String> = ["space_developer"],
        _ change: (inout ObservedApp) -> Void = { _ in }
    ) -> (plan: Plan, diagnostics: [Diagnostic]) {
        plan(desired(strategy), against: observedState(app(change), scopes: scopes, roles: roles))
    }

    private func bodies(_ operation: Plan.Operation?) -> [String] {
        (operation?.requests ?? []).map { "\($0.method.rawValue) \($0.path) \($0.body?.compact ?? "-")" }
    }

    @Test
    func `a package and a build come first, then all declared metadata, then the deployment that names the droplet`() {
        let operations = planned(.rolling).plan.operations

        #expect(operations.map(\.step) == [.dropletImage, .dropletMetadata, .rollout])
        #expect(operations.map(\.effect) == [.afterRollout, .atOnce, .atOnce])
        #expect(
            bodies(operations.first) == [
                #"POST /v3/packages {"type":"docker","data":{"image":"registry.example/storefront:2"},"#
                    + #""relationships":{"app":{"data":{"guid":"{app.guid}"}}}}"#,
                #"POST /v3/builds {"package":{"guid":"{package.guid}"}}"#,
            ]
        )
        #expect(operations.first?.changes.map(\.before) == [.text(Self.old)])
        #expect(
            bodies(operations.dropFirst().first) == [
                #"PATCH /v3/droplets/{droplet.guid} {"metadata":{"labels":{"release":"2"}}}"#
            ]
        )
        #expect(
            bodies(operations.last) == [
                #"POST /v3/deployments {"strategy":"rolling","droplet":{"guid":"{droplet.guid}"},"#
                    + #""options":{"max_in_flight":1},"relationships":{"app":{"data":{"guid":"{app.guid}"}}},"#
                    + #""metadata":{"labels":{"evenkeel.dev/rollout":"{rollout}"}}}"#
            ]
        )
    }

    @Test(arguments: [DesiredRollout.Strategy.restart, .none])
    func `without a deployment the droplet is assigned, and says before that a restart is owed`(
        _ strategy: DesiredRollout.Strategy
    ) throws {
        let plan = planned(strategy).plan

        let rest = plan.operations.drop { $0.step != .rollout }
        #expect(rest.map(\.request.kind) == (strategy == .restart ? [.assignDroplet, .restartApp] : [.assignDroplet]))
        #expect(
            bodies(rest.first) == [
                #"PATCH /v3/droplets/{droplet.guid} {"metadata":{"annotations":{"evenkeel.dev/restart-owed":"#
                    + #""{\"v\":1,\"assigned\":true,\"app\":{"#
                    + #"\"web\":[\"{processes.web.guid}\",\"{processes.web.version}\"],"#
                    + #"\"worker\":[\"{processes.worker.guid}\",\"{processes.worker.version}\"]}}"}}}"#,
                #"PATCH /v3/apps/{app.guid}/relationships/current_droplet {"data":{"guid":"{droplet.guid}"}}"#,
            ]
        )
        #expect(rest.first?.effect == (strategy == .restart ? .afterRollout : .afterRestart))
        #expect(PlanSummary(plan).update == 1)
        #expect(plan.writes == (strategy == .restart ? 6 : 5))
    }

    @Test func `a stopped app gets the droplet and is not deployed, which would start it`() {
        let plan = planned(.rolling) { $0.isStarted = false }.plan

        #expect(plan.operations.map(\.request.kind) == [.createBuild, .patchDroplet, .assignDroplet])
        #expect(plan.operations.last?.preparing == [])
        #expect(plan.operations.last?.effect == .atStart)
    }

    @Test func `the image of the package is what is compared`() {
        let same = planned(.rolling) { $0.staging.packages[0].image = Self.new }
        #expect(same.plan.operations.map(\.step) == [.dropletMetadata])

        // Without its package the droplet's own image is all that is known.
        let unknown = planned(.rolling) {
            $0.staging.packages = []
            $0.droplet?.fields[.image] = .value(.text(Self.new))
        }
        #expect(unknown.plan.operations.map(\.step) == [.dropletMetadata])

        // Changed in place after it was staged, so that the package says nothing.
        let changed = planned(.rolling) {
            $0.staging.packages[0].image = Self.new
            $0.droplet?.fields[.annotation("evenkeel.dev/restart-owed")] = .value(.text(#"{"v":1,"app":{}}"#))
        }
        #expect(changed.plan.operations.first?.step == .dropletImage)
    }

    @Test func `a package, a build or a droplet of the image is taken up, the furthest of them`() {
        func plan(_ change: @escaping (inout ObservedStaging) -> Void) -> Plan {
            planned(.rolling) {
                $0.staging.packages.append(ObservedPackage(guid: "p2", state: "READY", image: Self.new))
                change(&$0.staging)
            }.plan
        }
        func build(_ package: String) -> ObservedBuild {
            ObservedBuild(guid: "b", packageGUID: package, state: .staging, createdAt: "now")
        }
        var droplet = ObservedDroplet(guid: "d2", state: "STAGED", isDocker: true)
        droplet.packageGUID = "p2"
        droplet.fields[.label("release")] = .value(.text("2"))

        let package = plan { _ in }.operations
        let staging = plan { $0.builds = [build("p2")] }.operations
        let foreign = plan { $0.builds = [build("p1")] }.operations
        let staged = plan { $0.droplets = [droplet] }.operations

        #expect(bodies(package.first) == [#"POST /v3/builds {"package":{"guid":"{package.guid}"}}"#])
        #expect(bodies(staging.first) == ["GET /v3/builds/{build.guid} -"])
        #expect(bodies(foreign.first) == bodies(package.first))
        #expect(bodies(staged.first) == ["GET /v3/droplets/{droplet.guid} -"])
        // Its label is there already.
        #expect(staged.map(\.step) == [.dropletImage, .rollout])
        #expect(staged.first?.changes.count == 1)
    }

    @Test func `a package that has expired is not built`() {
        let plan = planned(.rolling) {
            $0.staging.packages.append(ObservedPackage(guid: "p2", state: "EXPIRED", image: Self.new))
        }.plan

        #expect(plan.operations.first?.requests.map(\.kind) == [.createPackage, .createBuild])
    }

    @Test func `the current droplet is never taken up in its own place`() {
        let plan = planned(.rolling) {
            $0.staging.packages[0].image = Self.old
            $0.droplet?.fields[.image] = .value(.text(Self.new))
            $0.staging.droplets = [$0.droplet].compactMap(\.self)
        }.plan

        #expect(plan.operations.first?.requests.map(\.kind) == [.createPackage, .createBuild])
    }

    @Test func `an app that is not of docker images cannot be given one`() {
        let diagnostics = planned(.rolling) { $0.droplet?.isDocker = false }.diagnostics

        #expect(diagnostics.map(\.code) == [.imageNotChangeable])
    }

    @Test func `an image that cannot be changed in place for the droplet's state can be staged`() {
        let desired = desired(nil) { $0.droplet?.imageUpdate = nil }
        let expired = app { $0.droplet?.state = "EXPIRED" }

        let diagnostics = plan(desired, against: observedState(expired)).diagnostics

        #expect(diagnostics.map(\.code) == [.imageNotChangeable])
        let help =
            "write `image_update: restage` beside `image`, which a space developer may do: a new droplet is staged"
        #expect(diagnostics.first?.details.contains(.help(help)) == true)
    }

    @Test func `packages need a developer, what is built and assigned a supporter`() {
        let fresh = planned(.rolling, roles: ["space_supporter"])
        #expect(fresh.plan.operations.map(\.needs) == ["space developer", "space developer", nil])

        let staging = planned(.rolling, roles: ["space_supporter"]) {
            $0.staging.packages.append(ObservedPackage(guid: "p2", state: "READY", image: Self.new))
        }
        #expect(staging.plan.operations.map(\.needs) == [nil, "space developer", nil])
        #expect(planned(.rolling, roles: ["space_auditor"]).plan.operations.allSatisfy { $0.needs != nil })
    }

    @Test func `credentials that the new package will not have are mentioned`() {
        let notes = planned(.rolling) { $0.staging.packages[0].hasCredentials = true }.plan.operations.first?.notes

        #expect(notes?.last == "the package before it has credentials for the registry, the new one has none")
    }

    @Test func `a run once per droplet is of the new one, by a fingerprint that is known later`() throws {
        var task = DesiredTask(name: "migrate", origin: place(10))
        task.fields = [declared(.command, .text("bin/migrate {droplet.guid}"))]
        task.run = .oncePerDroplet
        task.when = Declared(.beforeRollout, at: place(11))
        let run = observedRun(
            "migrate",
            1,
            .succeeded,
            fingerprint: Fingerprint(of: task, droplet: ("storefront-droplet", Self.old)).hex
        )
        let observed = observedState(app { $0.tasks = [run] })
        let plan = plan(desired(.rolling) { $0.tasks = [task] }, against: observed).plan

        #expect(plan.operations.map(\.step) == [.dropletImage, .dropletMetadata, .tasksBeforeRollout, .rollout])
        let operation = plan.operations[2]
        #expect(operation.run?.fingerprint == nil)
        #expect(operation.request.body?["metadata"]?["labels"]?[RunLabel.run] == .symbol("run"))
        #expect(operation.notes == ["with the new droplet"])
        // The command's braces are the user's.
        let filled = try #require(operation.run?.specification).filled(with: ["droplet.guid": "d2"])
        #expect(filled.wire == Fingerprint(of: task, droplet: ("d2", Self.new)).canonical)
    }

    @Test func `a run with a droplet that was staged before is known at once`() {
        var task = DesiredTask(name: "migrate", origin: place(10))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.run = .oncePerDroplet
        let fingerprint = Fingerprint(of: task, droplet: ("d2", Self.new)).hex
        var droplet = ObservedDroplet(guid: "d2", state: "STAGED", isDocker: true)
        droplet.packageGUID = "p2"
        let plan = plan(
            desired(.rolling) { $0.tasks = [task] },
            against: observedState(
                app {
                    $0.staging.packages.append(ObservedPackage(guid: "p2", state: "READY", image: Self.new))
                    $0.staging.droplets = [droplet]
                    $0.tasks = [observedRun("migrate", 1, .succeeded, fingerprint: fingerprint)]
                }
            )
        ).plan

        #expect(!plan.operations.contains { $0.action == .run })
    }

    @Test func `an assigned droplet that nobody restarted is owed, whatever processes it brought along`() {
        func plan(_ webVersion: String) -> Plan {
            planned(nil) {
                $0.staging.packages[0].image = Self.new
                $0.droplet?.fields[.label("old")] = nil
                $0.droplet?.fields[.annotation("evenkeel.dev/restart-owed")] = .value(
                    .text(#"{"v":1,"assigned":true,"app":{"web":["storefront-web","v1"]}}"#)
                )
                $0.processes[0].version = webVersion
            }.plan
        }

        #expect(plan("v1").owed.map(\.fields) == [["image"]])
        #expect(plan("v1").isEmpty)
        #expect(plan("v2").owed.isEmpty)
    }

    @Test func `a manager's record is written on the new droplet, and that of another on the old one holds`() throws {
        let key: Text = "evenkeel.dev/owner.team"
        let managed = desired(.rolling) { $0.manager = Declared("team", at: place(3)) }
        let plan = plan(managed, against: observedState(app())).plan

        #expect(plan.operations.map(\.step) == [.dropletImage, .dropletMetadata, .rollout])
        let record = try #require(plan.operations[1].request.body?["metadata"]?["annotations"]?[key])
        #expect(record.compact.contains(#"\"labels\":{\"release\":"#), "\(record.compact)")
        #expect(record.compact.contains(#"\"fields\":{\"image\":"#), "\(record.compact)")

        let foreign = app {
            $0.droplet?.fields[.annotation("evenkeel.dev/owner.other")] = .value(
                .text(#"{"fields":{"image":"00000000"},"v":1}"#)
            )
        }
        let (_, diagnostics) = Reconciliation.plan(managed, against: observedState(foreign))
        #expect(diagnostics.map(\.code) == [.conflict])
    }

    @Test func `targets that leave the image out still know how it is compared`() {
        var task = DesiredTask(name: "migrate", origin: place(10))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.run = .oncePerDroplet
        let (narrow, _) = desired(nil) { $0.tasks = [task] }.narrowed(to: [TargetPattern("**/tasks/migrate")])

        let pending = plan(narrow, against: observedState(app()))
        let inPlace = plan(narrow, against: observedState(app { $0.staging.packages[0].image = Self.new }))

        #expect(pending.diagnostics.map(\.code) == [.targetTooNarrow])
        #expect(inPlace.diagnostics.isEmpty)
    }
}
