import CloudController
import Diagnostics
import Reconciliation

/// Lists with filters and pages over rows given as JSON, single resources by path, a token for everyone.
///
/// Enough of a Cloud Controller to see what is asked; how a real one behaves is the sandbox's business.
actor FakeController: HTTPTransport {
    /// A row and what its list's filters compare.
    struct Row: Sendable {
        var filters: [String: String]
        var json: String
    }

    private var lists: [String: [Row]] = [:]
    private var singles: [String: TransportResponse] = [:]
    private(set) var requests: [TransportRequest] = []
    /// Rows that vanish from a list after its first page was read.
    private var vanishing: [String: Int] = [:]
    /// What comes in place of the pages of a list that are asked for in this size; nil is a time-out.
    private var tooLarge: [String: (size: Int, answer: TransportResponse?)] = [:]

    /// By list, a text in the rows that break every page which holds one.
    private var breaking: [String: String] = [:]
    /// By list, a text in the rows that are always on another page than the one that is read, where there are several.
    private var moving: [String: String] = [:]

    func breakPages(of path: String, with text: String) { breaking[path] = text }
    func move(_ text: String, in path: String) { moving[path] = text }

    func add(_ rows: [Row], to path: String) { lists[path, default: []] += rows }
    func set(_ path: String, _ response: TransportResponse) { singles[path] = response }
    func set(_ path: String, _ json: String) { singles[path] = TransportResponse(200, json) }
    func removeLastRow(of path: String, afterFirstPages count: Int) { vanishing[path] = count }

    func refusePages(of path: String, size: Int, with answer: TransportResponse?) { tooLarge[path] = (size, answer) }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        requests.append(request)
        guard request.audience == .api else { return TransportResponse(200, tokenAnswer(testToken())) }
        let parts = request.path.split(separator: "?", maxSplits: 1)
        let path = String(parts[0])
        if let single = singles[path] { return single }
        if let refused = tooLarge[path], request.path.contains("per_page=\(refused.size)&") {
            guard let answer = refused.answer else { throw PlatformError(.timedOut) }
            return answer
        }
        guard let rows = lists[path] else {
            return TransportResponse(
                404,
                #"{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"not found"}]}"#
            )
        }
        return page(of: path, rows, query: parts.count == 2 ? String(parts[1]) : "")
    }

    /// What was asked, without the token request: method and path with query.
    var asked: [String] { requests.filter { $0.audience == .api }.map { "\($0.method.rawValue) \($0.path)" } }

    private func page(of path: String, _ rows: [Row], query: String) -> TransportResponse {
        var number = 1
        var size = 50
        var matching = rows
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { FakeController.decoded(String($0)) }
            switch parts[0] {
            case "page": number = Int(parts[1]) ?? 1
            case "per_page": size = Int(parts[1]) ?? 50
            case "status_values": break
            case "label_selector":
                guard let values = parts[1].firstMatch(of: #/ in \((.*)\)/#)?.output.1.split(separator: ",") else {
                    break
                }
                matching = matching.filter { row in values.contains { row.json.contains("\"\($0)\"") } }
            default:
                let values = Set(parts[1].split(separator: ",").map { FakeController.decoded(String($0)).lowercased() })
                matching = matching.filter { values.contains($0.filters[parts[0]]?.lowercased() ?? "") }
            }
        }
        let pages = max(1, (matching.count + size - 1) / size)
        if pages > 1, let text = moving[path] {
            for index in matching.indices where matching[index].json.contains(text) { matching[index] = matching[0] }
        }
        let shown = matching.dropFirst((number - 1) * size).prefix(size).map(\.json).joined(separator: ",")
        if let text = breaking[path], shown.contains(text) {
            return TransportResponse(500, #"{"errors":[{"code":10001,"title":"UnknownError","detail":"unknown"}]}"#)
        }
        if number == 1, let left = vanishing[path], left > 0 {
            vanishing[path] = left - 1
            lists[path]?.removeLast()
        }
        return TransportResponse(
            200,
            """
            {"pagination":{"total_results":\(matching.count),"total_pages":\(pages),\
            "next":{"href":"https://elsewhere.example/v3/stolen?page=2"}},"resources":[\(shown)]}
            """
        )
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FakeController.Row {
    private static func quoted(_ text: String) -> String { JSON.text(.init(text)).compact }

    static func organization(_ guid: String, _ name: String) -> Self {
        Self(filters: ["names": name], json: #"{"guid":"\#(guid)","name":\#(quoted(name))}"#)
    }

    static func space(_ guid: String, _ name: String, in organization: String) -> Self {
        Self(
            filters: ["names": name, "organization_guids": organization],
            json: """
                {"guid":"\(guid)","name":\(quoted(name)),\
                "relationships":{"organization":{"data":{"guid":"\(organization)"}}}}
                """
        )
    }

    static func app(
        _ guid: String,
        _ name: String,
        in space: String,
        droplet: String? = nil,
        docker: Bool = false
    ) -> Self {
        Self(
            filters: ["names": name, "space_guids": space],
            json: """
                {"guid":"\(guid)","name":\(quoted(name)),"state":"STARTED",\
                "lifecycle":{"type":"\(docker ? "docker" : "buildpack")","data":{}},\
                "relationships":{"space":{"data":{"guid":"\(space)"}},\
                "current_droplet":{"data":{"guid":\(droplet.map { "\"\($0)\"" } ?? "null")}}},\
                "metadata":{"labels":{},"annotations":{}}}
                """
        )
    }

    static func process(
        _ guid: String,
        _ type: String,
        of app: String,
        in space: String,
        command: String? = nil
    ) -> Self {
        Self(
            filters: ["app_guids": app, "space_guids": space],
            json: processJSON(guid, type, of: app, command: command ?? "[PRIVATE DATA HIDDEN IN LISTS]")
        )
    }

    static func processJSON(_ guid: String, _ type: String, of app: String, command: String) -> String {
        """
        {"guid":"\(guid)","type":"\(type)","version":"v1","command":"\(command)","user":"vcap","instances":1,\
        "memory_in_mb":256,"disk_in_mb":1024,"log_rate_limit_in_bytes_per_second":-1,\
        "health_check":{"type":"port","data":{"timeout":null,"invocation_timeout":null,"interval":null}},\
        "readiness_health_check":{"type":"process","data":{"invocation_timeout":null,"interval":null}},\
        "relationships":{"app":{"data":{"guid":"\(app)"}},"revision":null},"metadata":{"labels":{},"annotations":{}}}
        """
    }

    static func droplet(_ guid: String, _ state: String, in space: String) -> Self {
        Self(
            filters: ["guids": guid, "states": state, "space_guids": space],
            json: #"{"guid":"\#(guid)","state":"\#(state)","lifecycle":{"type":"buildpack","data":{}},"image":null}"#
        )
    }

    static func task(
        _ guid: String,
        _ name: String,
        _ sequence: Int,
        of app: String,
        in space: String,
        run: String? = nil
    ) -> Self {
        Self(
            filters: ["names": name, "app_guids": app, "space_guids": space],
            json: """
                {"guid":"\(guid)","name":\(quoted(name)),"sequence_id":\(sequence),"state":"RUNNING",\
                "created_at":"2026-11-21T03:10:27Z","memory_in_mb":256,"result":{"failure_reason":null},\
                "droplet_guid":"d","relationships":{"app":{"data":{"guid":"\(app)"}}},\
                "metadata":{"labels":{\(run.map { #""evenkeel.dev/run":"\#($0)""# } ?? "")},"annotations":{}}}
                """
        )
    }
}
