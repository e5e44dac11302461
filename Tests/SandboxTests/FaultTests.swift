import Testing

@testable import Sandbox

@Suite struct FaultTests {
    private static let patch = #"{"metadata": {"labels": {"touched": "yes"}}}"#

    /// Runs a request over a socket against a foundation with faults; nil is an answer that did not come.
    private static func run(
        _ faults: [Fault],
        _ requests: Int = 1
    ) async throws -> (statuses: [Int?], isTouched: Bool, journal: [JournalEntry]) {
        let store = Store(seed: SmallFoundation.seed, options: .init(clock: .manual, faults: faults))
        let token = await store.accessToken(for: "dev") ?? ""
        let headers = [(name: "Authorization", value: "bearer \(token)"), ("Content-Type", "application/json")]
        var statuses: [Int?] = []
        for _ in 0..<requests {
            // a connection of its own for each
            let answer = try? await SandboxClient.overSocket(store) { client in
                try await client.send("PATCH", "/v3/apps/\(SmallFoundation.storefront)", headers: headers, patch)
            }
            statuses.append(answer?.status)
        }
        let app = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)")
        return (statuses, app["metadata.labels.touched"] != nil, await store.journal())
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
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        await store.addFault(Fault(path: "/v3/info", .slow(seconds: 30)))

        try await SandboxClient.overSocket(store) { client in
            async let answer = client.send("GET", "/v3/info")
            while await store.sleepers.isEmpty { await Task.yield() }
            let asked = await store.journal()
            await store.advance(by: 30)

            #expect(asked.map(\.status) == [nil])
            let status = try await answer.status
            #expect(status == 200)
        }
    }

    /// That this test ends shows that the sandbox can be stopped all the same.
    @Test func `an answer that never comes leaves nothing but its entry in the journal`() async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        await store.addFault(Fault(path: "/v3/info", .never))

        try await SandboxClient.overSocket(store) { client in
            let request = Task { try await client.send("GET", "/v3/info").status }
            while await store.journal().isEmpty { await Task.yield() }
            request.cancel()

            await #expect(throws: (any Error).self) { try await request.value }
            #expect(await store.journal().map(\.status) == [nil])
        }
    }

    @Test func `faults, clock and journal are reached over HTTP, without a token and without a trace`() async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)

        try await SandboxClient.overSocket(store) { client in
            let fault = #"{"path": "/v3/inf*", "status": 429, "headers": {"Retry-After": 3}, "body": "no"}"#
            #expect(try await client.send("POST", "/sandbox/faults", fault).status == 204)
            let harmed = try await client.send("GET", "/v3/info")
            #expect(harmed.status == 429)
            #expect(harmed.header("Retry-After") == "3")
            #expect(harmed.header("Content-Type") == "text/plain; charset=utf-8")

            let refused = try await client.send("POST", "/sandbox/faults", #"{"path": "/x", "statsu": 1}"#)
            #expect(refused.status == 422)
            #expect(refused.text.contains("a fault has no key `statsu`"))

            let moved = try await client.send("POST", "/sandbox/clock", #"{"advance_seconds": 60}"#)
            #expect(moved.text == #"{"now":"2026-11-21T03:01:00Z"}"#)

            _ = try await client.send(
                "POST",
                "/oauth/token",
                headers: [("Authorization", "Basic Y2Y6")],
                "grant_type=password&username=dev&password=secret-word"
            )
            let journal = try await client.send("GET", "/sandbox/requests")
            let entries = try JSONParser.parse(journal.body)["requests"]?.list ?? []
            #expect(entries.compactMap { $0["path"]?.text } == ["/v3/info", "/oauth/token"])
            #expect(entries.compactMap { $0["status"]?.integer } == [429, 401])
            #expect(!journal.text.contains("secret-word"))

            #expect(try await client.send("DELETE", "/sandbox/requests").status == 204)
            #expect(await store.journal().isEmpty)
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
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let token = await store.accessToken(for: "dev") ?? ""
        let headers = [(name: "Authorization", value: "bearer \(token)"), ("Content-Type", "application/json")]
        let (faults, _) = Fault.parse(#"{"method": "POST", "path": "*/tasks", "runtime": "down"}"#, file: "-")
        for fault in faults { await store.addFault(fault) }
        let client = SandboxClient.inProcess(store)
        func create() async throws -> Int {
            let path = "/v3/apps/\(SmallFoundation.storefront)/tasks"
            return try await client.send("POST", path, headers: headers, #"{"command": "x", "name": "once"}"#).status
        }

        let statuses = [try await create(), try await create()]

        #expect(statuses == [503, 202])
        let list = await store.send("GET", "/v3/tasks?names=once")
        #expect((list["resources"]?.list ?? []).map { $0["state"]?.text } == ["FAILED", "RUNNING"])
        #expect(await store.journal().map(\.status) == [503, 202])
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
