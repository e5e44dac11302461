import Testing

@testable import Sandbox

/// Bodies, routes and headers, as the server takes and gives them.
@Suite struct RequestTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private let web = "/v3/processes/\(SmallFoundation.storefront)"
    private let label = #"{"metadata": {"labels": {"ct": "x"}}}"#

    private func patch(_ body: String, type: String?) async -> Received {
        let token = await store.accessToken(for: "admin") ?? ""
        var headers = [(name: "Authorization", value: "bearer \(token)")]
        if let type { headers.append((name: "Content-Type", value: type)) }
        let answer = await store.answer(IncomingRequest("PATCH", web, headers: headers, body: Array(body.utf8)))
        return Received(
            status: answer.status,
            json: (try? JSONParser.parse(answer.body)) ?? .null,
            headers: answer.headers,
            body: String(decoding: answer.body, as: UTF8.self)
        )
    }

    @Test(arguments: [
        ("application/json; charset=utf-8", 200), ("text/x-json", 200), ("application/x-www-form-urlencoded", 422),
        ("garbage", 406),
    ])
    func `JSON is read when it is called so`(type: String?, status: Int) async {
        let answer = await patch(label, type: type)

        #expect(answer.status == status)
        if status == 200 { #expect(answer["metadata.labels"]?.object?.names == ["ct"]) }
        if status == 422 { #expect(answer.detail == "Unknown field(s): '\(label)'") }
        if status == 406 { #expect(answer.body.isEmpty) }
    }

    @Test(arguments: ["text/plain", "application/x-yaml", "application/vnd.api+json", nil])
    func `what is called otherwise is not looked at`(type: String?) async {
        let answer = await patch(label, type: type)
        let broken = await patch("{", type: type)

        #expect(answer.status == 200)
        #expect(answer["metadata.labels"]?.object?.names == [])
        #expect(broken.status == 200)
    }

    @Test(arguments: [
        ("", 200), ("{}", 200), ("{/*x*/\"metadata\":{}}", 200), (#"{"command":"a","command":null}"#, 200),
        (#"{"body":{"command":"x"}}"#, 200), ("null", 422), ("[]", 422), ("5", 422), ("{", 400), ("{}x", 400),
        ("{\"command\": NaN}", 400), ("\u{feff}{}", 400), ("{'a': 1}", 400), (#"{"command":"\ud800"}"#, 500),
    ])
    func `bodies`(body: String, status: Int) async {
        let answer = await patch(body, type: "application/json")

        #expect(answer.status == status)
        if status == 422 { #expect(answer.detail == "Unknown field(s): '_json'") }
        if status == 400 { #expect(answer.title == "CF-MessageParseError") }
    }

    @Test func `deep nesting is read up to a point`() async {
        func nested(_ depth: Int) -> String {
            #"{"metadata": "# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }

        #expect(await patch(nested(400), type: "application/json").detail == "Metadata must be an object")
        #expect(await patch(nested(100_000), type: "application/json").status == 400)
    }

    @Test func `paths may have doubled and trailing slashes and a suffix`() async {
        for path in ["//v3/apps", "/v3/apps/", "/v3/apps.json"] {
            let list = await store.send("GET", path)
            #expect(list["pagination.first.href"]?.text == "http://127.0.0.1/v3/apps?page=1&per_page=50")
        }
        #expect(await store.send("GET", web + ".json").status == 200)
        #expect(await store.send("GET", web.uppercased()).status == 404)
    }

    @Test func `unknown requests look different inside and outside of version 3`() async {
        let inside = await store.send("DELETE", "/v3/processes", as: nil)
        let outside = await store.send("GET", "/v2/nope")

        #expect(inside.status == 404)
        #expect(inside.title == "CF-NotFound")
        #expect(outside.body == #"{"description":"Unknown request","error_code":"CF-NotFound","code":10000}"#)
        #expect(outside.header("Content-Type") == "application/json;charset=utf-8")
    }

    @Test func `every answer has a request id, behind the one that came`() async {
        let own = await store.send("GET", "/v3/info", as: nil)
        let theirs = await store.send("GET", "/v3/info", as: nil, headers: [("X-Vcap-Request-Id", "my-id_1 2/.")])
        let missing = await store.send("GET", "/v3/nope", as: nil)

        #expect(own.header("X-VCAP-Request-ID")?.utf8.count == 36)
        #expect(theirs.header("X-VCAP-Request-ID")?.hasPrefix("my-id_12::") == true)
        #expect(missing.header("X-VCAP-Request-ID") != nil)
    }

    @Test func `what the query says is no part of a body`() async {
        let answer = await store.send("PATCH", web + "?command=x", "{}")

        #expect(answer["command"]?.text == "bundle exec puma -p $PORT")
    }

    @Test func `a broken query and a NUL in it trip the server up`() async {
        #expect(await store.send("GET", "/v3/apps?names=%zz").status == 500)
        #expect(await store.send("GET", "/v3/apps?names=%00").status == 500)
    }

    @Test func `writes leave audit events with the app as their target, labels of droplets and tasks do not`() async {
        _ = await store.send("PATCH", web, as: "dev", #"{"command": "secret"}"#)
        _ = await store.send("POST", web + "/actions/scale", as: "dev", #"{"instances": 2}"#)
        _ = await store.send("PATCH", "/v3/droplets/\(SmallFoundation.storefrontDroplet)", as: "dev", label)
        _ = await store.send("PATCH", "/v3/tasks/\(SmallFoundation.runningTask)", as: "dev", label)
        _ = await store.send("PATCH", "/v3/apps/\(SmallFoundation.storefront)", as: "dev", label)

        let path = "/v3/audit_events?target_guids=\(SmallFoundation.storefront)"
        let list = await store.send("GET", path, as: "supporter")

        #expect(
            list["resources"]?.list?.compactMap { $0["type"]?.text } == [
                "audit.app.process.update", "audit.app.process.scale", "audit.app.update",
            ]
        )
        #expect(list["resources.0.data.request.command"]?.text == "[PRIVATE DATA HIDDEN]")
        #expect(list["resources.1.data.request.instances"]?.integer == 2)
        #expect(list["resources.0.actor.name"]?.text == "dev")
        #expect(list["resources.0.target.name"]?.text == "storefront")
        #expect(await store.send("GET", path, as: "manager")["pagination.total_results"]?.integer == 0)
        let others = await store.send("GET", "/v3/audit_events?target_guids[not]=\(SmallFoundation.storefront)")
        #expect(others["pagination.total_results"]?.integer == 0)
    }

    @Test func `the rate limiter counts users, tells in tenths and refuses as text`() async {
        let options = SandboxServer.Options(
            clock: .manual,
            rateLimit: RateLimit(general: 4, unauthenticated: 3, intervalInSeconds: 3600)
        )
        let store = Store(seed: SmallFoundation.seed, options: options)
        var remaining: [String?] = []
        for _ in 0..<4 {
            remaining.append(await store.send("GET", web, as: "dev").header("X-RateLimit-Remaining"))
        }
        let refused = await store.send("GET", web, as: "dev")
        let seconds = Int(refused.header("Retry-After") ?? "") ?? 0

        #expect(remaining == ["2", "2", "0", "0"])
        #expect(refused.status == 429)
        #expect(refused.title == "CF-RateLimitExceeded")
        #expect(refused.header("Content-Type") == "text/plain; charset=utf-8")
        #expect((1...3600).contains(seconds))
        #expect(await store.send("GET", "/", as: "dev").status == 200)
        #expect(await store.send("GET", "/v3/info", as: "dev").status == 429)
        #expect(await store.send("GET", web).header("X-RateLimit-Limit") == nil)
        for _ in 0..<3 { #expect(await store.send("GET", "/v3/apps", as: nil).status == 401) }
        #expect(await store.send("GET", "/v3/apps", as: nil).title == "CF-IPBasedRateLimitExceeded")
        let invalid = await store.send("GET", "/v3/apps", as: nil, headers: [("Authorization", "bearer x")])
        #expect(invalid.status == 401)
        await store.advance(by: seconds)
        #expect(await store.send("GET", web, as: "dev").status == 200)
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_795_230_000, "2026-11-21T03:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (-1, "1969-12-31T23:59:59Z"),
    ])
    func `a moment is written and read`(seconds: Int, text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(arguments: ["", "yesterday", "2020-01-01T00:00:00.000Z", "2020-13-01T00:00:00Z", "2020-01-01 00:00:00Z"])
    func `other forms are refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
