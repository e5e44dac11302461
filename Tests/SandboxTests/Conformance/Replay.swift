@testable import Sandbox

/// Sends recorded requests to a sandbox, in their order, and compares what comes back.
struct Replay {
    /// What became of the exchanges of one file.
    struct Tally {
        var compared = 0
        var equal = 0
        var deviating = 0
        var outOfScope = 0
        var withoutAnswer = 0

        static func += (sum: inout Tally, other: Tally) {
            sum.compared += other.compared
            sum.equal += other.equal
            sum.deviating += other.deviating
            sum.outOfScope += other.outOfScope
            sum.withoutAnswer += other.withoutAnswer
        }
    }

    /// Seconds for which tokens are valid; longer than everything that is replayed takes.
    static let tokenLifetime = 20 * 86_400
    static let start = Timestamp(seconds: 1_780_000_000)

    let group: ReplayGroup
    private let client: SandboxClient
    private let store: Store
    private var correspondence: Correspondence
    private var tokens: [String: String] = [:]
    private var clockwork = RecordedClockwork()
    private(set) var tallies: [(file: String, tally: Tally)] = []
    /// What is not as it should be, for the test to report.
    private(set) var complaints: [String] = []
    /// The deviations that were met.
    private(set) var met: Set<String> = []

    static func store(_ group: ReplayGroup) throws -> Store {
        let foundation = try RecordedFoundation(group)
        let seed = foundation.seed(startingAt: start)
        let clock = SandboxClock.manual(startingAt: start)
        return Store(
            seed: seed,
            options: SandboxServer.Options(clock: clock, guids: .seeded(7), tokenLifetime: tokenLifetime)
        )
    }

    init(_ group: ReplayGroup, _ store: Store, _ client: SandboxClient) throws {
        self.group = group
        self.client = client
        self.store = store
        let foundation = try RecordedFoundation(group)
        correspondence = Correspondence(
            known: foundation.known,
            seeded: (Replay.start.advanced(by: Replay.tokenLifetime + 1), Timestamp(group.finished) ?? Replay.start)
        )
    }

    mutating func run() async throws {
        try await prepare()
        for part in group.parts {
            let file = part.file
            var tally = Tally()
            for exchange in try part.exchanges { try await replay(exchange, &tally) }
            tallies.append((file, tally))
        }
    }

    // MARK: - Before the first request

    private mutating func prepare() async throws {
        tokens["expired"] = try await grant("grant_type=password&username=admin&password=secret").access
        try await control("POST", "/sandbox/clock", #"{"advance_seconds":\#(Replay.tokenLifetime + 1)}"#)
        let users = [
            "admin", "dev", "supporter", "auditor", "manager", "nobody", "readonly", "readscope", "buildmaster",
            "openid",
        ]
        for user in users {
            tokens[user] = try await grant("grant_type=password&username=\(user)&password=secret").access
        }
        tokens["scope openid only"] = tokens["openid"]
        tokens["refresh token"] = try await grant("grant_type=password&username=admin&password=secret").refresh
        let client = "grant_type=client_credentials&client_id=client&client_secret=secret"
        tokens["client token"] = try await grant(client).access
        for forged in ["other key", "aud uaa only", "iss other"] {
            tokens[forged] = (tokens["admin"] ?? "") + forged.prefix(3)
        }
        try await control("POST", "/sandbox/runtime", "{task_endings: manual, syncs: manual}")
        try await addPastEvents()
    }

    private func grant(_ form: String) async throws -> (access: String, refresh: String) {
        let answer = try await send(
            "POST",
            "/oauth/token",
            [("Authorization", "Basic Y2Y6"), ("Content-Type", "application/x-www-form-urlencoded")].filter {
                !form.contains("client_id") || $0.0 != "Authorization"
            },
            Array(form.utf8)
        )
        let json = try JSONParser.parse(answer.body)
        return (json["access_token"]?.text ?? "", json["refresh_token"]?.text ?? "")
    }

    private mutating func addPastEvents() async throws {
        let foundation = try RecordedFoundation(group)
        let admin = [("Authorization", "bearer \(tokens["admin"] ?? "")")]
        let builds = try JSONParser.parse(try await send("GET", "/v3/builds?per_page=5000", admin, []).body)
        for build in builds["resources"]?.list ?? [] {
            guard let guid = build["guid"]?.text, let droplet = build["droplet"]?["guid"]?.text else { continue }
            // a seed does not say the guids of builds, the events do
            if let recorded = foundation.build(of: droplet) { _ = correspondence.correspond(recorded, guid) }
        }
        for event in foundation.past {
            let body: JSONValue = [
                "type": event["type"] ?? .null, "app": event["target"]?["guid"] ?? .null,
                "created_at": .text(Replay.start.description), "actor": event["actor"] ?? .null,
                "data": event["data"] ?? .null,
            ]
            try await control("POST", "/sandbox/events", String(decoding: body.bytes, as: UTF8.self))
        }
    }

    private mutating func control(_ method: String, _ path: String, _ body: String) async throws {
        let answer = try await send(
            method,
            correspondence.translate(path),
            [],
            Array(correspondence.translate(body).utf8)
        )
        guard answer.status >= 300 else { return }
        complaints.append("\(method) \(path) \(body): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }

    // MARK: - Exchanges

    private mutating func replay(_ exchange: RecordedExchange, _ tally: inout Tally) async throws {
        let steps = Steps.all.filter { $0.exchange == exchange.id }
        for step in steps where step.moment == .beforeClock { try await perform(step) }
        // a second each, so that the order of times shows
        let seconds = Steps.secondsPerRequest(exchange.file) + clockwork.seconds(before: exchange)
        try await control("POST", "/sandbox/clock", #"{"advance_seconds":\#(seconds)}"#)
        for step in steps where step.moment == .beforeRequest { try await perform(step) }
        if Steps.secondsPerRequest(exchange.file) == 0 { correspondence.sharedSeconds.insert(await store.now.seconds) }
        if Scope.outOfScope.contains(where: { $0.covers(exchange) }) {
            tally.outOfScope += 1
            if exchange.path.hasPrefix("/internal/v3/staging/") { try await noteBuild(of: exchange) }
            return
        }
        var target = correspondence.translate(exchange.target)
        let times = correspondence.timeFilter(in: target)
        if let times { target = target.replacing(times.recorded, with: times.actual) }
        var answer = try await send(
            exchange.method,
            target,
            headers(of: exchange),
            exchange.body.isEmpty ? [] : translated(exchange.body)
        )
        if let times {
            let (shown, recorded) = (
                times.actual.replacing(":", with: "%3A"), times.recorded.replacing(":", with: "%3A")
            )
            answer.body = Array(String(decoding: answer.body, as: UTF8.self).replacing(shown, with: recorded).utf8)
        }
        guard let response = exchange.response else {
            tally.withoutAnswer += 1
            if let json = try? JSONParser.parse(answer.body) {
                correspondence.note(unrecorded: json, isNew: exchange.method == "POST")
            }
            return
        }
        tally.compared += 1
        var comparison = Comparison(
            recordedAddress: group.address,
            address: client.url,
            isListOfEvents: exchange.path == "/v3/audit_events"
        )
        comparison.compare(response, answer, &correspondence)
        judge(comparison.differences, of: exchange, &tally)
    }

    /// The droplet that a build has made shows in no recorded answer before it is used.
    private mutating func noteBuild(of exchange: RecordedExchange) async throws {
        let build = exchange.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
        let path = correspondence.translate("/v3/builds/" + build)
        let answer = try await send("GET", path, [("Authorization", "bearer \(tokens["admin"] ?? "")")], [])
        if let json = try? JSONParser.parse(answer.body) { correspondence.note(unrecorded: json, isNew: false) }
    }

    /// Bodies that are no UTF-8 stay as they are.
    private mutating func translated(_ body: [UInt8]) -> [UInt8] {
        String(validating: body, as: UTF8.self).map { Array(correspondence.translate($0).utf8) } ?? body
    }

    private mutating func judge(
        _ differences: [Comparison.Difference],
        of exchange: RecordedExchange,
        _ tally: inout Tally
    ) {
        let deviation = Scope.deviations.first { $0.exchange == exchange.id }
        let unlisted = differences.filter { difference in
            !(deviation?.places ?? []).contains { difference.place == $0 || difference.place.hasPrefix($0 + ".") }
        }
        if differences.isEmpty { tally.equal += 1 } else { tally.deviating += 1 }
        complaints += unlisted.map { "\(exchange.id): \($0)" }
        guard let deviation else { return }
        met.insert(deviation.exchange)
        for place in deviation.places
        where !differences.contains(where: { $0.place == place || $0.place.hasPrefix(place + ".") }) {
            complaints.append("\(exchange.id): \(place) is listed as a deviation and does not deviate")
        }
    }

    private mutating func perform(_ step: Step) async throws {
        switch step.action {
        case .control(let method, let path, let body): try await control(method, path, body)
        case .request(let user, let method, let path, let body, let recorded):
            let answer = try await send(
                method,
                correspondence.translate(path),
                [("Authorization", "bearer \(tokens[user] ?? "")"), ("Content-Type", "application/json")],
                Array(correspondence.translate(body).utf8)
            )
            let made = (try? JSONParser.parse(answer.body))?["guid"]?.text
            if answer.status >= 300 { complaints.append("\(step.exchange): \(method) \(path): \(answer.status)") }
            if let recorded, let made, !correspondence.correspond(recorded, made) {
                complaints.append("\(step.exchange): \(recorded) is bound already")
            }
        }
    }

    // MARK: - HTTP

    /// The recorded headers, with real tokens in the place of their names.
    private func headers(of exchange: RecordedExchange) -> [(String, String)] {
        exchange.headers.map { name, value in
            guard let start = value.firstIndex(of: "<"), let end = value.lastIndex(of: ">") else {
                return (name, value)
            }
            let user = String(value[value.index(after: start)..<end])
            return (name, value[..<start] + (tokens[user] ?? "unknown"))
        }
    }

    private func send(
        _ method: String,
        _ target: String,
        _ headers: [(String, String)],
        _ body: [UInt8]
    ) async throws -> Comparison.Answer {
        let answer = try await client.send(method, target, headers: headers.map { ($0.0, $0.1) }, body)
        return Comparison.Answer(
            status: answer.status,
            headers: answer.headers.map { ($0.name, $0.value) },
            body: answer.body,
            time: await store.now
        )
    }
}
