import Foundation
import Sandbox
import TestSupport
import Testing

/// Secrets and saved plans: the file has none, and an apply needs the same.
@Suite struct SavedPlanSecretTests {
    private func stage(_ body: (Stage, _ plan: String, _ secrets: String) async throws -> Void) async throws {
        try await withStage { stage in
            let secrets = stage.folder.appending(path: "secrets.yml").path
            try "password: hunter2-value\n".write(toFile: secrets, atomically: true, encoding: .utf8)
            try stage.write(
                "storefront: {processes: {web: {command: bin/serve ((user)) ((password))}}}\n"
                    + "payments: {metadata: {annotations: {token: ((password))}}}"
            )
            let file = stage.folder.appending(path: "plan.json").path
            let run = await stage.run("plan", "--secrets-file", secrets, "--var", "user=admin", "--out", file)
            try #require(run.status == 0, "\(run)")
            try await body(stage, file, secrets)
        }
    }

    @Test func `the file holds the name and a hash, never the value`() async throws {
        try await stage { stage, file, _ in
            let text = try String(contentsOfFile: file, encoding: .utf8)

            #expect(!text.contains("hunter2"))
            #expect(text.contains("bin/serve admin ((password)) ("))
            for format in ["text", "json", "markdown", "html"] {
                let shown = await stage.command("show", file, "--format", format)
                #expect(!shown.output.contains("hunter2"), "\(format)")
            }
        }
    }

    @Test func `the same secrets apply it, and again`() async throws {
        try await stage { stage, file, secrets in
            let apply = await stage.command("apply", "--plan", file, "--secrets-file", secrets)
            let again = await stage.command("apply", "--plan", file, "--secrets-file", secrets)

            #expect(apply.status == 0, "\(apply)")
            #expect(!(apply.output + apply.error).contains("hunter2"))
            #expect(again.status == 0, "\(again)")
            #expect(try await stage.json("/v3/apps?names=payments").contains("hunter2-value"))
            let process = try await stage.process(ofApp: "storefront", "web")
            #expect(process.contains("bin/serve admin hunter2-value"), "\(process)")
        }
    }

    @Test func `another secret is stale, and nothing is asked of the platform`() async throws {
        try await stage { stage, file, secrets in
            try "password: other\n".write(toFile: secrets, atomically: true, encoding: .utf8)
            await stage.sandbox.clearJournal()

            let apply = await stage.command("apply", "--plan", file, "--secrets-file", secrets)

            #expect(apply.status == 4, "\(apply)")
            #expect(apply.error.contains("error[plan-stale]: `command` has another secret"), "\(apply)")
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `without the secrets it says what is needed`() async throws {
        try await stage { stage, file, _ in
            let apply = await stage.command("apply", "--plan", file)

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("the plan needs the value of the secret `((password))`"), "\(apply)")
            #expect(apply.error.contains("--secrets-file"))
        }
    }
}
