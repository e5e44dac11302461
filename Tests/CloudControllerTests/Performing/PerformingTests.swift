import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Writes: what is sent, and what is made of the answer.
struct PerformingTests {
    private func send(
        _ request: Request,
        _ answer: TransportResponse
    ) async throws -> (answer: Answer, sent: TransportRequest) {
        let script = ScriptedTransport([.success(TransportResponse(200, tokenAnswer(testToken()))), .success(answer)])
        let result = try await CloudControllerPlatform.test(over: script).send(request)
        return (result, try #require(await script.requests.last))
    }

    @Test func `a PATCH of a process carries the exact body and gives the process`() async throws {
        let body: JSON = ["health_check": ["type": "http", "data": ["endpoint": "/health", "timeout": .number(90)]]]
        let (answer, sent) = try await send(
            Request(.patchProcess, path: "/v3/processes/p", body: body),
            TransportResponse(200, try fixture("process-http"))
        )

        #expect(sent.method == .patch)
        #expect(sent.path == "/v3/processes/p")
        #expect(sent.bodyText == #"{"health_check":{"type":"http","data":{"endpoint":"/health","timeout":90}}}"#)
        #expect(sent.header("Content-Type") == "application/json")
        #expect(sent.isRepeatable)
        guard case .process(let process) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(process.fields[.healthCheck(.endpoint)] == .value(.text("/health")))
    }

    @Test func `a scale is a POST that is never repeated`() async throws {
        let (answer, sent) = try await send(
            Request(.scaleProcess, path: "/v3/processes/p/actions/scale", body: ["instances": .number(3)]),
            TransportResponse(202, try fixture("process"))
        )

        #expect(sent.method == .post)
        #expect(!sent.isRepeatable)
        #expect(sent.timeout == nil)
        guard case .process = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test func `a task's POST waits half a minute at most and gives every field`() async throws {
        let (answer, sent) = try await send(
            Request(.createTask, path: "/v3/apps/a/tasks", body: ["name": "full"]),
            TransportResponse(202, try fixture("task-created"))
        )

        #expect(sent.timeout == .seconds(30))
        guard case .task(let task) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(task.state == .running)
        #expect(
            task.fields == [
                .command: .value(.text("rake x")),
                .user: .value(.text("vcap")),
                .memory: .value(.number(300)),
                .disk: .value(.number(700)),
                .logRateLimit: .value(.number(1024)),
                .label("kind"): .value(.text("adhoc")),
                .annotation("why"): .value(.text("test")),
            ]
        )
    }

    @Test func `a cancel has no body`() async throws {
        let (answer, sent) = try await send(
            Request(.cancelTask, path: "/v3/tasks/t/actions/cancel", body: nil),
            TransportResponse(202, try fixture("task-created").replacing("RUNNING", with: "CANCELING"))
        )

        #expect(sent.body == nil)
        #expect(sent.header("Content-Type") == nil)
        guard case .task(let task) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(task.state == .canceling)
    }

    @Test func `an app and a droplet give their fields`() async throws {
        let app = FakeController.Row.app("a", "storefront", in: "s").json
            .replacing(#""labels":{}"#, with: #""labels":{"team":"web"}"#)
        let (patched, _) = try await send(
            Request(.patchApp, path: "/v3/apps/a", body: ["metadata": ["labels": ["team": "web"]]]),
            TransportResponse(200, app)
        )
        let (droplet, _) = try await send(
            Request(.patchDroplet, path: "/v3/droplets/d", body: ["image": "x"]),
            TransportResponse(200, try fixture("droplet-current-docker"))
        )

        #expect(patched == .app([.label("team"): .value(.text("web"))]))
        guard case .droplet(let shown) = droplet else {
            Issue.record("\(droplet)")
            return
        }
        #expect(shown.fields[.image] == .value(.text("registry.example.com/acme/payments:1.4.2")))
    }

    @Test func `a write whose answer cannot be read may have happened`() async throws {
        let error = await #expect(throws: PlatformError.self) {
            try await send(Request(.createTask, path: "/v3/apps/a/tasks", body: nil), TransportResponse(202, "{"))
        }

        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.mayHaveHappened == true)
    }
}
