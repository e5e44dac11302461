import Sandbox
import TestSupport
import Testing

/// Whatever the server does: a clear message, a status that is not 0, what was done and what was not.
@Suite(.tags(.socket)) struct ServerTroubleTests {
    /// One kind of trouble for every request that matches.
    struct Trouble: Sendable, CustomStringConvertible {
        let description: String
        let trouble: Fault.Trouble
        /// Nothing was executed, so every request is sent again.
        var isSentAgain = false
        /// The request was executed, only its answer broke off.
        var isExecuted = false

        static func status(
            _ status: Int,
            _ body: String,
            _ type: String = "application/json",
            isSentAgain: Bool = false
        ) -> Trouble {
            Trouble(
                description: "\(status) \(type)",
                trouble: .answer(status: status, headers: [("Content-Type", type)], body: Array(body.utf8)),
                isSentAgain: isSentAgain
            )
        }

        static func error(_ status: Int, _ title: String, _ code: Int, isSentAgain: Bool = false) -> Trouble {
            .status(
                status,
                #"{"errors":[{"detail":"trouble","title":"\#(title)","code":\#(code)}]}"#,
                isSentAgain: isSentAgain
            )
        }
    }

    static let troubles: [Trouble] = [
        .error(400, "CF-BadRequest", 1004),
        .error(401, "CF-InvalidAuthToken", 1000, isSentAgain: true),
        .error(403, "CF-NotAuthorized", 10003),
        .error(404, "CF-ResourceNotFound", 10010),
        .error(409, "CF-Conflict", 1),
        .error(422, "CF-UnprocessableEntity", 10008),
        .status(422, #"{"code":10008,"detail":"trouble","title":"CF-UnprocessableEntity"}"#),
        .status(
            429,
            #"{"errors":[{"detail":"trouble","title":"CF-RateLimitExceeded","code":10013}]}"#,
            "text/plain",
            isSentAgain: true
        ),
        .error(500, "UnknownError", 10001),
        .status(502, "<html><body>Bad Gateway</body></html>", "text/html"),
        .status(503, "API down for maintenance", "text/plain"),
        .status(504, "", "text/plain"),
        .status(200, "not JSON at all"),
        Trouble(description: "truncated", trouble: .truncated, isExecuted: true),
        Trouble(description: "reset", trouble: .reset),
    ]

    static let manifest = """
        payments:
          processes:
            web: {instances: 2}
        storefront:
          processes:
            web: {command: bin/other, instances: 4}
          tasks:
            migrate: {command: bin/migrate}
        """

    @Test(arguments: troubles)
    func `trouble while observing sends nothing and says why`(_ example: Trouble) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            await stage.sandbox.addFault(Fault(method: "GET", path: "/v3/apps", times: nil, example.trouble))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 1)
            #expect(run.error.contains("error["), "\(run)")
            #expect(run.output == "")
            #expect(await stage.writes() == [])
        }
    }

    @Test(arguments: troubles)
    func `trouble with a PATCH ends its app, the others go on`(_ example: Trouble) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            await stage.sandbox.addFault(Fault(method: "PATCH", path: "/v3/processes/*", times: nil, example.trouble))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 1)
            #expect(run.output.contains("Applied 1 of 4 operations; 1 failed, 2 not attempted."), "\(run)")
            #expect(run.error.contains("--> acme.yml:"), "\(run)")
        }
    }

    @Test(arguments: troubles)
    func `a task's POST is sent once unless it executed nothing`(_ example: Trouble) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            await stage.sandbox.addFault(Fault(method: "POST", path: "/v3/apps/*/tasks", example.trouble))

            let run = await stage.run("apply", "--yes")

            let posts = await stage.writes().filter { $0.hasPrefix("POST") && $0.hasSuffix("/tasks") }
            #expect(posts.count == (example.isSentAgain ? 2 : 1), "\(posts)")
            #expect(run.status == (example.isSentAgain || example.isExecuted ? 0 : 1), "\(run)")
        }
    }

    @Test(arguments: [Fault.Trouble.reset, .truncated, .answer(status: 503, headers: [], body: [])])
    func `a task that was created although its answer was lost is found and not created again`(
        _ trouble: Fault.Trouble
    ) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            await stage.sandbox.addFault(
                Fault(method: "POST", path: "/v3/apps/*/tasks", moment: .afterCommit, trouble)
            )

            let run = await stage.run("apply", "--yes")
            let second = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(second.output.hasSuffix("Applied 0 of 0 operations.\n"), "\(second)")
            #expect(await stage.posts() == 1)
        }
    }

    @Test(arguments: [Fault.Trouble.reset, .answer(status: 503, headers: [], body: []), .truncated])
    func `a scale that was committed although its answer was lost is not sent again`(
        _ trouble: Fault.Trouble
    ) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {processes: {web: {instances: 4}}}")
            await stage.sandbox.addFault(
                Fault(method: "POST", path: "/v3/processes/*/actions/scale", moment: .afterCommit, trouble)
            )

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(await stage.writes().count == 1)
        }
    }

    @Test func `trouble that passes is survived`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(Self.manifest)
            for path in ["/v3/apps", "/v3/processes", "/v3/organizations", "/"] {
                let unavailable = Fault.Trouble.answer(status: 503, headers: [], body: [])
                await stage.sandbox.addFault(Fault(method: "GET", path: path, times: 2, unavailable))
            }
            await stage.sandbox.addFault(Fault(method: "PATCH", path: "/v3/processes/*", times: 2, .reset))

            let run = await stage.run("apply", "--yes")

            #expect(run.status == 0, "\(run)")
            #expect(run.output.hasSuffix("Applied 4 of 4 operations.\n"))
        }
    }

    @Test func `an answer that never comes is waited for no longer than asked`() async throws {
        try await withStage(over: .socket) { stage in
            try stage.write("storefront: {tasks: {migrate: {command: bin/migrate}}}")
            await stage.sandbox.addFault(Fault(method: "POST", path: "/v3/apps/*/tasks", .never))

            let run = await stage.run("apply", "--yes", "--request-timeout", "10")

            #expect(run.status == 1)
            #expect(run.error.contains("[unknown-outcome]"), "\(run)")
            #expect(await stage.posts() == 1)
        }
    }
}
