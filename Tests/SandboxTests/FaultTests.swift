import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import Sandbox

@Suite struct FaultTests {
    private static let patch = #"{"metadata": {"labels": {"touched": "yes"}}}"#

    /// Runs a request over a socket against a foundation with faults; nil is an answer that did not come.
    private static func run(
        _ faults: [Fault],
        _ requests: Int = 1
    ) async throws -> (statuses: [Int?], isTouched: Bool, journal: [JournalEntry]) {
        let server = SandboxServer(seed: SmallFoundation.seed, options: .init(clock: .manual, faults: faults))
        let token = await server.store.accessToken(for: "dev") ?? ""
        var statuses: [Int?] = []
        for _ in 0..<requests {
            // a connection of its own for each
            let status = try? await server.application().test(.live) { client in
                try await client.execute(
                    uri: "/v3/apps/\(SmallFoundation.storefront)",
                    method: .patch,
                    headers: [.authorization: "bearer \(token)", .contentType: "application/json"],
                    body: ByteBuffer(string: patch)
                ).status.code
            }
            statuses.append(status)
        }
        let app = await server.store.send("GET", "/v3/apps/\(SmallFoundation.storefront)")
        return (statuses, app["metadata.labels.touched"] != nil, await server.store.journal())
    }

    @Test func `an answer comes in place of the real one, before or after the commit`() async throws {
        let trouble = Fault.Trouble.answer(status: 503, headers: [("Retry-After", "7")], body: Array("down".utf8))

        let before = try await Self.run([Fault(method: "PATCH", path: "/v3/apps/*", trouble)])
        let after = try await Self.run([Fault(path: "/v3/*", moment: .afterCommit, trouble)])

        #expect(before.statuses == [503])
        #expect(!before.isTouched)
        #expect(after.statuses == [503])
        #expect(after.isTouched)
        #expect(after.journal.map(\.status) == [503])
        #expect(after.journal.map(\.isWrite) == [true])
        #expect(after.journal.map(\.body) == [Self.patch])
    }

    @Test func `a reset is no answer, and the journal says so`() async throws {
        let before = try await Self.run([Fault(path: "/v3/apps/*", .reset)])
        let after = try await Self.run([Fault(path: "/v3/apps/*", moment: .afterCommit, .reset)])

        #expect(before.statuses == [nil])
        #expect(!before.isTouched)
        #expect(after.statuses == [nil])
        #expect(after.isTouched)
        #expect(after.journal.map(\.status) == [nil])
    }

    @Test func `a truncated answer ends in the middle, with the commit done`() async throws {
        let result = try await Self.run([Fault(path: "/v3/apps/*", .truncated)])

        #expect(result.statuses == [nil])
        #expect(result.isTouched)
    }

    @Test func `faults are counted: some pass, some are harmed, the rest pass`() async throws {
        let fault = Fault(path: "/v3/apps/*", skip: 1, times: 2, .answer(status: 500, headers: [], body: []))

        let result = try await Self.run([fault], 4)

        #expect(result.statuses == [200, 500, 500, 200])
    }

    @Test func `a slow answer waits for the clock`() async throws {
        try await withSandbox(seed: SmallFoundation.seed) { sandbox in
            await sandbox.addFault(Fault(path: "/v3/info", .slow(seconds: 30)))
            let server = SandboxServer(store: sandbox.store, options: .testing)

            try await server.application().test(.router) { client in
                async let answer = client.execute(uri: "/v3/info", method: .get)
                while await sandbox.store.sleepers.isEmpty { await Task.yield() }
                let asked = await sandbox.journal()
                await sandbox.advance(by: 30)

                #expect(asked.map(\.status) == [nil])
                let status = try await answer.status
                #expect(status == .ok)
            }
        }
    }

    @Test func `an answer that never comes ends when the request is cancelled`() async throws {
        let server = SandboxServer(seed: SmallFoundation.seed, options: .testing)
        await server.store.addFault(Fault(path: "/v3/info", .never))

        try await server.application().test(.router) { client in
            let request = Task { try await client.execute(uri: "/v3/info", method: .get).status }
            while await server.store.journal().isEmpty { await Task.yield() }
            request.cancel()

            let status = try await request.value
            #expect(status == .internalServerError)
            #expect(await server.store.journal().map(\.status) == [nil])
        }
    }

    @Test func `faults, clock and journal are reached over HTTP, without a token and without a trace`() async throws {
        let server = SandboxServer(seed: SmallFoundation.seed, options: .testing)

        try await server.application().test(.router) { client in
            let fault = ByteBuffer(
                string: #"{"path": "/v3/inf*", "status": 429, "headers": {"Retry-After": 3}, "body": "no"}"#
            )
            #expect(try await client.execute(uri: "/sandbox/faults", method: .post, body: fault).status == .noContent)
            let harmed = try await client.execute(uri: "/v3/info", method: .get)
            #expect(harmed.status.code == 429)
            #expect(harmed.headers[.init("Retry-After") ?? .age] == "3")
            #expect(harmed.headers[.contentType] == "text/plain; charset=utf-8")

            let bad = ByteBuffer(string: #"{"path": "/x", "statsu": 1}"#)
            let refused = try await client.execute(uri: "/sandbox/faults", method: .post, body: bad)
            #expect(refused.status.code == 422)
            #expect(String(buffer: refused.body).contains("a fault has no key `statsu`"))

            let moved = try await client.execute(
                uri: "/sandbox/clock",
                method: .post,
                body: ByteBuffer(string: #"{"advance_seconds": 60}"#)
            )
            #expect(String(buffer: moved.body) == #"{"now":"2026-11-21T03:01:00Z"}"#)

            let form = ByteBuffer(string: "grant_type=password&username=dev&password=secret-word")
            _ = try await client.execute(
                uri: "/oauth/token",
                method: .post,
                headers: [.authorization: "Basic Y2Y6"],
                body: form
            )
            let journal = try await client.execute(uri: "/sandbox/requests", method: .get)
            let text = String(buffer: journal.body)
            let entries = try JSONParser.parse(Array(buffer: journal.body))["requests"]?.list ?? []
            #expect(entries.compactMap { $0["path"]?.text } == ["/v3/info", "/oauth/token"])
            #expect(entries.compactMap { $0["status"]?.integer } == [429, 401])
            #expect(!text.contains("secret-word"))

            #expect(try await client.execute(uri: "/sandbox/requests", method: .delete).status == .noContent)
            #expect(await server.store.journal().isEmpty)
        }
    }

    @Test func `trouble by chance strikes the same requests for the same seed, and others for another`() async throws {
        func struck(_ seed: Int) async throws -> [Int] {
            let text = #"{"path": "/v3/*", "percent": 25, "seed": \#(seed), "status": 500}"#
            let (faults, diagnostics) = Fault.parse(text, file: "-")
            #expect(diagnostics.isEmpty)
            let store = Store(seed: SmallFoundation.seed, options: .init(clock: .manual, faults: faults))
            var result: [Int] = []
            for number in 0..<400 where await store.takeFault(for: IncomingRequest("GET", "/v3/apps")) != nil {
                result.append(number)
            }
            return result
        }

        let first = try await struck(7)

        #expect((70...130).contains(first.count))
        #expect(try await struck(7) == first)
        #expect(try await struck(8) != first)
    }

    @Test func `a runtime that is away for one request leaves a failed task behind`() async throws {
        let server = SandboxServer(seed: SmallFoundation.seed, options: .testing)
        let token = await server.store.accessToken(for: "dev") ?? ""
        let (faults, _) = Fault.parse(#"{"method": "POST", "path": "*/tasks", "runtime": "down"}"#, file: "-")
        for fault in faults { await server.store.addFault(fault) }

        try await server.application().test(.router) { client in
            func create() async throws -> Int {
                try await client.execute(
                    uri: "/v3/apps/\(SmallFoundation.storefront)/tasks",
                    method: .post,
                    headers: [.authorization: "bearer \(token)", .contentType: "application/json"],
                    body: ByteBuffer(string: #"{"command": "x", "name": "once"}"#)
                ).status.code
            }
            let statuses = [try await create(), try await create()]

            #expect(statuses == [503, 202])
            let list = await server.store.send("GET", "/v3/tasks?names=once")
            #expect((list["resources"]?.list ?? []).map { $0["state"]?.text } == ["FAILED", "RUNNING"])
            #expect(await server.store.journal().map(\.status) == [503, 202])
        }
    }

    @Test(arguments: [
        ("/v3/apps", "/v3/apps", true), ("/v3/apps/*", "/v3/apps/x/tasks", true),
        ("/v3/*/tasks", "/v3/apps/x/tasks", true),
        ("*", "", true), ("/v3/apps", "/v3/apps/", false), ("/v3/*/tasks", "/v3/tasks", false),
        ("a*b*c", "a1b2b3c", true),
    ])
    func `patterns`(pattern: String, text: String, matches: Bool) {
        #expect(Pattern.matches(pattern, text) == matches)
    }
}
