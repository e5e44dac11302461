import Foundation
import Sandbox
import TestSupport
import Testing

/// Whole commands against a sandbox: exit status, stdout and stderr in one file each.
@Suite struct CommandGoldenTests {
    static let everything = """
        storefront:
          metadata: {labels: {team: web}, annotations: {contact: web@acme.example}}
          droplet:
            image: registry.acme.example/storefront:2
            metadata: {labels: {release: "2"}}
          processes:
            web:
              command: bin/serve --port $PORT
              instances: {min: 3, max: 5}
              memory_in_mb: 512
              health_check: {type: http, endpoint: /health, timeout: 60, invocation_timeout: 5, interval: 10}
              readiness_health_check: {type: http, endpoint: /ready}
              metadata: {labels: {tier: frontend}}
            worker:
              health_check: {type: process}
          tasks:
            migrate: {command: bin/migrate, memory_in_mb: 256, run: once_per_droplet}
            old-import: {state: canceled}
        payments:
          processes:
            web: {instances: 1}
        """

    @Test func `a plan with everything in it`() async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(Self.everything)
            expect(await stage.run("plan"), "plan")
        }
    }

    @Test func `a plan with everything in it, for programs`() async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(Self.everything)
            expect(await stage.run("plan", "--format", "json"), "plan-json")
        }
    }

    @Test func `an apply of everything, then a plan without changes`() async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(Self.everything)
            expect(await stage.run("apply", "--yes", "--parallelism", "1"), "apply")
            expect(await stage.run("plan"), "plan-after-apply")
        }
    }

    @Test func `a dry run shows every request with its guids`() async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(Self.everything)
            expect(await stage.run("apply", "--dry-run"), "dry-run")
        }
    }

    @Test func `a question that is not answered with yes applies nothing`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 5}}}")
            expect(await stage.run("apply", answering: "y"), "apply-declined")
            #expect(await stage.writes() == [])
            #expect(await stage.run("apply", answering: "yes").status == 0)
        }
    }

    @Test func `whoever is asked has seen what is wrong, and sees it once`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 5}}}\nstorefornt: {}")
            expect(await stage.run("apply", answering: "yes"), "apply-asked-with-errors")
        }
    }

    private func expect(_ run: Run, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(name).txt",
            sourceLocation: sourceLocation
        )
    }
}

extension Run {
    /// All of it as one text.
    var record: String {
        "exit status \(status)\n--- stdout\n\(output)--- stderr\n\(error)"
    }
}
