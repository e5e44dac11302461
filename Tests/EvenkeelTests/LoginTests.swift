import Foundation
import Sandbox
import TestSupport
import Testing

/// Credentials whole from one place, over a real socket.
@Suite(.tags(.socket)) struct LoginTests {
    private func plan(_ stage: Stage, _ variables: [String: String], _ arguments: String...) async -> Run {
        let terminal = Terminal(variables, clock: stage.clock)
        return await evenkeel(["plan", stage.folder.appending(path: "acme.yml").path] + arguments, on: terminal)
    }

    @Test func `flags win over the environment, secrets come from files`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {}")
            let file = stage.folder.appending(path: "password").path
            try "admin\n".write(toFile: file, atomically: true, encoding: .utf8)

            let run = await plan(
                stage,
                ["CF_USERNAME": "dev", "CF_PASSWORD": "dev"],
                "--api",
                stage.sandbox.url,
                "--username",
                "admin",
                "--password-file",
                file
            )

            #expect(run.output.contains("as admin ("), "\(run)")
        }
    }

    @Test func `a client logs in with its secret`() async throws {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].roles.append(Seed.Role("space_auditor", ["pipeline"]))
        try await withStage(seed: seed, over: .socket) { stage in
            try stage.write("storefront: {}")

            let run = await plan(
                stage,
                [
                    "CF_API_URL": stage.sandbox.url, "CF_CLIENT_ID": "pipeline", "CF_CLIENT_SECRET": "pipeline-secret",
                ]
            )

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("as pipeline ("))
        }
    }

    @Test func `a wrong password is refused without a request to the API`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {}")

            let run = await plan(
                stage,
                ["CF_API": stage.sandbox.url, "CF_USERNAME": "dev", "CF_PASSWORD": "s3cret-typo"]
            )

            #expect(run.status == 1)
            #expect(run.error.contains("[not-logged-in]"))
            #expect(!run.error.contains("s3cret-typo"))
        }
    }

    @Test func `the cf CLI's session is used for its own target and never written`() async throws {
        // The session's token is judged by this machine's clock, the sandbox's stands still.
        var options = SandboxServer.Options.testing
        options.tokenLifetime = 1_000_000_000
        try await withStage(options: options, over: .socket) { stage in
            try stage.write("storefront: {}")
            let token = try #require(await stage.sandbox.accessToken(for: "dev"))
            let home = stage.folder.appending(path: "home/.cf")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            let file = home.appending(path: "config.json")
            let session: [String: Any] = [
                "ConfigVersion": 4, "Target": stage.sandbox.url, "AccessToken": "bearer \(token)", "RefreshToken": "",
                "UAAOAuthClient": "cf", "UAAOAuthClientSecret": "", "UAAGrantType": "",
                "AuthorizationEndpoint": stage.sandbox.url, "SSLDisabled": false,
            ]
            let bytes = try JSONSerialization.data(withJSONObject: session)
            try bytes.write(to: file)
            let cfHome = ["CF_HOME": stage.folder.appending(path: "home").path]

            let run = await plan(stage, cfHome)
            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("as dev ("))
            #expect(try Data(contentsOf: file) == bytes)

            await stage.sandbox.clearJournal()
            let elsewhere = await plan(
                stage,
                cfHome,
                "--api",
                stage.sandbox.url.replacing("127.0.0.1", with: "localhost")
            )
            #expect(elsewhere.status == 1)
            #expect(await stage.sandbox.journal().filter { $0.user != nil }.isEmpty)
        }
    }

    @Test func `a token that the server no longer takes is replaced once`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {processes: {web: {command: x}}}")
            let expired = Fault.Trouble.answer(
                status: 401,
                headers: [("Content-Type", "application/json")],
                body: Array(
                    #"{"errors":[{"detail":"Invalid Auth Token","title":"CF-InvalidAuthToken","code":1000}]}"#.utf8
                )
            )
            await stage.sandbox.addFault(Fault(method: "PATCH", path: "/v3/processes/*", expired))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(await stage.sandbox.journal().filter(\.isTokenRequest).count == 2)
        }
    }

    @Test func `no secret is shown, however much is said`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {processes: {web: {command: serve ((password))}}}")
            let secrets = stage.folder.appending(path: "secrets.yml").path
            try "password: hunter2-in-a-file\n".write(toFile: secrets, atomically: true, encoding: .utf8)
            for command in [
                ["plan"], ["plan", "--format", "json"], ["apply", "--dry-run"], ["apply", "--yes"], ["plan"],
            ] {
                let run = await stage.run(command[0], Array(command.dropFirst()) + ["--secrets-file", secrets, "-v"])

                #expect(run.status == 0, "\(run)")
                for text in [run.output, run.error] {
                    #expect(!text.contains("hunter2"), "\(command)")
                    #expect(!text.contains("bearer ey"), "\(command)")
                }
            }
            let observed = try await stage.json("/v3/processes?types=web&per_page=1")
            #expect(observed.contains("storefront") || !observed.isEmpty)
        }
    }

    @Test(arguments: ["admin\n", "\u{feff}admin\r\n", "admin"])
    func `a secret is read from a pipe, without a byte order mark`(content: String) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {}")
            let pipe = stage.folder.appending(path: "pipe").path
            try #require(mkfifo(pipe, 0o600) == 0)
            Thread.detachNewThread {
                try? content.write(to: URL(filePath: pipe), atomically: false, encoding: .utf8)
            }

            let login = ["--api", stage.sandbox.url, "--username", "admin", "--password-file", pipe]
            let terminal = Terminal([:], clock: stage.clock)
            let run = await evenkeel(["plan", stage.folder.appending(path: "acme.yml").path] + login, on: terminal)

            #expect(run.output.contains("as admin ("), "\(run)")
        }
    }

    @Test(arguments: ["--password-file", "--client-secret-file"])
    func `a file of a secret that cannot be used says why`(flag: String) async throws {
        try await withStage { stage in
            try stage.write("storefront: {}")
            let folder = stage.folder.path
            try "".write(toFile: folder + "/empty", atomically: true, encoding: .utf8)
            try "\nadmin".write(toFile: folder + "/late", atomically: true, encoding: .utf8)
            try Data([0xff, 0xfe, 0x61, 0x00]).write(to: URL(filePath: folder + "/wide"))
            for (name, reason) in [
                ("none", "no such file"), (".", "it is a folder"), ("empty", "it is empty"),
                ("late", "its first line is empty"), ("wide", "it is not a text in UTF-8"),
            ] {
                let file = "\(folder)/\(name)"

                let run = await plan(stage, ["CF_API": "http://127.0.0.1"], flag, file)

                #expect(run.status == 1)
                let told =
                    "error[invalid-configuration]: cannot use the file `\(file)` of `\(flag)`\n   = note: \(reason)\n"
                #expect(run.error.contains(told), "\(run)")
                #expect(!run.error.contains("cf login"))
            }
        }
    }
}
