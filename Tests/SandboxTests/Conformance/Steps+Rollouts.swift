// What happened while deployments, restarts and builds were recorded.
extension Steps {
    private static let web = "/v3/processes/a76fa934-91f7-4372-b8ce-a250795db419"
    private static let restarted = "428a2281-761f-4d21-bef7-45066bf30dba"

    static let deployments: [Step] = [
        Step(
            "21-deployments/00-app",
            as: "admin",
            "PATCH",
            web,
            """
            {"metadata":{"labels":{"team":"web","example.com/x":"y"},"annotations":{"contact":"x",
            "evenkeel.dev/note":"{\\"v\\":1}"}},"health_check":{"type":"http","data":{"endpoint":"/health","timeout":75,
            "invocation_timeout":5,"interval":10}},"readiness_health_check":{"type":"http","data":{"endpoint":"/ready"}}}
            """
        ),
        Step("21-deployments/crash-create", runtime: "{process_runs: [{instances: [1], result: crashed}]}"),
        Step("21-deployments/crash-recovered-step1-get", runtimeBeforeClock: "{process_runs: []}"),
        Step("21-deployments/unplaced-canceled-step1-get", runtimeBeforeClock: "{process_runs: []}"),
        Step("21-deployments/missing-canceled-step1-get", runtimeBeforeClock: "{process_runs: []}"),
        Step("21-deployments/unplaced-create", runtime: "{process_runs: [{instances: [2], result: unplaced}]}"),
        Step("21-deployments/missing-create", runtime: "{process_runs: [{instances: [0], result: missing}]}"),
        Step("21-deployments/bbs-down-create", runtime: "{process_runs: [], available: false}"),
        Step("21-deployments/bbs-down-cancel", runtime: "{available: true}"),
        Step("21-deployments/bbs-down-later-step1-get", runtimeBeforeClock: "{available: false}"),
        Step("21-deployments/bbs-down-later-recovered-step1-get", runtimeBeforeClock: "{available: true}"),
        synced("roll4-step0-get"), synced("roll6-step0-get"), synced("roll7-scale-to-5"),
        synced("roll8-step0-get"), synced("roll8-step1-get"), synced("roll8-step2-get"), synced("roll8-step3-get"),
    ]

    /// A stand-in for the sync with the runtime, which was absent.
    private static func synced(_ name: String) -> Step { Step("21-deployments/" + name, runtime: "{sync: true}") }

    static let restarts: [Step] = [
        Step(
            "22-restart/00-before-app",
            as: "admin",
            "POST",
            "/v3/processes/\(restarted)/actions/scale",
            #"{"instances":3,"memory_in_mb":256}"#
        ),
        Step(
            "22-restart/00-before-app",
            as: "admin",
            "POST",
            "/v3/apps/\(restarted)/processes/worker/actions/scale",
            #"{"instances":1,"memory_in_mb":128}"#
        ),
        Step("22-restart/restart-bbs-down", runtime: "{available: false}"),
        Step("22-restart/restart-bbs-down-after-app", runtime: "{available: true}"),
        Step("22-restart/stop-bbs-down", runtime: "{available: false}"),
        Step("22-restart/stop-bbs-down-after-app", runtime: "{available: true}"),
        Step("22-restart/start-bbs-down", runtime: "{available: false}"),
        Step("22-restart/start-bbs-down-after-app", runtime: "{available: true}"),
        Step("22-restart/restart-instance-crashing", runtime: "{process_runs: [{instances: [1], result: crashed}]}"),
        Step("22-restart/restart-instance-missing", runtime: "{process_runs: [{instances: [0], result: missing}]}"),
        Step("22-restart/start-stopped-app-1-process", runtime: "{process_runs: []}"),
        Step(
            "22-restart/restart-over-space-quota",
            state: "{spaces: {acme/staging: {quota: {total_memory_in_mb: 1024}}}}"
        ),
        Step("22-restart/zz-audit", state: "{spaces: {acme/staging: {quota: null}}}"),
        Step("22-restart/zz-audit", as: "admin", "POST", "/v3/apps/\(restarted)/actions/start", ""),
    ]

    static let staging: [Step] = [
        // the runtime spoke a second time of a build that had ended
        Step(
            "23-restage/staged-again-callback",
            "POST",
            "events",
            """
            {"type":"audit.app.build.failed","app":"0c169a9b-1eb7-41f6-9894-22c1f627480b",
            "actor":{"guid":"00000000-0000-4000-a000-000000000002","name":"dev@example.com"},
            "data":{"build_guid":"04798421-2cbd-4ffe-a32f-86b17ef8cf54",
            "package_guid":"5a5643cf-4416-414b-b1c5-111e8690e502","error_id":"StagingError",
            "error_message":"staging failed"}}
            """
        ),
        Step("23-restage/00-app", runtime: staged("{web: /bin/pay serve}")),
        Step(
            "23-restage/failed-callback",
            runtimeBeforeClock: failed
        ),
        Step(
            "23-restage/failed-resources-callback",
            runtimeBeforeClock: failed
        ),
        Step("23-restage/build-diego-refuses", runtime: "{refusing: true}"),
        Step("23-restage/build-bbs-down", runtime: "{refusing: false, available: false}"),
        Step("23-restage/build-bbs-down-list", runtime: "{available: true}"),
        Step("23-restage/docker-disabled-package", state: "{feature_flags: {diego_docker: {enabled: false}}}"),
        Step("23-restage/second-package", state: "{feature_flags: {diego_docker: {enabled: true}}}"),
        Step("23-restage/second-package", runtime: staged("{web: /bin/pay serve}")),
        Step("23-restage/deploy-step0-build-fail", runtimeBeforeClock: failed),
        Step("23-restage/deploy-step2-get", runtime: staged("{web: /bin/pay serve --v2, worker: /bin/pay work}")),
    ]

    private static func staged(_ types: String) -> String {
        """
        {build_runs: [{image: "*", process_types: \(types),
        execution_metadata: '{"cmd": ["/bin/pay"], "ports": [{"Port": 8080, "Protocol": "tcp"}]}'}]}
        """
    }

    private static let failed = "{build_runs: [{image: \"*\", result: failed}]}"
}
