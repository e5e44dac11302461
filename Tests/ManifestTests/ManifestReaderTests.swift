import Diagnostics
import Manifest
import Reconciliation
import Testing

struct ManifestReaderTests {
    @Test func `the manifest of the reference is read completely`() throws {
        let reading = read(
            """
            version: 1
            api: https://api.sys.acme.example/
            organization: acme
            space: production
            manager: storefront-team
            apps:
              storefront:
                metadata: {labels: {team: web}, annotations: {contact: web@acme.example}}
                rollout: {strategy: rolling, timeout: 10m}
                droplet:
                  image: registry.acme.example/storefront:2026.11.1
                  metadata: {labels: {release: "2026.11.1"}}
                processes:
                  web:
                    command: bin/serve --port $PORT
                    instances: 3
                    memory_in_mb: 512
                    health_check: {type: http, endpoint: /health, timeout: 60, invocation_timeout: 5, interval: 10}
                    readiness_health_check: {type: http, endpoint: /ready, invocation_timeout: 5, interval: 10}
                    metadata: {labels: {tier: frontend}}
                  worker:
                    health_check: {type: process}
                tasks:
                  migrate:
                    command: bin/migrate
                    memory_in_mb: 256
                    run: once_per_droplet
                    when: before_rollout
                    wait: {timeout: 15m}
                    metadata: {labels: {kind: migration}}
                  old-import: {state: canceled}
            """
        )

        #expect(reading.diagnostics == [])
        #expect(reading.state.pins.map(\.urls) == [["https://api.sys.acme.example"]])
        let space = try #require(reading.state.spaces.first)
        #expect(space.organization.value == "acme")
        #expect(space.space.value == "production")
        let app = try #require(space.apps.first)
        #expect(app.name == "storefront")
        #expect(app.manager?.value == "storefront-team")
        #expect(app.rollout?.value == DesiredRollout(strategy: .rolling, maxInFlight: 1, timeout: 600))
        #expect(
            values(app.fields) == [.label("team"): .text("web"), .annotation("contact"): .text("web@acme.example")]
        )

        let droplet = try #require(app.droplet)
        #expect(
            values(droplet.fields) == [
                .image: .text("registry.acme.example/storefront:2026.11.1"), .label("release"): .text("2026.11.1"),
            ]
        )
        #expect(app.processes.map(\.type) == ["web", "worker"])
        #expect(
            values(app.processes[0].fields) == [
                .command: .text("bin/serve --port $PORT"),
                .instances: .number(3),
                .memory: .number(512),
                .healthCheck(.type): .text("http"),
                .healthCheck(.endpoint): .text("/health"),
                .healthCheck(.timeout): .number(60),
                .healthCheck(.invocationTimeout): .number(5),
                .healthCheck(.interval): .number(10),
                .readinessHealthCheck(.type): .text("http"),
                .readinessHealthCheck(.endpoint): .text("/ready"),
                .readinessHealthCheck(.invocationTimeout): .number(5),
                .readinessHealthCheck(.interval): .number(10),
                .label("tier"): .text("frontend"),
            ]
        )
        #expect(values(app.processes[1].fields) == [.healthCheck(.type): .text("process")])
        let task = app.tasks[0]
        #expect(task.name == "migrate")
        #expect(task.run == .oncePerDroplet)
        #expect(task.when?.value == .beforeRollout)
        #expect(task.wait?.value == 900)
        #expect(
            values(task.fields) == [
                .command: .text("bin/migrate"), .memory: .number(256), .label("kind"): .text("migration"),
            ]
        )
        #expect(app.tasks[1].canceled?.value == true)
        #expect(app.tasks[1].fields.isEmpty)
    }

    private func read(_ text: String) -> ManifestReading {
        readManifests(ManifestInput(paths: ["-"], standardInput: { Array(text.utf8) }))
    }

    private func values(_ fields: [DeclaredField]) -> [Field: DesiredValue] {
        Dictionary(fields.map { ($0.field, $0.value) }) { first, _ in first }
    }
}
