import Foundation
import Sandbox
import TestSupport
import Testing

/// `evenkeel sandbox` as people start and end it.
@Suite(.tags(.binary)) struct SandboxCommandTests {
    /// `UPDATE_GOLDEN=1` puts a changed example into the source file.
    @Test func `the built-in foundation is that of the example`() throws {
        let file = SandboxBinary.root.appending(path: Seed.exampleFile)
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "        \($0)" }
        let source = """
            extension Seed {
                /// The text of \(Seed.exampleFile): a small foundation for those who have none of their own.
                package static let exampleText = #\"""
            \(lines.joined(separator: "\n"))
                    \"""#

                package static let exampleFile = "\(Seed.exampleFile)"
            }

            """

        let path = SandboxBinary.root.appending(path: "Sources/Sandbox/Seed/Seed+Example.swift").path
        Golden.expect(source, matches: path)
        #expect(Seed.exampleText == text)
    }

    @Test func `what it prints in a clone can be pasted`() async throws {
        let sandbox = try await SandboxBinary()
        #expect(sandbox.commands.count == 4)
        #expect(sandbox.commands[1].hasSuffix("evenkeel plan examples/storefront/manifests"))

        let pasted = try await shell(sandbox.commands, in: SandboxBinary.root)
        _ = await sandbox.end(with: SIGTERM)

        #expect(pasted.status == 0, "\(pasted.output)")
        #expect(pasted.output.contains("Plan: 1 task to run, 4 to update, 1 to cancel"), "\(pasted.output)")
        #expect(pasted.output.contains("Applied 8 of 8 operations."), "\(pasted.output)")
        #expect(pasted.output.contains("{\"requests\":[\n{\"time\":"), "\(pasted.output)")
    }

    @Test func `what it prints elsewhere can be pasted there`() async throws {
        try await withFolder { folder in
            let sandbox = try await SandboxBinary(in: folder)
            #expect(sandbox.commands.count == 4)

            let pasted = try await shell(sandbox.commands, in: folder)
            _ = await sandbox.end(with: SIGTERM)

            #expect(pasted.status == 0, "\(pasted.output)")
            #expect(pasted.output.contains("Applied 1 of 1 operation."), "\(pasted.output)")
        }
    }

    @Test func `a foundation of one's own is announced with its user, never with a password`() async throws {
        try await withFolder { folder in
            let seed = """
                users: [{name: Grace O'Neil, password: pass-of-grace}]
                organizations: [{name: acme, spaces: [{name: dev}]}]
                """
            try seed.write(to: folder.appending(path: "own.yml"), atomically: true, encoding: .utf8)
            let sandbox = try await SandboxBinary("--seed", "own.yml", in: folder)

            let lines =
                ["read() { export CF_PASSWORD=pass-of-grace; }"] + sandbox.commands + [
                    #"curl -s -w '%{http_code}\n' -o /dev/null "$CF_API/v3/info""#,
                    #"curl -s "$CF_API/oauth/token" -u cf: -d grant_type=password -d "username=$CF_USERNAME" -d "password=$CF_PASSWORD""#,
                ]
            let pasted = try await shell(lines, in: folder)
            let end = await sandbox.end(with: SIGTERM)

            #expect(pasted.status == 0, "\(pasted.output)")
            // the third command makes one request fail, and that is the next one
            #expect(pasted.output.contains("503\n"), "\(pasted.output)")
            #expect(pasted.output.contains(#""access_token""#), "\(pasted.output)")
            #expect(!(sandbox.announced + end.log).contains("pass-of-grace"))
        }
    }

    @Test func `requests are logged, one line each, without bodies and passwords`() async throws {
        let sandbox = try await SandboxBinary()
        let url = sandbox.url
        let run = try await shell(
            [
                #"token=$(curl -s "\#(url)/oauth/token?password=admin" -u cf: -d grant_type=password -d username=admin \"#,
                #"    -d password=admin | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"#,
                #"curl -s -o /dev/null -H "Authorization: bearer $token" "\#(url)/v3/apps?names=a%1b%5b31m""#,
                #"curl -s -o /dev/null -H "Authorization: bearer $token" -X PATCH \"#,
                #"    --json '{"metadata": {"labels": {"secret": "of-mine"}}}' "\#(url)/v3/apps/none""#,
                #"curl -s -d '{"path": "/v3/info", "reset": true}' "\#(url)/sandbox/faults""#,
                #"curl -s "\#(url)/v3/info" || true"#,
                #"curl -s -o /dev/null "\#(url)/v3/info""#,
            ],
            in: SandboxBinary.root
        )
        let log = await sandbox.end(with: SIGINT).log

        #expect(run.status == 0, "\(run.output)")
        #expect(
            log.replacing(#/(?m)^[0-9-]{10}T[0-9:]{8}Z /#, with: "TIME ") == """
                TIME POST /oauth/token 200 -
                TIME GET /v3/apps?names=a%1b%5b31m 200 admin
                TIME PATCH /v3/apps/none 404 admin
                TIME POST /sandbox/faults 204 -
                TIME GET /v3/info no-answer - (fault)
                TIME GET /v3/info 200 -

                """
        )
    }

    @Test func `--quiet logs nothing`() async throws {
        let sandbox = try await SandboxBinary("--quiet")
        _ = try await shell([#"curl -s "\#(sandbox.url)/v3/info""#], in: SandboxBinary.root)

        #expect(await sandbox.end(with: SIGINT).log.isEmpty)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends it well, whatever is in flight`(signal: Int32) async throws {
        let sandbox = try await SandboxBinary()
        let url = sandbox.url
        // the second request is never answered; its client is ended with the sandbox
        let client = Process()
        client.executableURL = URL(filePath: "/bin/bash")
        client.arguments = [
            "-c",
            "curl -s -d '{\"path\": \"/v3/info\", \"never\": true}' \(url)/sandbox/faults; echo asking; curl -s \(url)/v3/info",
        ]
        let said = Pipe()
        client.standardOutput = said
        try client.run()
        let reading = said.fileHandleForReading
        _ = await Task.detached { reading.availableData }.value

        let end = await sandbox.end(with: signal)
        client.waitUntilExit()

        #expect(end.reason == .exit)
        #expect(end.status == 0, "\(end.log)")
    }

    @Test func `the port of a killed one is free for the next`() async throws {
        let first = try await SandboxBinary()
        let port = first.url.split(separator: ":").last.map(String.init) ?? ""
        _ = try await shell([#"curl -s -o /dev/null "\#(first.url)/v3/info""#], in: SandboxBinary.root)

        let end = await first.end(with: SIGKILL)
        let second = try await SandboxBinary("--port", port)
        _ = await second.end(with: SIGTERM)

        #expect(end.reason == .uncaughtSignal)
        #expect(second.url == first.url)
    }

    @Test func `a seed that makes no sense is shown at its place, and nothing listens`() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "bad.yml")
            try "organizations:\n  - {name: acme, spces: []}\n".write(to: file, atomically: true, encoding: .utf8)

            let bad = await evenkeel("sandbox", "--port", "0", "--seed", file.path)
            let missing = await evenkeel("sandbox", "--port", "0", "--seed", file.path + "x")
            let fault = await evenkeel("sandbox", "--port", "0", "--faults", file.path)

            #expect([bad.status, missing.status, fault.status] == [1, 1, 1])
            #expect(bad.error.contains("an organization has no key `spces`"), "\(bad.error)")
            #expect(bad.error.contains("bad.yml:2:18"), "\(bad.error)")
            #expect(missing.error == "Error: there is no file `\(file.path)x`\n")
            #expect(fault.error.contains("a fault has no key `organizations`"), "\(fault.error)")
            #expect((bad.output + missing.output + fault.output).isEmpty)
        }
    }

    @Test func `a port that is taken is named, with a way out`() async throws {
        let sandbox = try await SandboxBinary()
        let port = sandbox.url.split(separator: ":").last.map(String.init) ?? ""

        let second = await evenkeel("sandbox", "--port", port)
        _ = await sandbox.end(with: SIGTERM)

        #expect(second.status == 1)
        #expect(second.output.isEmpty)
        #expect(
            second.error
                == "Error: port \(port) of 127.0.0.1 is taken: stop what listens there, or pass another `--port`; 0 takes a free one\n"
        )
    }

    @Test func `it listens on loopback only, and says so when it does not`() async throws {
        let sandbox = try await SandboxBinary()

        #expect(sandbox.url.hasPrefix("http://127.0.0.1:"))
        #expect(await sandbox.end(with: SIGINT).log.isEmpty)
    }

    @Test func `elsewhere it says who gets in, and links carry the URL that clients use`() async throws {
        try await withFolder { folder in
            let sandbox = try await SandboxBinary(
                "--host",
                "0.0.0.0",
                "--external-url",
                "http://sandbox.example:80/",
                "--port-file",
                "port",
                in: folder
            )
            let root = try await shell(["curl -s http://127.0.0.1:$(cat port)/"], in: folder)
            let log = await sandbox.end(with: SIGINT).log

            #expect(sandbox.url == "http://sandbox.example")
            #expect(sandbox.commands[1].contains(" plan --skip-ssl-validation "))
            #expect(root.output.contains(#""login":{"href":"http://sandbox.example""#), "\(root)")
            #expect(log.hasPrefix("Note: whoever reaches 0.0.0.0 can change the sandbox"))
        }
    }
}
