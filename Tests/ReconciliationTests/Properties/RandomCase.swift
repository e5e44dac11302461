import Diagnostics
import Reconciliation
import TestSupport

/// A random set of declarations with a random foundation that they are for.
struct RandomCase {
    var desired: DesiredState
    var observed: ObservedState
    private var random: SeededGenerator
    private var line = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        desired = DesiredState()
        observed = ObservedState(api: "https://api.example.org", identity: Identity(name: "dev", scopes: []))
        observed.identity.scopes = ["cloud_controller.admin", "cloud_controller.write"]
        observed.apiVersion = "3.228.0"
        let names: [Text] = ["storefront", "payments", "batch", "admin-ui"]
        var wanted = DesiredSpace(organization: Declared("acme", at: place()), space: Declared("prod", at: place()))
        var found = ObservedSpace(guid: "space", organization: "acme", name: "prod")
        for name in names.prefix(Int.random(in: 1...4, using: &random)) {
            let app = randomApp(name)
            // Now and then a declared app is not there.
            if !random.chance(6) { found.apps.append(app) }
            wanted.apps.append(declare(name, against: app))
        }
        desired.spaces = [wanted]
        observed.spaces = [found]
    }

    // MARK: - The foundation

    private mutating func randomApp(_ name: Text) -> ObservedApp {
        let isDocker = random.chance(50)
        var app = ObservedApp(
            guid: "\(name)",
            name: name,
            isStarted: random.chance(80),
            lifecycle: isDocker ? .docker : .buildpack
        )
        app.fields = metadata()
        let types: [Text] = ["web", "worker", "clock"]
        app.processes = types.prefix(Int.random(in: 1...3, using: &random)).map { type in
            ObservedProcess(guid: "\(name)-\(type)", type: type, version: "v", fields: processFields())
        }
        guard random.chance(85) else { return app }
        app.currentDropletGUID = "\(name)-droplet"
        var droplet = ObservedDroplet(guid: "\(name)-droplet", state: "STAGED", isDocker: isDocker)
        droplet.fields = metadata()
        droplet.fields[.image] = isDocker ? .value(.text(Text("registry.example/\(name):1"))) : .value(.null)
        droplet.detectedCommands = ["web": "detected", "worker": "detected"]
        app.droplet = droplet
        if isDocker { addStaging(to: &app) }
        if random.chance(6) {
            app.deployments = [ObservedDeployment(guid: "deployment", reason: "DEPLOYING", createdAt: "now")]
        }
        for sequence in 1...3 where random.chance(30) {
            let state = random.pick(ObservedTask.State.allCases)
            let name = random.pick(["migrate", "seed", "Migrate", "old-import"] as [Text])
            var task = observedRun(name, sequence, state)
            task.appGUID = app.guid
            task.guid = "\(app.guid)-task-\(sequence)"
            app.tasks.append(task)
        }
        return app
    }

    /// What an interrupted restage can have left.
    private mutating func addStaging(to app: inout ObservedApp) {
        let image = Text("registry.example/\(app.name):2")
        app.staging.packages = [
            ObservedPackage(guid: "old-package", state: "READY", image: Text("registry.example/\(app.name):1"))
        ]
        app.droplet?.packageGUID = random.chance(80) ? "old-package" : nil
        guard random.chance(70) else { return }
        app.staging.packages.append(ObservedPackage(guid: "\(app.guid)-new-package", state: "READY", image: image))
        if random.chance(40) {
            app.staging.builds = [
                ObservedBuild(
                    guid: "\(app.guid)-build",
                    packageGUID: random.chance(80) ? "\(app.guid)-new-package" : "old-package",
                    state: .staging,
                    createdAt: "now"
                )
            ]
        } else if random.chance(60) {
            var droplet = ObservedDroplet(guid: "\(app.guid)-new-droplet", state: "STAGED", isDocker: true)
            droplet.fields = metadata()
            droplet.fields[.image] = .value(.text(image))
            droplet.packageGUID = "\(app.guid)-new-package"
            droplet.detectedCommands = ModelPlatform.newCommands
            app.staging.droplets = [droplet]
        }
    }

    private mutating func processFields() -> ObservedFields {
        var fields = observedProcessFields.merging(metadata()) { $1 }
        if random.chance(15) { fields[.command] = .hidden }
        if random.chance(15) { fields[.command] = .value(.text("detected")) }
        for check in [Field.healthCheck, Field.readinessHealthCheck] where random.chance(50) {
            fields[check(.type)] = .value(.text("http"))
            fields[check(.endpoint)] = .value(.text(random.pick(["/", "/health"] as [Text])))
        }
        if random.chance(40) { fields[.healthCheck(.timeout)] = .value(.number(30)) }
        fields[.instances] = .value(.number(Int.random(in: 0...6, using: &random)))
        return fields
    }

    private mutating func metadata() -> ObservedFields {
        var fields: ObservedFields = [:]
        for key in ["team", "tier", "theirs"] as [Text] where random.chance(40) {
            fields[.label(key)] = .value(.text(random.pick(["", "a", "b"] as [Text])))
        }
        if random.chance(30) {
            fields[.annotation("contact")] = .value(.text(random.pick(["caf\u{e9}", "x"] as [Text])))
        }
        return fields
    }

    // MARK: - The declarations

    private mutating func declare(_ name: Text, against app: ObservedApp) -> DesiredApp {
        var desired = DesiredApp(name: name, origin: next())
        if random.chance(15) { return desired }
        desired.fields = someMetadata()
        if random.chance(55) {
            let strategy = random.pick(DesiredRollout.Strategy.allCases)
            desired.rollout = Declared(DesiredRollout(strategy: strategy), at: next())
        }
        if random.chance(50) {
            desired.droplet = DesiredDroplet(origin: next(), fields: someMetadata())
            if app.lifecycle == .docker, random.chance(75) {
                let image = random.pick(["registry.example/\(name):1", "registry.example/\(name):2"])
                desired.droplet?.fields.append(entry(.image, .text(Text(image))))
                if random.chance(65) { desired.droplet?.imageUpdate = Declared(.restage, at: next()) }
            }
        }
        for type in ["web", "worker", "clock"] as [Text] where random.chance(55) {
            guard app.processes.contains(where: { $0.type == type }) || random.chance(9) else { continue }
            desired.processes.append(DesiredProcess(type: type, origin: next(), fields: someProcessFields()))
        }
        for name in ["migrate", "seed"] as [Text] where random.chance(35) { desired.tasks.append(someTask(name)) }
        if random.chance(30) {
            var task = DesiredTask(name: "old-import", origin: next())
            task.canceled = Declared(true, at: next())
            desired.tasks.append(task)
        }
        return desired
    }

    private mutating func someProcessFields() -> [DeclaredField] {
        var fields = someMetadata()
        if random.chance(30) { fields.append(entry(.command, random.pick([.null, .text("run"), .text("bin/serve")]))) }
        if random.chance(10) { fields.append(entry(.user, random.pick([.text("vcap"), .text("app")]))) }
        for check in [Field.healthCheck, Field.readinessHealthCheck] where random.chance(50) {
            let type = random.pick(["http", "port", "process"] as [Text])
            fields.append(entry(check(.type), .text(type)))
            if type == "http" { fields.append(entry(check(.endpoint), .text(random.pick(["/", "/new"] as [Text])))) }
            if random.chance(40) { fields.append(entry(check(.interval), random.pick([.null, .number(5)]))) }
        }
        if random.chance(30) { fields.append(entry(.healthCheck(.timeout), random.pick([.null, .number(60)]))) }
        if random.chance(40) { fields.append(entry(.instances, random.pick([.number(2), .band(min: 2, max: 4)]))) }
        if random.chance(25) { fields.append(entry(.memory, .number(random.pick([256, 512])))) }
        if random.chance(15) { fields.append(entry(.logRateLimit, .number(random.pick([-1, 0, 1024])))) }
        return fields
    }

    private mutating func someTask(_ name: Text) -> DesiredTask {
        var task = DesiredTask(name: name, origin: next())
        task.fields = [entry(.command, .text(Text("bin/\(name)")))] + someMetadata()
        if random.chance(40) { task.fields.append(entry(.memory, .number(128))) }
        if random.chance(45) { task.run = .oncePerDroplet }
        if random.chance(20) { task.template = Declared("web", at: next()) }
        return task
    }

    private mutating func someMetadata() -> [DeclaredField] {
        var fields: [DeclaredField] = []
        for key in ["team", "tier"] as [Text] where random.chance(35) {
            fields.append(entry(.label(key), random.pick([.null, .text(""), .text("a"), .text("c")])))
        }
        if random.chance(20) { fields.append(entry(.annotation("contact"), .text("cafe\u{301}"))) }
        return fields
    }

    private mutating func entry(_ field: Field, _ value: DesiredValue) -> DeclaredField {
        let origin = next()
        return DeclaredField(field, value, at: origin, key: origin)
    }

    private mutating func next() -> SourceRange {
        line += 1
        return place(line)
    }
}
