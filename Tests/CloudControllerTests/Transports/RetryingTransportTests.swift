import CloudController
import Reconciliation
import Testing

/// Sending again, with a clock on which no time passes.
struct RetryingTransportTests {
    private let clock = RecordingClock()

    private func retrying(_ next: any HTTPTransport, maxWait: Duration = .seconds(60)) -> RetryingTransport {
        RetryingTransport(next, rules: RetryRules(maxWait: maxWait), clock: clock, random: { 0 })
    }

    private func request(_ method: TransportRequest.Method) throws -> TransportRequest {
        TransportRequest(method, "/v3/apps", of: try .test())
    }

    @Test(arguments: [TransportRequest.Method.get, .patch], [500, 502, 503, 504])
    func `reads and PATCH are sent again until they succeed`(method: TransportRequest.Method, status: Int) async throws
    {
        let script = ScriptedTransport(statuses: [status, status, 200])

        let response = try await retrying(script).send(try request(method))

        #expect(response.status == 200)
        #expect(response.attempts == 3)
        #expect(clock.sleeps == [.milliseconds(250), .milliseconds(500)])
    }

    @Test func `after four tries the last answer stands`() async throws {
        let script = ScriptedTransport(statuses: [503, 502, 500, 503])

        let response = try await retrying(script).send(try request(.get))

        #expect(response.status == 503)
        #expect(response.attempts == 4)
    }

    @Test(arguments: [400, 403, 404, 409, 422, 500, 502, 503, 504])
    func `a POST is sent once`(status: Int) async throws {
        let script = ScriptedTransport(statuses: [status])

        let response = try await retrying(script).send(try request(.post))

        #expect(response.status == status)
        #expect(response.attempts == 1)
        #expect(clock.sleeps.isEmpty)
    }

    @Test(arguments: [PlatformError.Code.unreachable, .timedOut])
    func `a POST without an answer is not sent again`(code: PlatformError.Code) async throws {
        let script = ScriptedTransport([.failure(PlatformError(code))])

        let error = await #expect(throws: PlatformError.self) { try await retrying(script).send(try request(.post)) }

        #expect(error?.code == code)
        #expect(error?.attempts == 1)
        #expect(await script.requests.count == 1)
    }

    @Test func `a lost connection is tried again, a refused one is not`() async throws {
        let lost = ScriptedTransport([
            .failure(PlatformError(.unreachable)), .success(TransportResponse(status: 200)),
        ])
        var refusal = PlatformError(.unreachable, cause: "connection refused")
        refusal.wasSent = false
        let refused = ScriptedTransport([.failure(refusal)])

        #expect(try await retrying(lost).send(try request(.get)).attempts == 2)
        await #expect(throws: PlatformError.self) { try await retrying(refused).send(try request(.get)) }
        #expect(await refused.requests.count == 1)
    }

    @Test(arguments: [TransportRequest.Method.get, .patch, .post])
    func `every method waits out a rate limit`(method: TransportRequest.Method) async throws {
        let script = ScriptedTransport([
            .success(TransportResponse(429, "slow down", headers: ["Retry-After": "7"])),
            .success(TransportResponse(status: 200)),
        ])

        let response = try await retrying(script).send(try request(method))

        #expect(response.status == 200)
        #expect(clock.sleeps == [.milliseconds(7250)])
    }

    @Test func `a rate limit that lasts longer than the wait is given up at once`() async throws {
        let script = ScriptedTransport([
            .success(TransportResponse(429, "{}", headers: ["Retry-After": "990"]))
        ])

        let response = try await retrying(script).send(try request(.get))

        #expect(response.status == 429)
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `without Retry-After the waits grow until they add up to the longest wait`() async throws {
        let script = ScriptedTransport(statuses: [Int](repeating: 429, count: 20))

        let response = try await retrying(script, maxWait: .seconds(10)).send(try request(.post))

        #expect(response.status == 429)
        #expect(clock.sleeps == [250, 500, 1000, 2000, 4000].map { .milliseconds($0) })
        #expect(response.attempts == 6)
    }

    @Test func `a cancelled task does not wait`() async throws {
        let script = ScriptedTransport(statuses: [503])
        let transport = retrying(script)
        let request = try request(.get)

        let task = Task { () -> Int in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(PlatformError) { return try await transport.send(request).status } catch { return error.attempts }
        }

        #expect(await task.value == 1)
        #expect(await script.requests.count == 1)
    }
}
