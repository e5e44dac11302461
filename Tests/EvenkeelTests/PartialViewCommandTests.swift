import CloudController
import Reconciliation
import Sandbox
import TestSupport
import Testing

/// Lists that fail: what does not need them is planned, applied and shown.
@Suite struct PartialViewCommandTests {
    private static let manifest = """
        payments: {processes: {web: {instances: 2}}}
        storefront: {tasks: {migrate: {command: bin/migrate}}}
        """

    private func fail(_ path: String, _ stage: Stage, status: Int = 500) async {
        await stage.sandbox.addFault(
            Fault(method: "GET", path: path, times: nil, .answer(status: status, headers: [], body: []))
        )
    }

    @Test(arguments: [500, 502, 503, 404])
    func `a list of tasks that fails costs the apps that declare some`(_ status: Int) async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            await fail("/v3/tasks", stage, status: status)

            let plan = await stage.run("plan")
            #expect(plan.status == 1, "\(plan)")
            #expect(plan.output.contains("update  acme/production/payments/processes/web"), "\(plan)")
            #expect(plan.error.contains("read the tasks of `acme/production/storefront`"), "\(plan)")
            #expect(!plan.error.contains("payments`"), "\(plan)")

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 1, "\(apply)")
            #expect(await stage.writes().filter { $0.hasSuffix("/actions/scale") }.count == 1)
            #expect(await stage.posts() == 0)

            let status = await stage.run("status")
            #expect(status.status == 1, "\(status)")
            #expect(status.output.contains("payments") && status.output.contains("storefront"), "\(status)")
            #expect(!status.output.contains("migrate"), "\(status)")
        }
    }

    @Test func `a list of processes that fails costs the apps that declare some`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            await fail("/v3/processes", stage)

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1, "\(apply)")
            #expect(apply.error.contains("read the processes of `acme/production/payments`"), "\(apply)")
            #expect(await stage.posts() == 1)
        }
    }

    @Test func `what a saved plan holds of an app that is not shown is not stale, and the others go on`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await fail("/v3/tasks", stage)

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 1, "\(apply)")
            #expect(!apply.error.contains("plan-stale"), "\(apply)")
            #expect(apply.output.contains("Applied 1 of 2 operations; 0 failed, 1 not attempted."), "\(apply)")
            await stage.sandbox.store.clearFaults()
            let again = await stage.runAlone("apply", "--plan", file)
            #expect(again.status == 0, "\(again)")
        }
    }

    @Test func `an app that breaks the list of apps is held by a saved plan, too`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            let file = try await stage.savePlan()
            await stage.sandbox.addFault(
                Fault(
                    method: "GET",
                    path: "/v3/apps",
                    query: [("names", "*storefront*")],
                    times: nil,
                    .answer(status: 500, headers: [], body: [])
                )
            )

            let apply = await stage.runAlone("apply", "--plan", file)

            #expect(apply.status == 1, "\(apply)")
            #expect(!apply.error.contains("plan-stale"), "\(apply)")
            #expect(apply.error.contains("read app `acme/production/storefront`"), "\(apply)")
            #expect(apply.output.contains("Applied 1 of 2 operations; 0 failed, 1 not attempted."), "\(apply)")
        }
    }

    @Test(arguments: ["/v3/processes", "/v3/droplets"])
    func `leftovers that cannot be read cost the plan nothing`(_ path: String) async throws {
        try await withStage { stage in
            try stage.write("payments: {metadata: {labels: {tier: web}}}", manager: "alpha")
            await stage.sandbox.addFault(
                Fault(
                    method: "GET",
                    path: path,
                    query: [("space_guids", "*")],
                    times: nil,
                    .answer(status: 500, headers: [], body: [])
                )
            )

            let plan = await stage.run("plan", "--leftovers")

            #expect(plan.status == 1, "\(plan)")
            #expect(plan.output.contains("update  acme/production/payments"), "\(plan)")
            #expect(plan.error.contains("show what is no longer declared"), "\(plan)")
        }
    }

    @Test(arguments: [500, 403])
    func `names that cannot be suggested cost nothing else`(_ status: Int) async throws {
        try await withStage { stage in
            try stage.write("payments: {processes: {web: {instances: 2}}}\npaymints: {}")
            await stage.sandbox.addFault(
                Fault(
                    method: "GET",
                    path: "/v3/apps",
                    skip: 1,
                    times: nil,
                    .answer(status: status, headers: [], body: [])
                )
            )

            let plan = await stage.run("plan")

            #expect(plan.status == 1, "\(plan)")
            #expect(plan.output.contains("update  acme/production/payments/processes/web"), "\(plan)")
            #expect(plan.error.contains("error[not-found]"), "\(plan)")
        }
    }

    @Test func `roles that are not shown are needed by nobody`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            await fail("/v3/roles", stage)

            let plan = await stage.run("plan")
            #expect(plan.status == 0, "\(plan)")
            #expect(!plan.text.contains("needs"), "\(plan)")
            #expect(await stage.run("apply", "--yes").status == 0)
        }
    }

    @Test func `deployments that are not shown are warned of, and nothing is written that they forbid`() async throws {
        try await withStage { stage in
            try stage.write(Self.manifest)
            await fail("/v3/deployments", stage)

            let plan = await stage.run("plan")
            #expect(plan.status == 0, "\(plan)")
            #expect(plan.output.contains("update  acme/production/payments/processes/web"), "\(plan)")
            #expect(plan.error.contains("warning[api-unavailable]"), "\(plan)")
            #expect(plan.error.contains("read the deployments in progress of `acme/production/payments`"), "\(plan)")

            let apply = await stage.run("apply", "--yes")
            #expect(apply.status == 1, "\(apply)")
            #expect(apply.output.contains("failed update acme/production/payments/processes/web"), "\(apply)")
            #expect(await stage.writes().allSatisfy { !$0.hasSuffix("/actions/scale") })
            #expect(await stage.posts() == 1)
        }
    }

    @Test func `a process that cannot be read alone costs its app`() async throws {
        try await withStage { stage in
            try stage.write(
                """
                payments: {processes: {web: {command: bin/other}}}
                storefront: {processes: {web: {instances: 3}}}
                """
            )
            await fail("/v3/processes/*", stage)

            let plan = await stage.run("plan")

            #expect(plan.status == 1, "\(plan)")
            #expect(plan.output.contains("update  acme/production/storefront/processes/web"), "\(plan)")
            #expect(plan.error.contains("read the processes of `acme/production/payments`"), "\(plan)")
        }
    }

    @Test(arguments: [
        "health_check: {interval: null}", "health_check: {invocation_timeout: null}", "user: null",
        "readiness_health_check: {interval: null}", "log_rate_limit_in_bytes_per_second: null",
    ])
    func `null is in place where an older server shows nothing`(_ declared: String) async throws {
        try await withStage { stage in
            var stage = stage
            let names = ["interval", "invocation_timeout", "user", "log_rate_limit_in_bytes_per_second"]
            stage.network = RewritingTransport(try #require(stage.network)) { response in
                var text = String(decoding: response.body, as: UTF8.self)
                for name in names { text = text.replacing("\"\(name)\"", with: "\"x_\(name)\"") }
                response.body = Array(text.utf8)
            }
            try stage.write("payments: {processes: {web: {\(declared)}}}")

            let plan = await stage.run("plan", "--exit-code")

            #expect(plan.status == 0 || plan.error.contains("null-not-allowed"), "\(plan)")
        }
    }
}

/// Answers that are changed on the way back.
private struct RewritingTransport: HTTPTransport {
    let next: any HTTPTransport
    let rewrite: @Sendable (inout TransportResponse) -> Void

    init(_ next: any HTTPTransport, _ rewrite: @escaping @Sendable (inout TransportResponse) -> Void) {
        self.next = next
        self.rewrite = rewrite
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        var response = try await next.send(request)
        rewrite(&response)
        return response
    }
}
