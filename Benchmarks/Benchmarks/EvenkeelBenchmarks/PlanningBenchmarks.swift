import Benchmark
import Diagnostics
import Manifest
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// From manifests to a plan, without a network.
func planningBenchmarks() {
    Benchmark("manifest: read a folder of 5000 apps in 50 files") { benchmark, folder in
        let reading = readManifests(ManifestInput(paths: [folder.path]))
        try expect(reading.diagnostics.isEmpty && reading.state.spaces.count == 50, "the manifests are not as expected")
        blackHole(reading)
    } setup: {
        try ManifestFolder(apps: 5000, spaces: 50)
    } teardown: {
    }

    Benchmark("plan: 5000 apps of which each has drifted") { benchmark, input in
        let (plan, diagnostics) = Reconciliation.plan(input.desired, against: input.observed)
        try expect(
            plan.operations.count == 10_000 && diagnostics.isEmpty,
            "the plan has \(plan.operations.count) operations"
        )
        blackHole(plan)
    } setup: {
        try PlanInput(apps: 5000, drifted: true)
    } teardown: {
    }

    Benchmark("plan: 5000 apps that are as declared") { benchmark, input in
        let (plan, diagnostics) = Reconciliation.plan(input.desired, against: input.observed)
        try expect(plan.operations.isEmpty && diagnostics.isEmpty, "the plan has \(plan.operations.count) operations")
        blackHole(plan)
    } setup: {
        try PlanInput(apps: 5000, drifted: false)
    } teardown: {
    }

    Benchmark("fingerprint: 1000 tasks", configuration: .init(scalingFactor: .kilo)) { benchmark, task in
        for number in benchmark.scaledIterations {
            blackHole(Fingerprint(of: task, droplet: (guid: "droplet-\(number)", image: "registry.example/app:1")))
        }
    } setup: {
        let input = try PlanInput(apps: 1, drifted: false)
        guard let task = input.desired.spaces.first?.apps.first?.tasks.first else {
            throw Unexpected(what: "no task is declared")
        }
        return task
    } teardown: {
    }
}

/// A temporary folder with a manifest for each space; the system clears it away.
struct ManifestFolder {
    let path: String

    init(apps: Int, spaces: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "evenkeel-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
        for space in 1...spaces {
            var text = "version: 1\norganization: acme\nspace: space-\(space)\napps:\n"
            for app in 1...(apps / spaces) { text += ManifestFolder.app(app) }
            try Data(text.utf8).write(to: folder.appending(path: "space-\(space).yml"))
        }
    }

    private static func app(_ number: Int) -> String {
        """
          app-\(number):
            metadata: {labels: {team: web}, annotations: {contact: web@acme.example}}
            processes:
              web:
                command: bin/serve --port $PORT
                instances: 3
                memory_in_mb: 512
                health_check: {type: http, endpoint: /health, timeout: 60}
                metadata: {labels: {tier: frontend}}
              worker:
                health_check: {type: process}
                instances: {min: 1, max: 4}
            tasks:
              migrate: {command: bin/migrate, memory_in_mb: 256}

        """
    }
}

/// Declared apps and what a platform would report about them.
struct PlanInput {
    let desired: DesiredState
    let observed: ObservedState

    init(apps: Int, drifted: Bool) throws {
        let folder = try ManifestFolder(apps: apps, spaces: 1)
        desired = readManifests(ManifestInput(paths: [folder.path])).state
        let scopes: Set = ["cloud_controller.read", "cloud_controller.write", "cloud_controller.admin"]
        var observed = ObservedState(api: "https://api.example.org", identity: Identity(name: "admin", scopes: scopes))
        observed.apiVersion = "3.228.0"
        var space = ObservedSpace(guid: "space", organization: "acme", name: "space-1")
        for (number, app) in (desired.spaces.first?.apps ?? []).enumerated() {
            space.apps.append(PlanInput.observed(app, number, drifted: drifted))
        }
        observed.spaces = [space]
        self.observed = observed
    }

    private static func observed(_ desired: DesiredApp, _ number: Int, drifted: Bool) -> ObservedApp {
        var app = ObservedApp(guid: "app-\(number)", name: desired.name, isStarted: true, lifecycle: .buildpack)
        app.currentDropletGUID = "droplet-\(number)"
        app.fields = [
            .label("team"): .value(.text("web")), .annotation("contact"): .value(.text("web@acme.example")),
        ]
        app.processes = [
            ObservedProcess(
                guid: "web-\(number)",
                type: "web",
                version: "1",
                fields: [
                    .command: .value(.text("bin/serve --port $PORT")), .instances: .value(.number(drifted ? 1 : 3)),
                    .memory: .value(.number(512)), .healthCheck(.type): .value(.text(drifted ? "port" : "http")),
                    .healthCheck(.endpoint): .value(.text("/health")), .healthCheck(.timeout): .value(.number(60)),
                    .label("tier"): .value(.text("frontend")),
                ]
            ),
            ObservedProcess(
                guid: "worker-\(number)",
                type: "worker",
                version: "1",
                fields: [.healthCheck(.type): .value(.text("process")), .instances: .value(.number(2))]
            ),
        ]
        for task in desired.tasks {
            var run = ObservedTask(
                guid: "task-\(number)",
                appGUID: app.guid,
                name: task.name,
                sequenceID: 1,
                state: .succeeded,
                createdAt: "2026-11-01T00:00:00Z"
            )
            run.fields[.label(RunLabel.run)] = .value(.text(Text(Fingerprint(of: task, droplet: nil).hex)))
            app.tasks.append(run)
        }
        return app
    }
}
