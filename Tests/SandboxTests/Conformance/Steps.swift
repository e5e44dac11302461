/// Something that changed between two recorded requests without one.
struct Step: Sendable {
    enum Action: Sendable {
        /// A request to the sandbox's own endpoints, its body in JSON.
        case control(String, String, String)
        /// A request of the API that was not recorded, by a user; what it makes has the guid in the recording.
        case request(String, String, String, String, makes: String?)
    }

    enum Moment: Sendable {
        /// Before the server's clockwork goes on.
        case beforeClock
        case beforeRequest
    }

    /// The exchange before which it happens.
    let exchange: String
    let action: Action
    var moment = Moment.beforeRequest

    init(_ exchange: String, _ method: String, _ path: String, _ body: String = "") {
        self.exchange = exchange
        action = .control(method, "/sandbox/" + path, body)
    }

    init(_ exchange: String, state: String) {
        self.init(exchange, "POST", "state", state)
    }

    init(_ exchange: String, runtime: String) {
        self.init(exchange, "POST", "runtime", runtime)
    }

    /// What the runtime is like when the server's clockwork goes on.
    init(_ exchange: String, runtimeBeforeClock change: String) {
        self.init(exchange, runtime: change)
        moment = .beforeClock
    }

    init(_ exchange: String, as user: String, _ method: String, _ path: String, _ body: String, makes: String? = nil) {
        self.exchange = exchange
        action = .request(user, method, path, body, makes: makes)
    }
}

/// Everything that happened outside of the recorded requests, in their order.
enum Steps {
    private static let storefront = "bf5ec0d8-4271-448f-a955-42463eb60cb8"
    private static let web = "app: storefront, type: web"
    private static let production = "be678905-f656-4fbd-9fc7-91bb9d284118"

    static let all: [Step] =
        reading + scaling + droplets + tasks + cancelling + labels + permissions + quotas + limits + deployments
        + restarts + staging

    /// Where deployments and builds are under way, the clock only goes on with their steps.
    static func secondsPerRequest(_ file: String) -> Int { file.hasPrefix("21-") || file.hasPrefix("23-") ? 0 : 1 }

    private static let reading = [
        environmentShown("02-lookups/app-env", to: "admin", 1),
        Step(
            "03-processes-read/stats-crash_instance_1",
            runtime: "{process_runs: [{\(web), instances: [1], result: crashed}]}"
        ),
        Step(
            "03-processes-read/stats-unplaced_instance_2",
            runtime: "{process_runs: [{\(web), instances: [2], result: unplaced}]}"
        ),
        Step(
            "03-processes-read/stats-missing_instance_0",
            runtime: "{process_runs: [{\(web), instances: [0], result: missing}]}"
        ),
        Step("03-processes-read/stats-logcache_down", runtime: "{process_runs: [], log_cache_available: false}"),
        Step("03-processes-read/stats-bbs_down", runtime: "{log_cache_available: true, available: false}"),
        Step("04-processes-patch/00-before", runtime: "{available: true}"),
    ]

    private static let scaling = [
        Step("05-processes-scale/feature-flag-off-admin", state: "{feature_flags: {app_scaling: {enabled: false}}}"),
        Step("05-processes-scale/bbs-down", state: "{feature_flags: {app_scaling: {enabled: true}}}"),
        Step("05-processes-scale/bbs-down", runtime: "{available: false}"),
        Step("05-processes-scale/after-bbs-down", runtime: "{available: true}"),
    ]

    private static let droplets = [
        Step(
            "06-droplets/create-fresh-droplet",
            "POST",
            "apps",
            """
            {space: \(production), app: {name: unstaged, guid: 633d724d-82ca-40a1-9c78-97236f4585d1, state: STOPPED,
            lifecycle: {type: docker}}}
            """
        ),
        Step(
            "06-droplets/create-fresh-droplet-buildpack",
            "POST",
            "apps",
            """
            {space: \(production), app: {name: unstaged-bp, guid: b630977f-8640-4499-afc0-178fd0a78fa4, state: STOPPED,
            droplets: [{guid: c1e02d43-1e11-4654-add6-159b594d1ca7, state: AWAITING_UPLOAD, process_types: {web: ""}}]}}
            """
        ),
    ]

    private static let tasks = [
        Step(
            "07-tasks-create-read/feature-flag-off-admin",
            state: """
                {feature_flags: {task_creation: {enabled: false, custom_error_message: no tasks today}}}
                """
        ),
        Step(
            "07-tasks-create-read/create-bbs_task_error",
            state: "{feature_flags: {task_creation: {enabled: true}}}"
        ),
        Step("07-tasks-create-read/create-bbs_task_error", runtime: "{refusing: true}"),
        Step("07-tasks-create-read/create-bbs_down", runtime: "{refusing: false, available: false}"),
        Step("07-tasks-create-read/create-bbs_down--list", runtime: "{available: true}"),
    ]

    private static let cancelling = [
        Step(
            "09-tasks-cancel/after-diego-callback",
            "POST",
            "tasks/3ee63d11-4ffa-43a1-a8b8-07af42cce4ed",
            #"{"result":"failed","failure_reason":"task was cancelled"}"#
        ),
        taskMade("09-tasks-cancel/bbs-does-not-know-task", "gone", "dd9a45bf-463a-46f0-9c25-710c886fe3db"),
        taskMade("09-tasks-cancel/bbs-down", "bbsdown", "a28ef4d5-1c69-44fa-90a0-1c4d63dcb59f"),
        Step("09-tasks-cancel/bbs-down", runtime: "{available: false}"),
        Step("09-tasks-cancel/bbs-down--get", runtime: "{available: true}"),
        taskMade("09-tasks-cancel/cancel-as-nobody", "bydev", "8468b210-8c20-4b12-97f3-29c408e313a1"),
    ]

    private static let labels = [
        Step(
            "10-label-selectors/apps-eq",
            as: "admin",
            "PATCH",
            "/v3/processes/\(storefront)",
            #"{"metadata":{"labels":{"role":"front"}}}"#
        ),
        Step(
            "10-label-selectors/apps-eq",
            as: "admin",
            "PATCH",
            "/v3/droplets/64c35a99-be1c-44ff-9b5b-b23f41dbcf65",
            #"{"metadata":{"labels":{"release":"v42"}}}"#
        ),
        Step(
            "10-label-selectors/apps-eq",
            as: "admin",
            "PATCH",
            "/v3/tasks/84f68b3e-1a17-4a97-9ea7-a1961f544809",
            #"{"metadata":{"labels":{"kind":"nightly"}}}"#
        ),
    ]

    private static let permissions =
        [("admin", 1), ("dev", 2), ("supporter", 5), ("readonly", 6), ("readscope", 8), ("buildmaster", 9)].map {
            environmentShown("13-permissions/\($0.0)-env", to: $0.0, $0.1)
        } + [
            Step(
                "13-permissions/suspended-org-admin-patch-process",
                state: "{organizations: {acme: {suspended: true}}}"
            ),
            Step("14-bodies-routes/malformed", state: "{organizations: {acme: {suspended: false}}}"),
            Step(
                "15-audit-events/for-process",
                as: "admin",
                "PATCH",
                "/v3/processes/\(storefront)",
                #"{"command":null}"#
            ),
        ]

    private static let quotas = [
        Step(
            "17-quotas/org-instances",
            state: """
                {organizations: {acme: {quota: {total_memory_in_mb: 10240, per_process_memory_in_mb: 1024,
                total_instances: 20, per_app_tasks: 3, log_rate_limit_in_bytes_per_second: 100000000}}}}
                """
        ),
        Step(
            "17-quotas/space-instances",
            state: """
                {organizations: {acme: {quota: {total_memory_in_mb: 102400}}},
                spaces: {acme/production: {quota: {total_memory_in_mb: 6144, per_process_memory_in_mb: 768,
                total_instances: 10}}}}
                """
        ),
    ]

    private static let limits = [
        Step(
            "18-rate-limit-variant/root-v2-disabled",
            state: "{rate_limit: {general_limit: 4, unauthenticated_limit: 3}}"
        ),
        Step("19-extra/deleted-app", "DELETE", "apps/636c3956-caa1-40a3-a179-9087846f0a29"),
    ]

    private static func taskMade(_ exchange: String, _ name: String, _ guid: String) -> Step {
        Step(
            exchange,
            as: "admin",
            "POST",
            "/v3/apps/\(storefront)/tasks",
            #"{"command":"x","name":"\#(name)"}"#,
            makes: guid
        )
    }

    /// The event of a request that the sandbox does not take.
    private static func environmentShown(_ exchange: String, to user: String, _ number: Int) -> Step {
        Step(
            exchange,
            "POST",
            "events",
            """
            {"type":"audit.app.environment.show","app":"\(storefront)",
            "actor":{"guid":"00000000-0000-4000-a000-00000000000\(number)","name":"\(user)@example.com"}}
            """
        )
    }
}
