import Foundation
import Sandbox

/// What the sweeps apply: a space in which an earlier manifest was applied, and the manifest of now.
///
/// Three apps have every row of the order table, the others what those leave out: an app that is stopped, one whose
/// restart stays owed, one that is restarted for an image, a run that is only waited for. Others have put labels,
/// annotations, tasks and a whole app beside what is declared.
struct Scenario: Sendable {
    /// Who declares.
    static let manager = "storefront-team"
    static let user = "updater"
    static let foreignApp = "neighbour"
    private static let full = ["atlas", "borealis", "cumulus"]
    private static let registry = "registry.acme.example"

    /// The manifest that an earlier apply has made true.
    static var earlier: String { manifest(full.map(earlierFull) + earlierOthers) }
    /// The manifest of the apply that is disturbed.
    static var now: String { manifest(zip(full, ["rolling", "restart", "rolling"]).map(nowFull) + nowOthers) }

    /// The same, where a run that fails is repeated once.
    static var nowWithRetries: String {
        ["command: bin/migrate", "command: bin/reindex", "template: {"].reduce(now) { manifest, start in
            manifest.replacing("{\(start)", with: "{retries: 1, \(start)")
        }
    }

    private static func manifest(_ apps: [String]) -> String {
        "version: 1\norganization: acme\nspace: production\nmanager: \(manager)\napps:\n" + apps.joined()
    }

    private static func earlierFull(_ app: String) -> String {
        """
          \(app):
            metadata: {labels: {stage: one, retired: "yes"}}
            droplet: {metadata: {labels: {release: "1"}, annotations: {retired: "yes"}}}
            processes:
              web: {metadata: {labels: {tier: back, retired: "yes"}}}
            tasks:
              import: {command: bin/import, wait: true, metadata: {labels: {kind: one, retired: "yes"}}}

        """
    }

    private static func nowFull(_ app: String, _ strategy: String) -> String {
        """
          \(app):
            metadata: {labels: {stage: two}, annotations: {contact: \(app)@acme.example}}
            rollout: \(strategy)
            droplet:
              image: \(registry)/\(app):2
              metadata: {labels: {release: "2"}}
            processes:
              web:
                command: bin/serve --port $PORT
                instances: 2
                health_check: {type: http, endpoint: /health, timeout: 90}
                metadata: {labels: {tier: front}}
              worker: {memory_in_mb: 192}
            tasks:
              import: {command: bin/import, wait: true, metadata: {labels: {kind: two}}}
              migrate: {command: bin/migrate, run: once_per_droplet, when: before_rollout, wait: true}
              reindex: {command: bin/reindex, metadata: {labels: {kind: search}}}
              old-import: {state: canceled}

        """
    }

    private static let earlierOthers = [
        """
          delta: {metadata: {labels: {stage: one}}}
          echo: {processes: {web: {metadata: {annotations: {note: written earlier}}}}}
          hermes:
            tasks:
              warm: {command: bin/warm, metadata: {labels: {kind: one}}}

        """
    ]

    private static let nowOthers = [
        """
          delta:
            metadata: {labels: {stage: two}}
            processes: {web: {instances: 3, metadata: {labels: {tier: front}}}}
          echo:
            metadata: {annotations: {contact: echo@acme.example}}
            processes: {web: {command: bin/echo, memory_in_mb: 128, metadata: {annotations: {note: null}}}}
          fenix:
            metadata: {labels: {stage: two}}
            processes:
              web: {health_check: {timeout: 120}, instances: 2}
              worker: {command: bin/work --all}
          gemini:
            rollout: restart
            droplet: {image: "\(registry)/gemini:2", metadata: {labels: {release: "2"}}}
          hermes:
            metadata: {labels: {stage: two}}
            processes: {web: {disk_in_mb: 256}}
            tasks:
              warm: {command: bin/warm, metadata: {labels: {kind: two}}}
              seed: {template: {process: worker}, wait: true}

        """
    ]

    // MARK: - The foundation

    static var seed: Seed {
        let apps =
            full.map(fullApp) + [
                app("delta"), app("echo", state: "STOPPED"), app("fenix"), app("gemini"), app("hermes"), neighbour,
            ]
        return Seed(
            users: [
                Seed.User(
                    user,
                    password: user,
                    scopes: Seed.ordinaryScopes + ["cloud_controller.update_build_state"]
                )
            ],
            organizations: [
                Seed.Organization(
                    "acme",
                    spaces: [Seed.Space("production", roles: [Seed.Role("space_developer", [user])], apps: apps)]
                )
            ],
            taskRuns: [Seed.TaskRun("*", runSeconds: 1)]
        )
    }

    private static func fullApp(_ name: String) -> Seed.App {
        var result = app(name)
        result.tasks += [
            Seed.Task("old-import", command: "bin/import --old"), Seed.Task("Old-Import", command: "bin/import --mine"),
        ]
        return result
    }

    private static let foreign = Metadata(
        labels: ["scanned": "clean"],
        annotations: ["example.org/owner": "platform team", "retired": "no"]
    )

    private static func app(_ name: String, state: String = "STARTED") -> Seed.App {
        Seed.App(
            name,
            state: state,
            lifecycle: .docker,
            metadata: foreign,
            droplets: [
                Seed.Droplet(
                    image: "\(registry)/\(name):1",
                    processTypes: [("web", "bin/serve"), ("worker", "bin/work")],
                    metadata: Metadata(labels: ["scanned": "clean"])
                )
            ],
            processes: [
                Seed.Process("web", instances: 1, memory: 256, disk: 512, metadata: foreign),
                Seed.Process("worker", instances: 1, memory: 128, disk: 512, metadata: foreign),
            ],
            tasks: [Seed.Task("housekeeping", command: "bin/sweep", metadata: foreign)]
        )
    }

    /// An app that no manifest names, with a task that is named like a cancelled one.
    private static var neighbour: Seed.App {
        var result = fullApp(foreignApp)
        result.tasks.append(Seed.Task("migrate", command: "bin/migrate", state: "SUCCEEDED"))
        return result
    }
}
