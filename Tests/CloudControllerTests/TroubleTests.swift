import CloudController
import Reconciliation
import Testing

/// Trouble with a whole platform: how often a write is really sent.
struct TroubleTests {
    private let clock = RecordingClock()

    /// What the API does to the first tries, in order; afterwards it answers as it should.
    private func run(
        _ request: Request,
        faults: [Result<TransportResponse, PlatformError>],
        then answer: TransportResponse
    ) async throws -> (result: Result<Answer, PlatformError>, sent: [TransportRequest]) {
        let api = ScriptedTransport(faults + [.success(answer)])
        let transport = ClosureTransport { request throws(PlatformError) in
            guard request.audience == .api else { return TransportResponse(200, tokenAnswer(testToken())) }
            return try await api.send(request)
        }
        let platform = try CloudControllerPlatform.test(
            over: RetryingTransport(transport, clock: clock, random: { 0 })
        )
        do throws(PlatformError) {
            return (.success(try await platform.send(request)), await api.requests)
        } catch {
            return (.failure(error), await api.requests)
        }
    }

    private static let task = Request(.createTask, path: "/v3/apps/a/tasks", body: ["name": "migrate"])
    private static let patch = Request(.patchProcess, path: "/v3/processes/p", body: ["command": "x"])

    @Test(arguments: [400, 403, 404, 409, 422, 500, 502, 503, 504])
    func `a task's POST is sent once whatever the status`(status: Int) async throws {
        let (result, sent) = try await run(
            Self.task,
            faults: [.success(TransportResponse(status, "trouble"))],
            then: TransportResponse(202, try fixture("task-created"))
        )

        #expect(sent.count == 1)
        let error = try #require(result.failure)
        #expect(error.status == status)
        #expect(error.attempts == 1)
        #expect(error.mayHaveHappened == (status >= 500))
    }

    @Test(arguments: [PlatformError.Code.timedOut, .unreachable])
    func `a task's POST without an answer is sent once and may have happened`(code: PlatformError.Code) async throws {
        let (result, sent) = try await run(
            Self.task,
            faults: [.failure(PlatformError(code))],
            then: TransportResponse(202, try fixture("task-created"))
        )

        #expect(sent.count == 1)
        #expect(result.failure?.mayHaveHappened == true)
    }

    @Test(arguments: [401, 429])
    func `a task's POST that executed nothing is sent again`(status: Int) async throws {
        let (result, sent) = try await run(
            Self.task,
            faults: [.success(TransportResponse(status, "trouble"))],
            then: TransportResponse(202, try fixture("task-created"))
        )

        #expect(sent.count == 2)
        #expect(sent.allSatisfy { $0.bodyText == #"{"name":"migrate"}"# })
        guard case .success(.task) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test func `a 401, a rate limit and a new 401 count every try`() async throws {
        let (result, sent) = try await run(
            Self.task,
            faults: [401, 429, 401].map { .success(TransportResponse($0, "trouble")) },
            then: TransportResponse(202, try fixture("task-created"))
        )

        #expect(sent.count == 3)
        #expect(result.failure?.code == .notAuthenticated)
        #expect(result.failure?.attempts == 3)
    }

    @Test(arguments: [500, 502, 503, 504])
    func `a PATCH is sent again, the same bytes`(status: Int) async throws {
        let (result, sent) = try await run(
            Self.patch,
            faults: [.success(TransportResponse(status, "<html>")), .failure(PlatformError(.unreachable))],
            then: TransportResponse(200, try fixture("process"))
        )

        #expect(sent.count == 3)
        #expect(Set(sent.map(\.bodyText)) == [#"{"command":"x"}"#])
        guard case .success(.process) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test func `a rate limit without end is given up with its time`() async throws {
        let limited = TransportResponse(429, "{}", headers: ["Retry-After": "3600"])
        let (result, sent) = try await run(
            Self.patch,
            faults: [.success(limited)],
            then: TransportResponse(200, try fixture("process"))
        )

        #expect(sent.count == 1)
        #expect(result.failure?.code == .rateLimited)
        #expect(result.failure?.retryAfter == 3600)
        #expect(clock.sleeps.isEmpty)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
