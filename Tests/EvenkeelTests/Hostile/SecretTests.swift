import CloudController
import Diagnostics
import Foundation
import Reconciliation
import TestSupport
import Testing

@testable import Sandbox
@testable import evenkeel

/// No secret is ever shown: every place that one can come from, every command, every way in which a server tells it.
@Suite struct SecretTests {
    /// A login with what it must keep.
    struct Login: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let variables: [String: String]
        var arguments: [String] = []
        let secrets: [String]
    }

    private static let password = #"pa55/w"\rd é&<b>-of-dev"#
    private static let clientSecret = "client+s3cret/of=pipeline"
    private static let proxyPassword = "pr0xy-pa55word"
    private static let proxy = "http://proxy-user:\(proxyPassword)@127.0.0.1:1"

    /// What stands in the secrets file, each used at one place of the manifest.
    private static let values: [String: String] = [
        "app-annotation": "s3cret-of-the-app", "app-label": "s3cret-label", "command": #"s3cret "c\mmand" é"#,
        "user": "vcap-s3cret", "endpoint": "s3cret/path", "process-annotation": "s3cret\nof two lines",
        "droplet-annotation": "s3cret-of-the-droplet", "task": "s3cret-of-the-task",
        "task-annotation": "<s3cret>&of;tasks",
        "image": "s3cret-tag", "unused": "s3cret-that-nobody-uses",
    ]

    private static var seed: Seed {
        var seed = Seed.storefront
        for index in seed.users.indices where seed.users[index].name == "updater" {
            seed.users[index].password = password
        }
        let scopes = Seed.ordinaryScopes + ["cloud_controller.update_build_state"]
        seed.clients = [Seed.Client("pipeline", secret: clientSecret, scopes: scopes)]
        seed.organizations[0].spaces[0].roles.append(Seed.Role("space_developer", ["pipeline"]))
        return seed
    }

    /// With a secret wherever a text may be, and one that is to fail.
    private static let manifest = """
        version: 1
        organization: acme
        space: production
        manager: shop
        apps:
          storefront:
            metadata: {annotations: {token: ((app-annotation))}, labels: {kind: ((app-label))}}
            droplet:
              image: registry.acme.example/storefront:((image))
              metadata: {annotations: {note: "x((droplet-annotation))x"}}
            processes:
              web:
                command: serve ((command))
                health_check: {type: http, endpoint: "/((endpoint))"}
                metadata: {annotations: {note: ((process-annotation))}}
              worker: {readiness_health_check: {type: http, endpoint: "/((endpoint))"}}
            tasks:
              migrate: {command: "migrate ((task))", wait: true, metadata: {annotations: {note: ((task-annotation))}}}

        """

    /// The same without a word of them: what was set is removed, released or written over.
    private static let later = """
        version: 1
        organization: acme
        space: production
        manager: shop
        apps:
          storefront:
            droplet: {image: "registry.acme.example/storefront:2", metadata: {}}
            processes:
              web: {command: serve, health_check: {type: port}}
              worker: {readiness_health_check: {type: process}}
            tasks:
              migrate: {state: canceled}

        """

    private static let commands: [[String]] = [
        ["validate"], ["plan"], ["plan", "--format", "json"], ["plan", "--format", "markdown"],
        ["plan", "--format", "html"],
        ["plan", "--leftovers", "--diagnostics", "short"], ["apply", "--dry-run"],
        ["apply", "--dry-run", "--format", "json"],
        ["apply", "--yes"], ["apply", "--yes", "--format", "json"], ["status"], ["status", "--format", "json"],
    ]

    private static let fewCommands = [["plan"], ["plan", "--format", "json"], ["apply", "--yes"], ["status"]]

    // MARK: - Whatever the server tells

    @Test func `whatever a server tells, no command shows a secret`() async throws {
        try await withFolder { folder in
            let file = try Self.secretsFile(in: folder)
            let logins = try Self.logins(in: folder)
            for place in QuotingTransport.Place.allCases {
                // All credentials are alike once they are read.
                for login in place == .nowhere ? logins : [logins[0], logins[4]] {
                    await Self.run(login, file, tellingIn: place)
                }
            }
        }
    }

    /// Every command on both manifests, one after the other.
    private static func run(_ login: Login, _ file: String, tellingIn place: QuotingTransport.Place) async {
        let store = Store(seed: seed, options: options)
        let known = login.secrets + values.values
        for manifest in [manifest, later] {
            // Server words come into all commands by the same way.
            for command in place == .nowhere ? commands : commands.filter(fewCommands.contains) {
                let network = QuotingTransport(StoreTransport(store), tellingIn: place, known)
                let more = command[0] == "validate" ? [] : ["-v"] + login.arguments
                let run = await ParsedCommand.of(command + ["-", "--secrets-file", file] + more).run(
                    on: terminal(login, manifest, store, network)
                )
                let name = "\(command.joined(separator: " ")) as \(login.testDescription), \(place.rawValue)"
                check(run.output + run.error, for: known + network.tokens, name)
                if place == .nowhere { #expect(run.status == 0, "\(name): \(run)") }
            }
        }
    }

    @Test func `no saved plan holds a secret, and none is shown when it is applied`() async throws {
        try await withFolder { folder in
            let file = try Self.secretsFile(in: folder)
            let login = try #require(try Self.logins(in: folder).first)
            let store = Store(seed: Self.seed, options: Self.options)
            for (index, manifest) in [Self.manifest, Self.later].enumerated() {
                let plan = folder.appending(path: "plan-\(index).json").path
                let known = login.secrets + Self.values.values
                for command in [
                    ["plan", "-", "--secrets-file", file, "--out", plan, "-v"], ["show", plan],
                    ["show", plan, "--format", "json"],
                    ["show", plan, "--format", "markdown"], ["show", plan, "--format", "html"],
                    ["apply", "--plan", plan, "--secrets-file", file, "-v"],
                ] {
                    let network = QuotingTransport(StoreTransport(store), tellingIn: .headers, known)
                    let run = await ParsedCommand.of(command).run(on: Self.terminal(login, manifest, store, network))
                    #expect(run.status == 0, "\(command): \(run)")
                    Self.check(run.output + run.error, for: known + network.tokens, "\(command)")
                    let saved = try String(contentsOfFile: plan, encoding: .utf8)
                    Self.check(saved, for: known + network.tokens, "the file after \(command)")
                }
            }
        }
    }

    @Test func `what ends a task is told without the secret in its command`() async throws {
        try await withFolder { folder in
            let file = try Self.secretsFile(in: folder)
            let login = try #require(try Self.logins(in: folder).first)
            var seed = Self.seed
            let reason = "exec: \"migrate \(Self.values["task"] ?? "")\" not found"
            seed.taskRuns = [Seed.TaskRun("migrate", result: .failed, failureReason: reason)]
            let store = Store(seed: seed, options: Self.options)
            for command in [
                ["apply", "--yes"], ["plan"], ["plan", "--format", "json"], ["status"], ["status", "--format", "json"],
            ] {
                let network = StoreTransport(store)
                let run = await ParsedCommand.of(command + ["-", "--secrets-file", file, "-v"]).run(
                    on: Self.terminal(login, Self.manifest, store, network)
                )
                #expect((run.output + run.error).contains("not found"), "\(command): \(run)")
                Self.check(run.output + run.error, for: Array(Self.values.values), "\(command)")
            }
        }
    }

    @Test(arguments: [
        "https://dev:s3cret-pa55@api.example.org", "dev:s3cret-pa55@api.example.org", "ftp://dev:s3cret-pa55@x y",
    ])
    func `a password in the URL of the API is no URL of an API, and not shown`(_ url: String) async {
        for arguments in [
            ["plan", "-"], ["plan", "-", "--api", url], ["restart-instance", "o/s/a/processes/web", "0", "--yes"],
        ] {
            let run = await evenkeel(
                arguments,
                on: Terminal(["CF_API": url, "CF_USERNAME": "dev", "CF_PASSWORD": "s3cret-pa55"], input: Self.later)
            )

            #expect(run.status == 1, "\(run)")
            #expect(run.error.contains("cannot be used as the URL"), "\(run)")
            #expect(!(run.output + run.error).contains("s3cret-pa55"), "\(run)")
        }
    }

    // MARK: - Support

    private static var options: SandboxServer.Options {
        var options = SandboxServer.Options.testing
        options.secondsPerRequest = 1
        options.tokenLifetime = 10 * 86_400
        return options
    }

    private static func secretsFile(in folder: URL) throws -> String {
        let file = folder.appending(path: "secrets.yml").path
        let lines = values.sorted { $0.key < $1.key }.map { "\($0.key): \(JSON.text(.init($0.value)).compact)" }
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    /// One for each place that credentials may come from.
    private static func logins(in folder: URL) throws -> [Login] {
        let passwordFile = folder.appending(path: "password").path
        let secretFile = folder.appending(path: "client-secret").path
        try "\(password)\n".write(toFile: passwordFile, atomically: true, encoding: .utf8)
        try "\(clientSecret)\n".write(toFile: secretFile, atomically: true, encoding: .utf8)
        let home = folder.appending(path: "home/.cf")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let session: [String: Any] = [
            "ConfigVersion": 4, "Target": "http://127.0.0.1", "AccessToken": "bearer not-a-token-any-more",
            "RefreshToken": "", "UAAOAuthClient": "pipeline", "UAAOAuthClientSecret": clientSecret,
            "UAAGrantType": "client_credentials", "SSLDisabled": false,
        ]
        try JSONSerialization.data(withJSONObject: session).write(to: home.appending(path: "config.json"))
        let api = ["CF_API": "http://127.0.0.1", "https_proxy": proxy]
        func login(_ name: String, _ more: [String: String], _ arguments: [String] = [], _ secrets: String...) -> Login
        {
            Login(
                testDescription: name,
                variables: api.merging(more) { $1 },
                arguments: arguments,
                secrets: secrets + [proxyPassword, Data("proxy-user:\(proxyPassword)".utf8).base64EncodedString()]
            )
        }
        return [
            login("CF_PASSWORD", ["CF_USERNAME": "updater", "CF_PASSWORD": password], [], password),
            login("--password-file", [:], ["--username", "updater", "--password-file", passwordFile], password),
            login(
                "CF_CLIENT_SECRET",
                ["CF_CLIENT_ID": "pipeline", "CF_CLIENT_SECRET": clientSecret],
                [],
                clientSecret
            ),
            login(
                "--client-secret-file",
                [:],
                ["--client-id", "pipeline", "--client-secret-file", secretFile],
                clientSecret
            ),
            login("the session's client", ["CF_HOME": folder.appending(path: "home").path], [], clientSecret),
        ]
    }

    private static func terminal(
        _ login: Login,
        _ manifest: String,
        _ store: Store,
        _ network: any HTTPTransport
    ) -> Terminal {
        Terminal(
            login.variables,
            input: manifest,
            clock: JumpingClock { await store.advance(by: $0) },
            network: network
        )
    }

    /// Looks for each secret as it is, as it is written in JSON, HTML, URLs and Basic credentials, and for long parts of it.
    private static func check(_ text: String, for secrets: [String], _ what: String) {
        for secret in Set(secrets) {
            let json = String(JSON.text(.init(secret)).compact.dropFirst().dropLast())
            let html = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
            let lines = secret.split(separator: "\n").map(String.init)
            let parts =
                secret.utf8.count > 60 ? [String(secret.suffix(24)), String(secret.dropFirst(30).prefix(24))] : []
            for spelling in Set([secret, json, html, percent] + lines + parts) where text.contains(spelling) {
                let before = text.firstRange(of: spelling).map { text[..<$0.lowerBound].suffix(60) } ?? ""
                Issue.record("\(what) shows `\(spelling)`: ...\(before)")
            }
        }
    }
}
