import Diagnostics
import Reconciliation
import Synchronization
import TestSupport
import Testing

/// Staging a new droplet: what is sent, what is waited for, and what is taken up after trouble.
@Suite struct StagingTests {
    private static let image: Text = "registry.example/storefront:2"
    private let clock = JumpingClock()

    private func apply(
        _ platform: any Platform,
        seeing staging: ObservedStaging = ObservedStaging(),
        _ change: (inout DesiredApp) -> Void = { _ in }
    ) async -> ApplyReport {
        let desired = desiredApp {
            $0.droplet = DesiredDroplet(origin: place(5), fields: [declared(.image, .text(Self.image))])
            $0.droplet?.imageUpdate = Declared(.restage, at: place(6))
            change(&$0)
        }
        let observed = observedState(
            observedApp {
                $0.lifecycle = .docker
                $0.droplet = dockerDroplet
                $0.staging = staging
            }
        )
        let plan = plan(desiredState(desired), against: observed).plan
        return await Applier(platform: platform, observed: observed, clock: clock).apply(plan)
    }

    private func failure(_ status: Int, _ code: Int = 0) -> PlatformError {
        var error = PlatformError(.rejected)
        error.status = status
        error.method = "POST"
        if code > 0 { error.messages = [.init(title: "CF-X", code: code, detail: "words")] }
        return error
    }

    private let package = ObservedPackage(guid: "p2", state: "READY", image: image)

    private func build(_ state: ObservedBuild.State, _ guid: String = "b", of package: String = "p2") -> ObservedBuild {
        ObservedBuild(guid: guid, packageGUID: package, state: state, createdAt: "now")
    }

    private let droplet: ObservedDroplet = {
        var droplet = ObservedDroplet(guid: "d2", state: "STAGED", isDocker: true)
        droplet.packageGUID = "p2"
        return droplet
    }()

    /// Answers everything as asked.
    private func answer(_ request: Request) -> Answer {
        switch request.kind {
        case .createPackage: .package(package)
        case .createBuild: .build(build(.staging))
        case .assignDroplet: .currentDroplet("d2")
        default: .droplet(droplet)
        }
    }

    /// The answer of a build's POST was lost, and it ends between the list of droplets and that of builds.
    @Test func `a build that is STAGED and whose droplet is in no list yet is no reason for a second one`() async {
        let ended = ObservedStaging(packages: [package], builds: [build(.staged(droplet: "d2"))])
        let lost = ScriptedPlatform(droplet: droplet, stagings: [ObservedStaging(packages: [package]), ended]) {
            request,
            _ throws(PlatformError) in
            if request.kind == .createBuild { throw failure(503) }
            return answer(request)
        }
        let begun = ScriptedPlatform(droplet: droplet, stagings: [ended]) { request, _ throws(PlatformError) in
            answer(request)
        }
        var expired = droplet
        expired.state = "EXPIRED"
        let gone = ScriptedPlatform(
            droplet: expired,
            stagings: [ended],
            builds: [build(.staged(droplet: "d2"))]
        ) { request, _ throws(PlatformError) in
            answer(request)
        }

        let reports = [await apply(lost), await apply(begun)]
        _ = await apply(gone)

        #expect(reports.map(\.line) == ["Applied 2 of 2 operations.", "Applied 2 of 2 operations."])
        #expect(lost.sent.count { $0.kind == .createBuild } == 1)
        #expect(begun.sent.count { $0.kind == .createBuild } == 0)
        #expect(gone.sent.count { $0.kind == .createBuild } == 1)
    }

    @Test func `a package is made, built and waited for, then the droplet is marked and assigned`() async {
        let platform = ScriptedPlatform(
            droplet: droplet,
            builds: [build(.staging), build(.staging), build(.staged(droplet: "d2"))]
        ) { request, _ throws(PlatformError) in answer(request) }

        let report = await apply(platform)

        #expect(report.line == "Applied 2 of 2 operations.")
        #expect(
            platform.sent.map(\.path) == [
                "/v3/packages", "/v3/builds", "/v3/droplets/d2",
                "/v3/apps/storefront-guid/relationships/current_droplet",
            ]
        )
        #expect(platform.sent[1].body?.compact == #"{"package":{"guid":"p2"}}"#)
        #expect(platform.sent[3].body?.compact == #"{"data":{"guid":"d2"}}"#)
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(3)])
    }

    @Test func `a build that fails says why, and nothing is assigned`() async {
        let platform = ScriptedPlatform(builds: [build(.failed("StagingError - no such image"))]) {
            request,
            _ throws(PlatformError) in answer(request)
        }

        let report = await apply(platform)

        #expect(report.diagnostics.map(\.code) == [.stagingFailed])
        #expect(report.diagnostics.first?.details.contains(.api("StagingError - no such image")) == true)
        #expect(platform.sent.map(\.path) == ["/v3/packages", "/v3/builds"])
    }

    @Test func `a build that does not end is left to itself after its time`() async {
        let platform = ScriptedPlatform(builds: [build(.staging)]) { request, _ throws(PlatformError) in
            answer(request)
        }

        #expect(await apply(platform).diagnostics.map(\.code) == [.waitTimedOut])
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(900))
    }

    @Test func `a package whose answer was lost is taken up, and so is a build`() async {
        let platform = ScriptedPlatform(
            droplet: droplet,
            stagings: [
                ObservedStaging(), ObservedStaging(packages: [package]),
                ObservedStaging(packages: [package], builds: [build(.staging)]),
            ],
            builds: [build(.staged(droplet: "d2"))]
        ) { [self] request, _ throws(PlatformError) in
            if [.createPackage, .createBuild].contains(request.kind) { throw failure(502) }
            return answer(request)
        }

        let report = await apply(platform)

        #expect(report.line == "Applied 2 of 2 operations.")
        #expect(platform.sent.count { $0.kind == .createPackage } == 1)
        #expect(platform.sent.count { $0.kind == .createBuild } == 1)
    }

    @Test func `a build that the platform kept as failed is not sent again`() async {
        let failed = build(.failed("StagingError - Stager is unavailable"), "b2")
        let platform = ScriptedPlatform(
            stagings: [
                ObservedStaging(packages: [package], builds: [build(.failed("an earlier one"), "b1")]),
                ObservedStaging(packages: [package], builds: [build(.failed("an earlier one"), "b1"), failed]),
            ]
        ) { [self] _, _ throws(PlatformError) in throw failure(503) }

        let report = await apply(platform)

        #expect(report.diagnostics.map(\.code) == [.stagingFailed])
        #expect(report.diagnostics.first?.details.contains(.api("StagingError - Stager is unavailable")) == true)
        #expect(platform.sent.count == 1)
    }

    @Test func `a build under way is followed, and one that has failed since says why`() async {
        let seen = ObservedStaging(packages: [package], builds: [build(.staging)])
        let good = ScriptedPlatform(droplet: droplet, stagings: [seen], builds: [build(.staged(droplet: "d2"))]) {
            request,
            _ throws(PlatformError) in answer(request)
        }
        let failed = ObservedStaging(packages: [package], builds: [build(.failed("StagingError - no such image"))])
        let bad = ScriptedPlatform(stagings: [failed]) { request, _ throws(PlatformError) in answer(request) }

        #expect(await apply(good, seeing: seen).line == "Applied 2 of 2 operations.")
        #expect(await apply(bad, seeing: seen).diagnostics.map(\.code) == [.stagingFailed])
        #expect(good.sent.map(\.kind) == [.patchDroplet, .assignDroplet])
        #expect(bad.sent.isEmpty)
    }

    @Test func `a droplet that was staged before and is gone since says so`() async {
        let seen = ObservedStaging(packages: [package], droplets: [droplet])
        let there = ScriptedPlatform(droplet: droplet) { request, _ throws(PlatformError) in answer(request) }
        let gone = ScriptedPlatform { request, _ throws(PlatformError) in answer(request) }

        #expect(await apply(there, seeing: seen).line == "Applied 2 of 2 operations.")
        #expect(await apply(gone, seeing: seen).diagnostics.map(\.code) == [.stagingFailed])
        #expect(gone.sent.isEmpty)
    }

    @Test func `another build of the app is waited for`() async {
        let other = build(.staging, "other", of: "p1")
        let platform = ScriptedPlatform(
            droplet: droplet,
            stagings: [
                ObservedStaging(), ObservedStaging(packages: [package], builds: [other]),
                ObservedStaging(packages: [package]),
            ],
            builds: [other, build(.failed(nil), "other", of: "p1"), build(.staged(droplet: "d2"))]
        ) { [self] request, _ throws(PlatformError) in
            // It began after the first look.
            if request.kind == .createBuild, clock.sleeps.isEmpty { throw failure(422, 170_017) }
            return answer(request)
        }

        let report = await apply(platform)

        #expect(report.line == "Applied 2 of 2 operations.")
        #expect(platform.sent.count { $0.kind == .createPackage } == 1)
        #expect(platform.sent.count { $0.kind == .createBuild } == 2)
    }

    @Test func `a refusal ends it with the server's words`() async {
        let platform = ScriptedPlatform { [self] request, _ throws(PlatformError) in
            if request.kind == .createBuild { throw failure(403, 330_002) }
            return answer(request)
        }

        let report = await apply(platform)

        #expect(report.diagnostics.map(\.code) == [.notAuthorized])
        #expect(report.diagnostics.first?.details.contains(.api("words")) == true)
        #expect(platform.sent.count == 2)
    }

    @Test func `a restart in the middle makes the mark be written again`() async {
        func process(_ version: String) -> ObservedProcess {
            ObservedProcess(guid: "storefront-web", type: "web", version: version)
        }
        let platform = ScriptedPlatform(
            processes: [process("v2")],
            laterProcesses: [process("v3")],
            droplet: droplet,
            builds: [build(.staged(droplet: "d2"))]
        ) { request, _ throws(PlatformError) in answer(request) }

        let report = await apply(platform)

        #expect(report.line == "Applied 2 of 2 operations.")
        let marks = platform.sent.filter { $0.kind == .patchDroplet }.compactMap { $0.body?.compact }
        #expect(marks.count == 2)
        #expect(marks.first?.contains("v2") == true)
        #expect(marks.last?.contains("v3") == true)
    }

    @Test func `a server that keeps another droplet is not believed`() async {
        let platform = ScriptedPlatform(droplet: droplet, builds: [build(.staged(droplet: "d2"))]) {
            request,
            _ throws(PlatformError) in
            request.kind == .assignDroplet ? .currentDroplet("d1") : answer(request)
        }

        #expect(await apply(platform).diagnostics.map(\.code) == [.notTaken])
    }

    @Test func `a task before the rollout runs with the new droplet, which is not assigned yet`() async throws {
        var task = DesiredTask(name: "migrate", origin: place(10))
        task.fields = [declared(.command, .text("bin/migrate"))]
        task.run = .oncePerDroplet
        task.when = Declared(.beforeRollout, at: place(11))
        var run = observedRun("migrate", 1, .running)
        run.dropletGUID = "d2"
        run.fields[.command] = .value(.text("bin/migrate"))
        let platform = ScriptedPlatform(droplet: droplet, builds: [build(.staged(droplet: "d2"))]) {
            [run]
            request,
            _ throws(PlatformError) in
            request.kind == .createTask ? .task(run) : answer(request)
        }

        let report = await apply(platform) { $0.tasks = [task] }

        #expect(report.line == "Applied 3 of 3 operations.", "\(report)")
        let kinds = platform.sent.map(\.kind)
        #expect(kinds == [.createPackage, .createBuild, .createTask, .patchDroplet, .assignDroplet])
        let body = try #require(platform.sent[2].body)
        #expect(body["droplet_guid"] == "d2")
        let fingerprint = Fingerprint(of: task, droplet: ("d2", Self.image)).hex
        #expect(body["metadata"]?["labels"]?[RunLabel.run] == .text(Text(fingerprint)))
    }

    @Test func `a dry run shows what is known and leaves symbols for the rest`() async {
        let platform = ScriptedPlatform { _, _ throws(PlatformError) in throw PlatformError(.unreachable) }

        let report = await apply(DryRunPlatform(reading: platform))

        let requests = report.entries.flatMap { entry -> [Request] in
            if case .wouldSend(let requests) = entry.outcome { requests } else { [] }
        }
        #expect(
            requests.map(\.path) == [
                "/v3/packages", "/v3/builds", "/v3/droplets/{droplet.guid}",
                "/v3/apps/storefront-guid/relationships/current_droplet",
            ]
        )
        #expect(requests[0].body?["relationships"]?["app"]?["data"]?["guid"] == "storefront-guid")
        #expect(requests[1].body?["package"]?["guid"] == .symbol("package.guid"))
        #expect(platform.sent.isEmpty)
    }
}
