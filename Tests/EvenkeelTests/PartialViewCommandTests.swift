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
