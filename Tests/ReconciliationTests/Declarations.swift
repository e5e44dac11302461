import Diagnostics
import Reconciliation

// Short ways to write down desired and observed state in tests.

/// A place in a file; each line stands for another declaration.
func place(_ line: Int = 1) -> SourceRange {
    SourceRange(
        file: "test.yml",
        start: SourcePosition(line: line, column: 3),
        end: SourcePosition(line: line, column: 6)
    )
}

func declared(_ field: Field, _ value: DesiredValue, line: Int = 1, masked: Text? = nil) -> DeclaredField {
    DeclaredField(field, value, at: place(line), key: place(line), masked: masked)
}

let appAddress = Address(organization: "acme", space: "production", app: "storefront")

func desiredState(_ apps: DesiredApp...) -> DesiredState {
    DesiredState(spaces: [
        DesiredSpace(
            organization: Declared("acme", at: place(1)),
            space: Declared("production", at: place(2)),
            apps: apps
        )
    ])
}

func desiredApp(_ name: Text = "storefront", _ change: (inout DesiredApp) -> Void = { _ in }) -> DesiredApp {
    var app = DesiredApp(name: name, origin: place(4))
    change(&app)
    return app
}

/// A started buildpack app with web and worker, as the API shows it.
func observedApp(_ name: Text = "storefront", _ change: (inout ObservedApp) -> Void = { _ in }) -> ObservedApp {
    var app = ObservedApp(guid: "\(name)-guid", name: name, isStarted: true, lifecycle: .buildpack)
    app.currentDropletGUID = "\(name)-droplet"
    app.processes = [
        ObservedProcess(guid: "\(name)-web", type: "web", version: "v1", fields: observedProcessFields),
        ObservedProcess(guid: "\(name)-worker", type: "worker", version: "v1", fields: observedProcessFields),
    ]
    change(&app)
    return app
}

let observedProcessFields: ObservedFields = [
    .command: .value(.text("bin/serve")),
    .user: .value(.text("vcap")),
    .healthCheck(.type): .value(.text("port")),
    .healthCheck(.timeout): .value(.null),
    .healthCheck(.invocationTimeout): .value(.null),
    .healthCheck(.interval): .value(.null),
    .readinessHealthCheck(.type): .value(.text("process")),
    .readinessHealthCheck(.invocationTimeout): .value(.null),
    .readinessHealthCheck(.interval): .value(.null),
    .instances: .value(.number(1)),
    .memory: .value(.number(512)),
    .disk: .value(.number(1024)),
    .logRateLimit: .value(.number(-1)),
]

/// A droplet that was made from a docker image.
let dockerDroplet: ObservedDroplet = {
    var droplet = ObservedDroplet(guid: "storefront-droplet", state: "STAGED", isDocker: true)
    droplet.fields = [.image: .value(.text("registry.example/storefront:1"))]
    return droplet
}()

func observedState(
    _ apps: ObservedApp...,
    scopes: Set<String> = ["cloud_controller.read", "cloud_controller.write"],
    roles: Set<String> = ["space_developer"]
) -> ObservedState {
    var state = ObservedState(api: "https://api.example.org", identity: Identity(name: "dev", scopes: scopes))
    state.apiVersion = "3.228.0"
    var space = ObservedSpace(guid: "space-guid", organization: "acme", name: "production")
    space.roles = roles
    space.apps = apps
    state.spaces = [space]
    return state
}

func observedRun(
    _ name: Text,
    _ sequenceID: Int,
    _ state: ObservedTask.State,
    fingerprint: String? = nil,
    labels: [Text: Text] = [:]
) -> ObservedTask {
    var task = ObservedTask(
        guid: "task-\(sequenceID)",
        appGUID: "storefront-guid",
        name: name,
        sequenceID: sequenceID,
        state: state,
        createdAt: "2026-11-01T00:00:00Z"
    )
    task.dropletGUID = "storefront-droplet"
    if let fingerprint { task.fields[.label(RunLabel.run)] = .value(.text(Text(fingerprint))) }
    for (key, value) in labels { task.fields[.label(key)] = .value(.text(value)) }
    return task
}
