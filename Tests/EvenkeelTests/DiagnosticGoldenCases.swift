import Diagnostics
import Sandbox

// The commands that raise the diagnostics, one case each.

extension DiagnosticGoldenTests {
    static let instances = "storefront: {processes: {web: {instances: 5}}}"
    static let timeout = "storefront:\n  processes:\n    web:\n      health_check:\n        timeout: 600"
    static let task = "storefront: {tasks: {migrate: {command: bin/migrate}}}"

    static let protected = """
        storefront:
          protected: true
          rollout: restart
          metadata: {labels: {team: null}}
          processes: {web: {memory_in_mb: 512}}
        """
    /// A record on the app storefront.
    private static func annotated(_ text: Text, by manager: String) -> @Sendable (inout Seed) -> Void {
        { $0.organizations[0].spaces[0].apps[0].metadata.annotations[Text("evenkeel.dev/owner.\(manager)")] = text }
    }

    /// As many annotations of others on storefront as a resource may have.
    private static let withoutRoom: @Sendable (inout Seed) -> Void = { seed in
        for number in 1...200 {
            seed.organizations[0].spaces[0].apps[0].metadata.annotations[Text("theirs-\(number)")] = "x"
        }
    }

    /// Annotations with keys of 240 characters, a line each.
    private static func longKeys(_ count: Int) -> String {
        let prefix = Array(repeating: String(repeating: "p", count: 60), count: 3).joined(separator: ".")
        return (1...count).map { "      \(prefix)/\(String(repeating: "k", count: 50))\($0): x" }.joined(
            separator: "\n"
        )
    }

    static let cases: [Case] = [
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
            variant: "plan",
            apps: "storefront: {rollout: restart, processes: {web: {command: bin/serve}}}",
            user: "auditor"
        ),
        Case(
            code: .hiddenValue,
            apps: "storefront: {processes: {web: {command: bin/serve}}}",
            command: "apply",
            arguments: ["--yes"],
            user: "supporter"
        ),
        Case(
            code: .notThereYet,
            apps: """
                storefront:
                  rollout: rolling
                  droplet: {image: registry.acme.example/storefront:2, image_update: restage}
                  processes: {wroker: {instances: 2, command: bin/tick}}
                """
        ),
        Case(
            code: .imageNotChangeable,
            apps: "payments: {droplet: {image: registry.acme.example/payments:2}}",
            user: "admin"
        ),
        Case(
            code: .conflict,
            apps: "storefront:\n  metadata: {labels: {team: web}}",
            manager: "storefront-team",
            change: annotated(#"{"v":1,"labels":{"team":"01234567"}}"#, by: "payments-team")
        ),
        Case(
            code: .recordUnreadable,
            apps: "storefront:\n  metadata: {labels: {team: shop}}",
            manager: "storefront-team",
            change: annotated(#"{"v":2}"#, by: "storefront-team")
        ),
        Case(
            code: .recordUnreadable,
            variant: "other",
            apps: "storefront:\n  metadata: {labels: {team: shop}}",
            change: annotated("mine", by: "payments-team")
        ),
        Case(
            code: .recordTooLarge,
            apps: "storefront:\n  metadata:\n    annotations:\n" + longKeys(120),
            manager: "storefront-team"
        ),
        Case(
            code: .recordTooLarge,
            variant: "room",
            apps: "storefront:\n  metadata: {labels: {team: web}}",
            manager: "storefront-team",
            change: withoutRoom
        ),
        Case(
            code: .deploymentInFlight,
            variant: "paused",
            apps: instances,
            change: { $0.organizations[0].spaces[0].apps[0].deployments = [Seed.Deployment(reason: "PAUSED")] }
        ),
        Case(
            code: .deploymentInFlight,
            apps: instances,
            command: "apply",
            arguments: ["--yes", "--wait-for-deployments", "20s"],
            change: { seed in
                seed.organizations[0].spaces[0].apps[0].deployments = [Seed.Deployment()]
                seed.processRuns = [Seed.ProcessRun(app: "storefront", startSeconds: nil)]
            }
        ),
        Case(
            code: .tooMuchChange,
            apps: "storefront: {processes: {web: {memory_in_mb: 512}}}\npayments: {}\nempty: {}",
            arguments: ["--max-changes", "0"]
        ),
        Case(
            code: .tooMuchChange,
            variant: "apply",
            apps: "storefront: {processes: {web: {memory_in_mb: 512}}}\npayments: {processes: {web: {instances: 0}}}",
            command: "apply",
            arguments: ["--yes", "--max-changes", "50%"]
        ),
        Case(code: .planNotSaved, apps: instances, arguments: ["--out", "/nowhere/plan.json"]),
        Case(code: .protected, apps: protected),
        Case(code: .protected, variant: "apply", apps: protected, command: "apply", arguments: ["--yes"]),
        Case(
            code: .unreadableRecord,
            apps: task,
            change: {
                $0.organizations[0].spaces[0].apps[0].metadata.annotations["evenkeel.dev/run.3bc801a33ea83df4"] =
                    #"{"v":2,"name":"migrate"}"#
            }
        ),
        Case(
            code: .recordLimit,
            apps: task,
            change: withoutRoom
        ),
        Case(
            code: .unknownOutcome,
            variant: "old-claim",
            apps: task,
            command: "apply",
            arguments: ["--yes"],
            change: { seed in
                let annotations = "evenkeel.dev/claim.\(RunMemoryTests.fingerprint.prefix(12)).0000002a"
                seed.organizations[0].spaces[0].apps[0].metadata.annotations[Text(annotations)] = Text(
                    #"{"v":1,"task":"migrate","fp":"\#(RunMemoryTests.fingerprint)","#
                        + #""at":"2026-09-01T00:00:00Z","by":"dev/build-3"}"#
                )
            }
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
            code: .stagingFailed,
            apps: """
                storefront:
                  rollout: rolling
                  droplet:
                    image: registry.acme.example/storefront:nope
                    image_update: restage
                """,
            command: "apply",
            arguments: ["--yes"],
            change: {
                $0.buildRuns = [
                    Seed.BuildRun(
                        "*:nope",
                        result: .failed,
                        error: "StagingError - Staging error: manifest for storefront:nope not found"
                    )
                ]
            }
        ),
        Case(
            code: .rolloutFailed,
            apps: """
                storefront:
                  rollout: {strategy: rolling, timeout: 40s}
                  processes: {web: {command: bin/crash}}
                """,
            command: "apply",
            arguments: ["--yes"],
            change: {
                $0.processRuns = [
                    Seed.ProcessRun(
                        command: "bin/crash",
                        result: .crashed,
                        details: "APP/PROC/WEB: Exited with status 1"
                    )
                ]
            }
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
}
