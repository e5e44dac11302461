import Diagnostics
import Foundation
import Reconciliation
import Sandbox
import TestSupport
import Testing

/// Every diagnostic that planning, the API and the command line can raise, as a person sees it.
@Suite struct DiagnosticGoldenTests {
    /// One command that raises a diagnostic.
    struct Case: Sendable, CustomStringConvertible {
        let code: DiagnosticCode
        var variant: String?
        let apps: String
        var command = "plan"
        var arguments: [String] = []
        var user = "dev"
        var manager: String?
        var fault: Fault?
        var change: @Sendable (inout Seed) -> Void = { _ in }

        var description: String { code.rawValue + (variant.map { "-\($0)" } ?? "") }
    }

    @Test(arguments: cases)
    func `a diagnostic reads well`(_ example: Case) async throws {
        var seed = Seed.storefront
        example.change(&seed)
        try await withStage(seed: seed, user: example.user) { stage in
            try stage.write(example.apps, manager: example.manager)
            if let fault = example.fault { await stage.sandbox.addFault(fault) }

            let run = await stage.run(example.command, example.arguments)

            #expect(run.error.contains("[\(example.code.rawValue)]"))
            Golden.expect(run.record, matches: "\(Golden.folder(beside: #filePath))/\(example).txt")
        }
    }

    @Test func `an apply that the server does not take says so`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {health_check: {timeout: 30}}}}")
            // The process as it was is answered to the PATCH, as the server does to keys that it drops.
            let process = try await stage.json("/v3/processes?types=web&per_page=1")
            await stage.answer("PATCH", "/v3/processes/*", with: try firstResource(process))

            expect(await stage.run("apply", "--yes"), .notTaken)
        }
    }

    @Test func `an old server that does not know a field is named`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {user: vcap}}}")
            let list = try await stage.json("/v3/processes?per_page=5000")
            await stage.answer("GET", "/v3/processes", with: list.replacing(#/"user": ?"[a-z]*",/#, with: ""))

            expect(await stage.run("plan"), .notSupportedByServer)
        }
    }

    @Test func `a manifest for another API is refused before any request`() async throws {
        try await withStage { stage in
            let text = "version: 1\napi: https://api.other.example\norganization: acme\nspace: production\napps: {}\n"
            try text.write(to: stage.folder.appending(path: "acme.yml"), atomically: true, encoding: .utf8)

            let run = await stage.run("plan")

            expect(run, .wrongAPI)
            #expect(run.status == 3)
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `what the server warns of is told once`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {}\npayments: {}")
            try await stage.changeRuntime(#"{"log_cache_available": false}"#)

            expect(await stage.run("status"), .serverWarning)
        }
    }

    @Test(arguments: [
        // Nothing listens there; and a token must not go in the clear to another machine.
        ("http://127.0.0.1:1", DiagnosticCode.unreachable), ("http://api.example.org", .invalidConfiguration),
    ])
    func `an API that cannot be reached, or must not, is named`(_ api: String, _ code: DiagnosticCode) async {
        let manifest = "version: 1\norganization: a\nspace: b\napps: {}\n"
        let terminal = Terminal(["CF_USERNAME": "dev", "CF_PASSWORD": "dev"], input: manifest)

        expect(await evenkeel("plan", "-", "--api", api, on: terminal), code)
    }

    /// What needs a listener with trouble of its own, or a signal, is rendered here and raised in the client's tests.
    @Test(arguments: [
        (DiagnosticCode.untrustedCertificate, PlatformError.Code.untrustedCertificate),
        (.requestTimedOut, .timedOut), (.interrupted, .cancelled),
    ])
    func `an error of the connection reads well`(_ code: DiagnosticCode, _ error: PlatformError.Code) {
        var error = PlatformError(error)
        error.method = "GET"
        error.path = "/v3/apps"
        let diagnostic = error.diagnostic(intent: "show what is declared", api: "https://api.example.org")

        #expect(diagnostic.code == code)
        let text = DiagnosticRenderer(sources: SourceFiles()).render(diagnostic)
        Golden.expect(text, matches: "\(Golden.folder(beside: #filePath))/\(code.rawValue).txt")
    }

    @Test func `no message ships unseen`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Golden.folder(beside: #filePath))
        for code in DiagnosticCodeOwners.commands {
            let isHeld = files.contains { $0 == "\(code.rawValue).txt" || $0.hasPrefix("\(code.rawValue)-") }
            #expect(isHeld, "no golden file for \(code.rawValue)")
        }
    }

    private func expect(_ run: Run, _ code: DiagnosticCode, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.error.contains("[\(code.rawValue)]"), "\(run)", sourceLocation: sourceLocation)
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(code.rawValue).txt",
            sourceLocation: sourceLocation
        )
    }

    private func firstResource(_ list: String) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [String: Any]
        let resource = try #require((value?["resources"] as? [Any])?.first)
        return String(decoding: try JSONSerialization.data(withJSONObject: resource), as: UTF8.self)
    }
}
