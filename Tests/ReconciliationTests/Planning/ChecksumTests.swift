import Diagnostics
import Reconciliation
import Testing

@Suite struct ChecksumTests {
    private static let desired = desiredState(
        desiredApp { app in
            app.fields = [declared(.label("team"), .text("web"))]
            app.droplet = DesiredDroplet(origin: place(5), fields: [declared(.image, .text("other:2"))])
            app.rollout = Declared(DesiredRollout(strategy: .rolling), at: place(4))
            let fields = [
                declared(.healthCheck(.timeout), .number(60)), declared(.instances, .band(min: 1, max: 4)),
                declared(.memory, .number(1024)),
            ]
            app.processes = [DesiredProcess(type: "web", origin: place(5), fields: fields)]
            var task = DesiredTask(name: "migrate", origin: place(8), fields: [declared(.command, .text("x"))])
            task.run = .oncePerDroplet
            app.tasks = [task]
        }
    )

    private func checksum(
        _ desired: DesiredState = ChecksumTests.desired,
        _ change: (inout ObservedApp) -> Void = { _ in },
        state changeState: (inout ObservedState) -> Void = { _ in }
    ) -> String {
        var observed = observedState(
            observedApp {
                $0.droplet = dockerDroplet
                change(&$0)
            },
            scopes: ["cloud_controller.admin"]
        )
        changeState(&observed)
        return plan(desired, against: observed).plan.checksum
    }

    @Test func `cancelling one run has another one than cancelling another, whether it waits or runs`() {
        let desired = desiredState(
            desiredApp { app in
                var task = DesiredTask(name: "migrate", origin: place(8))
                task.canceled = Declared(true, at: place(9))
                app.tasks = [task]
            }
        )
        func checksum(_ runs: ObservedTask...) -> String { self.checksum(desired) { $0.tasks = runs } }
        let first = checksum(observedRun("migrate", 1, .running))

        #expect(checksum(observedRun("migrate", 1, .pending)) == first)
        #expect(checksum(observedRun("migrate", 2, .running)) != first)
    }

    @Test func `it has 64 hex digits`() {
        #expect(checksum().wholeMatch(of: #/[0-9a-f]{64}/#) != nil)
    }

    /// The list of what may move between an approval and its apply.
    @Test(
        arguments: [
            "guids", "a restart", "an owed restart", "instances inside the band", "a foreign label", "a deployment",
            "another user", "a new droplet", "a process that is not declared",
        ]
    )
    func `what moved elsewhere does not change it`(_ what: String) {
        let moved = checksum(Self.desired) { app in
            switch what {
            case "guids":
                app.guid = "other"
                app.processes[0].guid = "other-web"
            case "a restart": app.processes[0].version = "v2"
            case "an owed restart":
                app.processes[0].fields[.annotation("evenkeel.dev/restart-owed")] = .value(
                    .text(#"{"v":1,"process":"storefront-web","version":"v1","fields":["command"]}"#)
                )
            case "instances inside the band": app.processes[0].fields[.instances] = .value(.number(3))
            case "a foreign label": app.fields[.label("theirs")] = .value(.text("x"))
            case "a deployment":
                app.deployments = [ObservedDeployment(guid: "d", reason: "DEPLOYING", createdAt: "now")]
            case "a new droplet":
                app.currentDropletGUID = "new"
                app.droplet?.guid = "new"
            case "a process that is not declared":
                app.processes.append(ObservedProcess(guid: "c", type: "clock", version: "v", fields: [:]))
            default: break
            }
        } state: { state in
            if what == "another user" { state.identity.name = "somebody" }
        }

        #expect(moved == checksum(), "\(what)")
    }

    @Test func `places in files are no part of it`() {
        var moved = Self.desired
        moved.spaces[0].apps[0].fields = [declared(.label("team"), .text("web"), line: 99)]

        #expect(checksum(moved) == checksum())
    }

    @Test(arguments: ["before", "after", "API", "address", "another operation"])
    func `what would be done changes it`(_ what: String) {
        var desired = Self.desired
        switch what {
        case "after": desired.spaces[0].apps[0].fields = [declared(.label("team"), .text("shop"))]
        case "another operation": desired.spaces[0].apps[0].tasks = []
        case "address": desired.spaces[0].apps[0].processes[0].type = "worker"
        default: break
        }
        let changed = checksum(desired) { app in
            if what == "before" { app.processes[0].fields[.healthCheck(.timeout)] = .value(.number(30)) }
        } state: { state in
            if what == "API" { state.api = "https://api.other.example" }
        }

        #expect(changed != checksum(), "\(what)")
    }

    @Test func `a secret is told from another, and is no part of the text that is hashed`() {
        func masked(_ secret: Text) -> String {
            checksum(desiredState(desiredApp { $0.fields = [declared(.label("a"), .text(secret), masked: "((a))")] }))
        }

        #expect(masked("one") == masked("one"))
        #expect(masked("one") != masked("two"))
    }
}
