import CloudController
import Diagnostics
import Reconciliation
import Testing

/// Bodies of a real server as observed resources, read through the platform.
struct WireTests {
    private let controller = FakeController()

    private func platform() throws -> CloudControllerPlatform { try .test(over: controller) }

    private func process(_ body: String) async throws -> ObservedProcess {
        await controller.set("/v3/apps/a/processes/web", body)
        return try #require(try await platform().process(ofApp: "a", type: "web"))
    }

    @Test func `a process shows every field of the table`() async throws {
        let process = try await process(try fixture("process-http"))

        #expect(process.guid == Recorded.storefront)
        #expect(process.type == "web")
        #expect(process.version?.isEmpty == false)
        #expect(
            process.fields == [
                .command: .value(.text("bundle exec puma -p $PORT")),
                .user: .value(.text("vcap")),
                .healthCheck(.type): .value(.text("http")),
                .healthCheck(.endpoint): .value(.text("/health")),
                .healthCheck(.timeout): .value(.number(90)),
                .healthCheck(.invocationTimeout): .value(.number(5)),
                .healthCheck(.interval): .value(.number(10)),
                .readinessHealthCheck(.type): .value(.text("process")),
                .readinessHealthCheck(.invocationTimeout): .value(.null),
                .readinessHealthCheck(.interval): .value(.null),
                .instances: .value(.number(3)),
                .memory: .value(.number(512)),
                .disk: .value(.number(1024)),
                .logRateLimit: .value(.number(1_048_576)),
            ]
        )
    }

    @Test func `a placeholder is hidden, never a value`() async throws {
        #expect(try await process(try fixture("process-hidden")).fields[.command] == .hidden)
        let inList = try fixture("process").replacing(
            "bundle exec puma -p $PORT",
            with: "[PRIVATE DATA HIDDEN IN LISTS]"
        )
        #expect(try await process(inList).fields[.command] == .hidden)
    }

    @Test func `absent keys stay absent and null is a value`() async throws {
        let process = try await process(
            """
            {"guid":"p","type":"web","relationships":{"app":{"data":{"guid":"a"}}},"instances":null,\
            "health_check":{"type":"port"},"readiness_health_check":null}
            """
        )

        #expect(process.fields == [.instances: .value(.null), .healthCheck(.type): .value(.text("port"))])
        #expect(process.version == nil)
    }

    @Test func `labels and annotations are fields of their exact keys`() async throws {
        let process = try await process(
            """
            {"guid":"p","type":"web","relationships":{"app":{"data":{"guid":"a"}}},"metadata":\
            {"labels":{"Team":"web","team":""},"annotations":{"x.io/note":"[PRIVATE DATA HIDDEN]","caf\\u00e9":"e\\u0301"}}}
            """
        )

        #expect(
            process.fields == [
                .label("Team"): .value(.text("web")),
                .label("team"): .value(.text("")),
                .annotation("x.io/note"): .value(.text("[PRIVATE DATA HIDDEN]")),
                .annotation("caf\u{e9}"): .value(.text("e\u{301}")),
            ]
        )
    }

    @Test func `a docker droplet shows its image and the image's user`() async throws {
        await controller.set("/v3/apps/a/droplets/current", try fixture("droplet-current-docker"))
        let droplet = try #require(try await platform().currentDroplet(ofApp: "a"))

        #expect(droplet.isDocker)
        #expect(droplet.state == "STAGED")
        #expect(droplet.fields == [.image: .value(.text("registry.example.com/acme/payments:1.4.2"))])
        #expect(droplet.detectedCommands == ["web": "/bin/pay serve"])
        #expect(droplet.imageUser == "root")

        let named = try fixture("droplet-current-docker").replacing(
            #"{\"cmd\""#,
            with: #"{\"user\": \"1001\", \"cmd\""#
        )
        await controller.set("/v3/apps/a/droplets/current", named)
        #expect(try await platform().currentDroplet(ofApp: "a")?.imageUser == "1001")
    }

    @Test func `a buildpack droplet has neither image nor user`() async throws {
        await controller.set("/v3/droplets/d", try fixture("droplet-current"))
        let droplet = try #require(try await platform().droplet("d"))

        #expect(!droplet.isDocker)
        #expect(droplet.fields == [.image: .value(.null)])
        #expect(droplet.imageUser == nil)
        #expect(droplet.detectedCommands?["worker"] == "bundle exec sidekiq")
    }

    @Test func `runs come by rising sequence, asked for by their label`() async throws {
        await controller.set("/v3/tasks", try fixture("tasks"))

        let runs = try await platform().runs(ofApp: Recorded.storefront, fingerprint: "0123abcd")

        #expect(runs.map(\.sequenceID) == [1, 2, 3])
        #expect(runs.map(\.state) == [.running, .running, .succeeded])
        #expect(runs.first?.name == "migrate")
        #expect(runs.first?.fields[.command] == nil)
        #expect(runs.first?.fields[.memory] == .value(.number(256)))
        #expect(
            await controller.asked.last
                == "GET /v3/tasks?per_page=5000&label_selector=evenkeel.dev%2Frun%3D0123abcd&app_guids=\(Recorded.storefront)"
        )
    }

    @Test func `tasks of a name are asked for by it and compared exactly`() async throws {
        await controller.set(
            "/v3/tasks",
            try fixture("tasks").replacing(#""name": "migrate""#, with: #""name": "a,B""#)
        )

        let tasks = try await platform().tasks(ofApp: Recorded.storefront, named: "a,B")

        #expect(!tasks.isEmpty)
        #expect(tasks.map(\.sequenceID) == tasks.map(\.sequenceID).sorted())
        #expect(try await platform().tasks(ofApp: Recorded.storefront, named: "a,b").isEmpty)
        #expect(
            await controller.asked.first { $0.contains("names=") }
                == "GET /v3/tasks?per_page=5000&app_guids=\(Recorded.storefront)&names=a%252CB"
        )
    }

    @Test func `what is gone is nil`() async throws {
        let platform = try platform()

        #expect(try await platform.process(ofApp: "a", type: "we/b") == nil)
        #expect(try await platform.currentDroplet(ofApp: "a") == nil)
        #expect(try await platform.droplet("d") == nil)
        #expect(try await platform.task("t") == nil)
        #expect(await controller.asked.first == "GET /v3/apps/a/processes/we%2Fb")
    }

    struct OddAnswer: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let body: String
        let cause: String
    }

    static let oddAnswers = [
        OddAnswer(testDescription: "empty", body: "", cause: "the answer is empty"),
        OddAnswer(
            testDescription: "HTML",
            body: "<html><head><title>Login</title></head><body>Sign in</body></html>",
            cause: "the answer is not JSON: Login Sign in"
        ),
        OddAnswer(
            testDescription: "truncated",
            body: #"{"guid":"p","type":"we"#,
            cause: "the answer breaks off or is not JSON (22 bytes)"
        ),
        OddAnswer(testDescription: "a list", body: "[]", cause: "the answer is not an object"),
        OddAnswer(testDescription: "without guid", body: #"{"type":"web"}"#, cause: "`guid` is missing"),
        OddAnswer(testDescription: "null guid", body: #"{"guid":null}"#, cause: "`guid` is null, not text"),
        OddAnswer(
            testDescription: "wrong type",
            body: #"{"guid":"p","type":"web","instances":"two"}"#,
            cause: "`instances` is not a whole number"
        ),
        OddAnswer(
            testDescription: "wrong type deep inside",
            body: #"{"guid":"p","type":"web","health_check":{"data":{"timeout":true}}}"#,
            cause: "`health_check.data.timeout` is not a whole number"
        ),
        OddAnswer(
            testDescription: "a number that is no integer",
            body: #"{"guid":"p","type":"web","instances":1.5}"#,
            cause: "`instances` is not a whole number"
        ),
        OddAnswer(
            testDescription: "a number without end",
            body: #"{"guid":"p","type":"web","memory_in_mb":99999999999999999999}"#,
            cause: "`memory_in_mb` is not a whole number"
        ),
        OddAnswer(
            testDescription: "text for an object",
            body: #"{"guid":"p","type":"web","health_check":"port"}"#,
            cause: "`health_check` is not an object"
        ),
        OddAnswer(
            testDescription: "without app",
            body: #"{"guid":"p","type":"web"}"#,
            cause: "`relationships.app.data.guid` is missing"
        ),
    ]

    @Test(arguments: oddAnswers)
    func `an answer that cannot be read is named with its key`(odd: OddAnswer) async throws {
        let error = await #expect(throws: PlatformError.self) { try await process(odd.body) }

        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.cause == odd.cause)
        #expect(error?.method == "GET")
        #expect(error?.path == "/v3/apps/a/processes/web")
        #expect(error?.status == 200)
    }

    @Test func `a wrong row of a list is named with its place`() async throws {
        let body = try fixture("tasks").replacing(#""sequence_id": 2"#, with: #""sequence_id": "2""#)
        await controller.set("/v3/tasks", body)

        let error = await #expect(throws: PlatformError.self) {
            try await platform().runs(ofApp: "a", fingerprint: "f")
        }

        #expect(error?.cause == "`resources[1].sequence_id` is not a whole number")
    }

    @Test func `an unknown state of a task is not guessed at`() async throws {
        await controller.set("/v3/tasks/t", try fixture("task-created").replacing("RUNNING", with: "SLEEPING"))

        let error = await #expect(throws: PlatformError.self) { try await platform().task("t") }

        #expect(error?.cause == "`state`: `SLEEPING` is no state of a task")
    }
}
