import Diagnostics
import Foundation
import Reconciliation
import Sandbox
import TestSupport
import Testing

/// Every diagnostic that planning, the API and the command line can raise, as a person sees it.
@Suite struct DiagnosticGoldenTests {
    /// One command that raises a diagnostic.
    struct Case: Sendable, CustomStringConvertible {
        let code: DiagnosticCode
        var variant: String?
        let apps: String
        var command = "plan"
        var arguments: [String] = []
        var user = "dev"
        var fault: Fault?
        var change: @Sendable (inout Seed) -> Void = { _ in }

        var description: String { code.rawValue + (variant.map { "-\($0)" } ?? "") }
    }

    static let instances = "storefront: {processes: {web: {instances: 5}}}"
    static let timeout = "storefront:\n  processes:\n    web:\n      health_check:\n        timeout: 600"
    static let task = "storefront: {tasks: {migrate: {command: bin/migrate}}}"

    static let cases: [Case] = [
        Case(
            code: .notSupportedYet,
            apps: """
                storefront:
                  rollout: rolling
                  protected: true
                  droplet: {image_update: restage}
                """
        ),
        Case(code: .noSuchTarget, apps: instances, arguments: ["--target", "acme/production/storefont"]),
        Case(
            code: .targetTooNarrow,
            apps: """
                storefront:
                  droplet: {image: registry.acme.example/storefront:2}
                  tasks: {migrate: {command: bin/migrate, run: once_per_droplet}}
                """,
            arguments: ["--target", "**/tasks/migrate"]
        ),
        Case(
            code: .notFound,
            apps: """
                storefornt: {}
                storefront:
                  processes: {wbe: {instances: 1}}
                  tasks: {seed: {template: {process: cron}}}
                empty:
                  droplet: {metadata: {labels: {a: b}}}
                payments:
                  processes: {web: {instances: 3}}
                """
        ),
        Case(code: .notPermitted, apps: "storefront: {metadata: {labels: {a: b}}}", user: "supporter"),
        Case(
            code: .notPermitted,
            variant: "apply",
            apps: "storefront: {metadata: {labels: {a: b}}}",
            command: "apply",
            arguments: ["--yes"],
            user: "supporter"
        ),
        Case(
            code: .notPermitted,
            variant: "image",
            apps: "storefront: {droplet: {image: registry.acme.example/storefront:2}}"
        ),
        Case(
            code: .hiddenValue,
            apps: "storefront: {processes: {web: {command: bin/serve}}}",
            command: "apply",
            arguments: ["--yes"],
            user: "supporter"
        ),
        Case(
            code: .imageNotChangeable,
            apps: "payments: {droplet: {image: registry.acme.example/payments:2}}",
            user: "admin"
        ),
        Case(
            code: .deploymentInFlight,
            apps: instances,
            change: { $0.organizations[0].spaces[0].apps[0].deployments = [Seed.Deployment()] }
        ),
        Case(
            code: .runInProgress,
            apps: "storefront: {tasks: {old-import: {command: bin/other, wait: {timeout: 30s}}}}",
            command: "apply",
            arguments: ["--yes"]
        ),
        Case(
            code: .waitTimedOut,
            apps: "storefront: {tasks: {migrate: {command: bin/migrate, wait: {timeout: 90s}}}}",
            command: "apply",
            arguments: ["--yes"],
            change: { $0.taskRuns = [Seed.TaskRun("migrate", runSeconds: nil)] }
        ),
        Case(
            code: .runFailed,
            variant: "waited",
            apps: """
                storefront:
                  tasks:
                    migrate: {command: bin/migrate, wait: true}
                    seed: {command: bin/seed}
                """,
            command: "apply",
            arguments: ["--yes"],
            change: {
                $0.taskRuns = [
                    Seed.TaskRun(
                        "migrate",
                        runSeconds: 3,
                        result: .failed,
                        failureReason: "App instance exited with exit code 1"
                    )
                ]
            }
        ),
        Case(
            code: .apiRejected,
            apps: timeout,
            command: "apply",
            arguments: ["--yes"]
        ),
        Case(
            code: .apiRejected,
            variant: "several-errors",
            apps: instances,
            command: "apply",
            arguments: ["--yes"],
            fault: answer(
                422,
                "POST",
                "/v3/processes/*",
                #"{"errors":[{"detail":"one","title":"CF-UnprocessableEntity","code":10008},"#
                    + #"{"detail":"two","title":"CF-Other","code":1}]}"#
            )
        ),
        Case(
            code: .apiRejected,
            variant: "bare-error",
            apps: instances,
            command: "apply",
            arguments: ["--yes"],
            fault: answer(
                422,
                "POST",
                "/v3/processes/*",
                #"{"code":10008,"detail":"bare","title":"CF-UnprocessableEntity"}"#
            )
        ),
        Case(
            code: .notAuthorized,
            apps: instances,
            command: "apply",
            arguments: ["--yes"],
            fault: answer(
                403,
                "POST",
                "/v3/processes/*",
                #"{"errors":[{"detail":"Feature Disabled: app_scaling","title":"CF-FeatureDisabled","code":330002}]}"#
            )
        ),
        Case(
            code: .apiUnavailable,
            apps: instances,
            command: "apply",
            arguments: ["--yes"],
            fault: answer(502, "POST", "/v3/processes/*", "<html><h1>502 Bad Gateway</h1></html>", "text/html")
        ),
        Case(
            code: .apiUnavailable,
            variant: "observing",
            apps: instances,
            fault: answer(503, "GET", "/v3/apps", "API down for maintenance", "text/plain")
        ),
        Case(
            code: .rateLimited,
            apps: instances,
            fault: answer(
                429,
                "GET",
                "/v3/apps",
                #"{"errors":[{"detail":"Rate Limit Exceeded","title":"CF-RateLimitExceeded","code":10013}]}"#,
                "text/plain",
                [("Retry-After", "3000")]
            )
        ),
        Case(
            code: .unexpectedAnswer,
            apps: instances,
            fault: answer(200, "GET", "/v3/apps", #"{"resources": [{"#)
        ),
        Case(
            code: .unexpectedAnswer,
            variant: "wrong-types",
            apps: instances,
            fault: answer(
                200,
                "GET",
                "/v3/apps",
                #"{"pagination":{"total_results":1,"total_pages":1,"next":null},"resources":[{"guid":5}]}"#
            )
        ),
        Case(
            code: .notLoggedIn,
            apps: instances,
            fault: answer(
                401,
                "POST",
                "/oauth/token",
                #"{"error":"unauthorized","error_description":"Bad credentials"}"#
            )
        ),
        Case(
            code: .unknownOutcome,
            apps: task,
            command: "apply",
            arguments: ["--yes"],
            fault: answer(503, "POST", "/v3/apps/*/tasks", "gone", "text/plain")
        ),
        Case(
            code: .runFailed,
            apps: task,
            command: "apply",
            arguments: ["--yes"],
            change: { $0.taskRuns = [Seed.TaskRun("migrate", result: .unavailable)] }
        ),
    ]

    /// The same answer to every such request.
    private static func answer(
        _ status: Int,
        _ method: String,
        _ path: String,
        _ body: String,
        _ type: String = "application/json",
        _ headers: [(name: String, value: String)] = []
    ) -> Fault {
        Fault(
            method: method,
            path: path,
            times: nil,
            .answer(status: status, headers: [("Content-Type", type)] + headers, body: Array(body.utf8))
        )
    }

    @Test(arguments: cases)
    func `a diagnostic reads well`(_ example: Case) async throws {
        var seed = Seed.storefront
        example.change(&seed)
        try await withStage(seed: seed, user: example.user) { stage in
            try stage.write(example.apps)
            if let fault = example.fault { await stage.sandbox.addFault(fault) }

            let run = await stage.run(example.command, example.arguments)

            #expect(run.error.contains("[\(example.code.rawValue)]"))
            Golden.expect(run.record, matches: "\(Golden.folder(beside: #filePath))/\(example).txt")
        }
    }

    @Test func `an apply that the server does not take says so`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {health_check: {timeout: 30}}}}")
            // The process as it was is answered to the PATCH, as the server does to keys that it drops.
            let process = try await stage.json("/v3/processes?types=web&per_page=1")
            await stage.sandbox.addFault(
                Fault(
                    method: "PATCH",
                    path: "/v3/processes/*",
                    times: nil,
                    .answer(
                        status: 200,
                        headers: [("Content-Type", "application/json")],
                        body: Array(try firstResource(process).utf8)
                    )
                )
            )

            expect(await stage.run("apply", "--yes"), .notTaken)
        }
    }

    @Test func `an old server that does not know a field is named`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {user: vcap}}}")
            let list = try await stage.json("/v3/processes?per_page=5000")
            await stage.sandbox.addFault(
                Fault(
                    method: "GET",
                    path: "/v3/processes",
                    times: nil,
                    .answer(
                        status: 200,
                        headers: [("Content-Type", "application/json")],
                        body: Array(list.replacing(#/"user": ?"[a-z]*",/#, with: "").utf8)
                    )
                )
            )

            expect(await stage.run("plan"), .notSupportedByServer)
        }
    }

    @Test func `a manifest for another API is refused before any request`() async throws {
        try await withStage { stage in
            let text = "version: 1\napi: https://api.other.example\norganization: acme\nspace: production\napps: {}\n"
            try text.write(to: stage.folder.appending(path: "acme.yml"), atomically: true, encoding: .utf8)

            let run = await stage.run("plan")

            expect(run, .wrongAPI)
            #expect(run.status == 3)
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `an API that cannot be reached is named`() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "acme.yml").path
            try "version: 1\norganization: a\nspace: b\napps: {}\n".write(
                toFile: file,
                atomically: true,
                encoding: .utf8
            )
            let terminal = Terminal(["CF_USERNAME": "dev", "CF_PASSWORD": "dev"])

            expect(await evenkeel("plan", file, "--api", "http://127.0.0.1:1", on: terminal), .unreachable)
        }
    }

    @Test func `plain HTTP to another machine is refused`() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "acme.yml").path
            try "version: 1\norganization: a\nspace: b\napps: {}\n".write(
                toFile: file,
                atomically: true,
                encoding: .utf8
            )
            let terminal = Terminal(["CF_USERNAME": "dev", "CF_PASSWORD": "dev"])

            expect(
                await evenkeel("plan", file, "--api", "http://api.example.org", on: terminal),
                .invalidConfiguration
            )
        }
    }

    /// What needs a listener with trouble of its own, or a signal, is rendered here and raised in the client's tests.
    @Test(arguments: [
        (DiagnosticCode.untrustedCertificate, PlatformError.Code.untrustedCertificate),
        (.requestTimedOut, .timedOut), (.interrupted, .cancelled),
    ])
    func `an error of the connection reads well`(_ code: DiagnosticCode, _ error: PlatformError.Code) {
        var error = PlatformError(error)
        error.method = "GET"
        error.path = "/v3/apps"
        let diagnostic = error.diagnostic(intent: "show what is declared", api: "https://api.example.org")

        #expect(diagnostic.code == code)
        let text = DiagnosticRenderer(sources: SourceFiles()).render(diagnostic)
        Golden.expect(text, matches: "\(Golden.folder(beside: #filePath))/\(code.rawValue).txt")
    }

    @Test func `no message ships unseen`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Golden.folder(beside: #filePath))
        for code in DiagnosticCodeOwners.commands {
            let isHeld = files.contains { $0 == "\(code.rawValue).txt" || $0.hasPrefix("\(code.rawValue)-") }
            #expect(isHeld, "no golden file for \(code.rawValue)")
        }
    }

    private func expect(_ run: Run, _ code: DiagnosticCode, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.error.contains("[\(code.rawValue)]"), "\(run)", sourceLocation: sourceLocation)
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(code.rawValue).txt",
            sourceLocation: sourceLocation
        )
    }

    private func firstResource(_ list: String) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [String: Any]
        let resource = try #require((value?["resources"] as? [Any])?.first)
        return String(decoding: try JSONSerialization.data(withJSONObject: resource), as: UTF8.self)
    }
}
