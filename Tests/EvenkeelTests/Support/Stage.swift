import CloudController
import Foundation
import Sandbox
import TestSupport
import Testing

@testable import evenkeel

/// A sandbox with a manifest for it, as most tests of whole commands need them.
struct Stage {
    /// How commands reach the sandbox.
    enum Way {
        case inProcess
        /// For what is about the network, and for the binary.
        case socket
    }

    let sandbox: SandboxHandle
    /// Nil for the real one.
    var network: (any HTTPTransport)?
    let folder: URL
    var user = "dev"
    /// Waits take no time; the sandbox's clock moves with this one.
    let clock: JumpingClock
    /// What somebody else does during a wait.
    let meanwhile: Meanwhile
    let requests: RequestStream

    /// Writes a manifest for acme/production; the text is what stands below `apps:`.
    func write(_ apps: String, name: String = "acme.yml", manager: String? = nil) throws {
        let indented = apps.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
        let head = "version: 1\norganization: acme\nspace: production\n"
        let managed = manager.map { "manager: \($0)\n" } ?? ""
        let text = head + managed + "apps:\n" + indented.joined(separator: "\n")
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }

    /// Runs a command on the manifest; its path in the output is `acme.yml`.
    func run(_ command: String, _ arguments: String..., answering answer: String? = nil) async -> Run {
        await run(command, arguments, answering: answer)
    }

    func run(_ command: String, _ arguments: [String], answering answer: String? = nil) async -> Run {
        let arguments = [command, folder.appending(path: "acme.yml").path] + arguments
        return masked(await evenkeel(arguments, on: terminal(answering: answer)))
    }

    /// Saves a plan of the manifest, and forgets the requests that it took; gives its file.
    func savePlan() async throws -> String {
        let file = folder.appending(path: "plan.json").path
        let run = await run("plan", "--out", file)
        try #require(run.status == 0, "\(run)")
        await sandbox.clearJournal()
        return file
    }

    /// The next such request has to be sent again after a second, in which things can happen.
    func delay(_ method: String, _ path: String) async {
        let headers = [(name: "Retry-After", value: "1")]
        await sandbox.addFault(Fault(method: method, path: path, .answer(status: 429, headers: headers, body: [])))
    }

    /// From now on such requests are answered with this JSON, and not executed.
    func answer(_ method: String, _ path: String, with json: String) async {
        let headers = [(name: "Content-Type", value: "application/json")]
        await sandbox.addFault(
            Fault(
                method: method,
                path: path,
                times: nil,
                .answer(status: 200, headers: headers, body: Array(json.utf8))
            )
        )
    }

    /// Runs a command that does not take the manifest.
    func command(_ arguments: String...) async -> Run { await command(arguments) }

    func command(_ arguments: [String]) async -> Run {
        masked(await evenkeel(arguments, on: terminal()))
    }

    /// Runs a command on the manifest; what differs from run to run is shown.
    func unmasked(_ command: String, _ arguments: String...) async -> Run {
        await evenkeel([command, folder.appending(path: "acme.yml").path] + arguments, on: terminal())
    }

    /// The run with what differs from run to run replaced.
    func masked(_ run: Run) -> Run { Run(status: run.status, output: shown(run.output), error: shown(run.error)) }

    /// Runs a command that takes no manifest, on a terminal with somebody at it where there is an answer.
    func runAlone(_ arguments: String..., answering answer: String? = nil) async -> Run {
        masked(await evenkeel(arguments, on: terminal(answering: answer)))
    }

    func terminal(answering answer: String? = nil, rows: Int? = nil, clock: JumpingClock? = nil) -> Terminal {
        Terminal(
            ["CF_API": sandbox.url, "CF_USERNAME": user, "CF_PASSWORD": user],
            answering: answer,
            clock: clock ?? self.clock,
            network: network,
            rows: rows
        )
    }

    /// What the sandbox answers to a GET, past Evenkeel.
    func json(_ path: String) async throws -> String { try await send("GET", path) }

    /// Sends a request as the user, past Evenkeel, and gives the body of the answer, whatever its status.
    @discardableResult
    private func send(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        type: String = "application/json"
    ) async throws -> String {
        let token = try #require(await sandbox.accessToken(for: user))
        let request = IncomingRequest(
            method,
            path,
            headers: [("Authorization", "bearer \(token)"), ("Content-Type", type)],
            body: Array((body ?? "").utf8)
        )
        let store = sandbox.store
        guard case .answer(let answer) = await store.respond(to: request, wait: { await store.advance(by: $0) }) else {
            throw Unanswered()
        }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private struct Unanswered: Error {}

    /// A process of acme/production, as the server shows it.
    func process(ofApp app: String, _ type: String) async throws -> String {
        try await json("/v3/apps/\(try await guid(ofApp: app))/processes/\(type)")
    }

    /// Scales a process of acme/production, past Evenkeel.
    func scaleByHand(_ app: String, _ type: String, instances: Int) async throws {
        try await act("processes/\(type)/actions/scale", on: app, #"{"instances": \#(instances)}"#)
    }

    /// Restarts an app of acme/production, past Evenkeel.
    func restartByHand(_ app: String) async throws {
        try await act("actions/restart", on: app)
    }

    /// Does `start` or `stop` with an app of acme/production, past Evenkeel.
    func actByHand(_ action: String, _ app: String) async throws {
        try await act("actions/\(action)", on: app)
    }

    /// Starts a deployment of an app of acme/production, past Evenkeel.
    func deployByHand(_ app: String, strategy: String = "rolling") async throws {
        let relationship = #"{"app": {"data": {"guid": "\#(try await guid(ofApp: app))"}}}"#
        try await send("POST", "/v3/deployments", #"{"strategy": "\#(strategy)", "relationships": \#(relationship)}"#)
    }

    /// Starts a deployment of the droplet that was staged last from that image, past Evenkeel.
    func deployByHand(_ app: String, imageOf image: String) async throws {
        let guid = try await guid(ofApp: app)
        let list = try await json("/v3/apps/\(guid)/droplets?order_by=-created_at")
        let head = try #require(list.components(separatedBy: image).first)
        let droplet = try #require(head.components(separatedBy: #"{"guid":""#).last?.prefix(36))
        try await send(
            "POST",
            "/v3/deployments",
            #"{"droplet": {"guid": "\#(droplet)"}, "relationships": {"app": {"data": {"guid": "\#(guid)"}}}}"#
        )
    }

    /// Does `cancel` or `continue` with every deployment that is in flight, past Evenkeel.
    func actOnDeploymentsByHand(_ action: String) async throws {
        let list = try await json("/v3/deployments?status_values=ACTIVE")
        for match in list.matches(of: #/\/v3\/deployments\/([0-9a-f-]+)\/actions\/cancel/#) {
            try await send("POST", "/v3/deployments/\(match.output.1)/actions/\(action)")
        }
    }

    /// Deletes an app of acme/production.
    func deleteByHand(_ app: String) async throws {
        try await send("DELETE", "/sandbox/apps/\(try await guid(ofApp: app))")
    }

    /// Cancels every run of a task of that name, past Evenkeel.
    func cancelByHand(_ task: String) async throws {
        let list = try await json("/v3/tasks?names=\(task)")
        for match in list.matches(of: #/\/v3\/tasks\/([0-9a-f-]+)\/actions\/cancel/#) {
            try await send("POST", "/v3/tasks/\(match.output.1)/actions/cancel")
        }
    }

    /// Starts the binary on the manifest, and kills it when a request has come that looks like this.
    func kill(_ command: String..., after isReached: @Sendable (JournalEntry) -> Bool) async throws {
        let process = Process()
        process.executableURL = Binary.url
        process.arguments = command + [folder.appending(path: "acme.yml").path]
        process.environment = ["CF_API": sandbox.url, "CF_USERNAME": user, "CF_PASSWORD": user]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { _ in requests.end() }
        try process.run()
        // The binary has a clock of its own: what it polls goes on because it polls.
        let isFound = await requests.contains(where: isReached) { entry in
            if entry.path.hasPrefix("/v3/builds/") { await sandbox.advance(by: 5) }
        }
        #expect(isFound, "it ended by itself")
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Stages an image of an app of acme/production, past Evenkeel.
    func buildByHand(_ app: String, _ image: String) async throws {
        let package = try await send(
            "POST",
            "/v3/packages",
            #"{"type": "docker", "data": {"image": "\#(image)"}, "relationships": "#
                + #"{"app": {"data": {"guid": "\#(try await guid(ofApp: app))"}}}}"#
        )
        let guid = try #require(package.firstMatch(of: #/"guid": ?"([^"]+)"/#)).output.1
        try await send("POST", "/v3/builds", #"{"package": {"guid": "\#(guid)"}}"#)
    }

    /// Applies a manifest of the server's own kind to acme/production, past Evenkeel.
    func applyByHand(_ manifest: String) async throws {
        let space = try await json("/v3/spaces?names=production")
        let guid = try #require(space.firstMatch(of: #/"guid": ?"([^"]+)"/#)).output.1
        try await send("POST", "/v3/spaces/\(guid)/actions/apply_manifest", manifest, type: "application/x-yaml")
    }

    /// The guid of the current droplet of an app of acme/production.
    func currentDroplet(_ app: String) async throws -> String {
        let path = "/v3/apps/\(try await guid(ofApp: app))/relationships/current_droplet"
        return String(try #require(try await json(path).firstMatch(of: #/"guid": ?"([^"]+)"/#)).output.1)
    }

    /// Changes a resource of acme/production, past Evenkeel; the path follows the app's, such as `/processes/web`.
    func patchByHand(_ app: String, _ path: String = "", _ body: String) async throws {
        try await send("PATCH", "/v3/apps/\(try await guid(ofApp: app))\(path)", body)
    }

    /// Changes the runtime below the sandbox, as `POST /sandbox/runtime` takes it.
    func changeRuntime(_ body: String) async throws { try await send("POST", "/sandbox/runtime", body) }

    private func act(_ path: String, on app: String, _ body: String? = nil) async throws {
        try await send("POST", "/v3/apps/\(try await guid(ofApp: app))/\(path)", body)
    }

    private func guid(ofApp app: String) async throws -> Substring {
        let list = try await json("/v3/apps?names=\(app)")
        return try #require(list.firstMatch(of: #/"resources": ?\[\{"guid": ?"([^"]+)"/#)).output.1
    }

    /// The text with what differs from run to run replaced: the folder, the port and durations.
    private func shown(_ text: String) -> String {
        text.replacingOccurrences(of: folder.path + "/", with: "")
            .replacingOccurrences(of: sandbox.url, with: "https://api.example.org")
            // As it stands in Markdown.
            .replacingOccurrences(
                of: sandbox.url.replacingOccurrences(of: ":", with: "&#58;<!-- -->"),
                with: "https&#58;<!-- -->//api.example.org"
            )
            .replacing(#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(::)?/#, with: "GUID")
            .replacing("GUIDGUID", with: "GUID")
            .replacing(#/\([0-9]+\.[0-9] s\)/#, with: "(0.0 s)")
            // It depends on the sandbox's port.
            .replacing(#/[0-9a-f]{64}/#, with: "CHECKSUM")
    }

    /// How often a task was asked for so far.
    func posts() async -> Int {
        await writes().count { $0.hasPrefix("POST") && $0.hasSuffix("/tasks") }
    }

    /// The requests so far that were neither reads nor for tokens.
    func writes() async -> [String] {
        await sandbox.journal().filter { $0.isWrite && !$0.isTokenRequest }.map { "\($0.method) \($0.path)" }
    }
}

/// Hands over a sandbox with an empty folder.
func withStage(
    seed: Seed = .storefront,
    user: String = "dev",
    options: SandboxServer.Options = .testing,
    over way: Stage.Way = .inProcess,
    _ body: (Stage) async throws -> Void
) async throws {
    let requests = RequestStream()
    var options = options
    options.onRequest = { requests.add($0) }
    let store = Store(seed: seed, options: options)
    let meanwhile = Meanwhile()
    let clock = JumpingClock { seconds in
        await store.advance(by: seconds)
        await meanwhile.happen()
    }
    try await withFolder { [options] folder in
        func perform(in sandbox: SandboxHandle, over network: (any HTTPTransport)?) async throws {
            try await body(
                Stage(
                    sandbox: sandbox,
                    network: network,
                    folder: folder,
                    user: user,
                    clock: clock,
                    meanwhile: meanwhile,
                    requests: requests
                )
            )
        }
        switch way {
        case .inProcess: try await perform(in: SandboxHandle(store: store), over: StoreTransport(store))
        case .socket: try await withSandbox(store: store, options: options) { try await perform(in: $0, over: nil) }
        }
    }
}
