import Diagnostics

/// The checked body of a PATCH of a process (`cloud_controller_ng app/messages/process_update_message.rb`).
///
/// What is not in the body stays, null clears.
struct ProcessChange {
    private var command: Text??
    private var user: Text??
    private var healthCheck = HealthCheckChange()
    private var readinessHealthCheck = HealthCheckChange()
    let metadata: MetadataChange

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly(["command", "user", "health_check", "readiness_health_check", "metadata"])
        rules.text("command", body["command"], lengths: 1...4096)
        rules.text("user", body["user"], lengths: 1...255)
        healthCheck = try HealthCheckChange(body["health_check"], "health_check", hasTimeout: true, &rules)
        readinessHealthCheck = try HealthCheckChange(
            body["readiness_health_check"],
            "readiness_health_check",
            hasTimeout: false,
            &rules
        )
        metadata = try MetadataChange(body, messages: &rules.messages)
        try rules.requireNone()
        command = body["command"].map { $0.text.map { Text($0) } }
        user = body["user"].map { $0.text.map { Text($0) } }
        // the database refuses NUL, which nothing before it does
        for text in [command, user] where text??.string.utf8.contains(0) ?? false { throw .unknownError }
    }

    func applied(to process: ProcessRow) -> ProcessRow {
        var result = process
        if let command { result.command = command }
        if let user { result.user = user }
        result.healthCheck = healthCheck.applied(to: process.healthCheck)
        result.readinessHealthCheck = readinessHealthCheck.applied(to: process.readinessHealthCheck)
        return result
    }
}

/// One of the two health checks in a PATCH.
struct HealthCheckChange {
    private var type: String?
    private var timeout: Int??
    private var invocationTimeout: Int??
    private var interval: Int??
    private var endpoint: Text??

    init() {}

    /// Unknown keys inside are ignored; what is no object trips the server up.
    init(_ value: JSONValue?, _ name: String, hasTimeout: Bool, _ rules: inout BodyRules) throws(Refusal) {
        guard let value, !value.isNull else { return }
        guard let object = value.object else { throw .unknownError }
        let data: JSONObject
        switch object["data"] {
        case nil, .null: data = JSONObject()
        case .object(let given): data = given
        default: throw .unknownError
        }
        if let given = object["type"] {
            type = given.text
            if !["port", "process", "http"].contains(given.text) {
                rules.messages.append(RubyText.humanized(name) + " type must be \"port\", \"process\", or \"http\"")
            }
        }
        readEndpoint(data["endpoint"], name, &rules)
        func number(_ key: String) -> Int?? {
            guard let given = data[key] else { return nil }
            return .some(rules.number("\(name)_\(key)", given, .atLeast(1), BodyRules.largestColumn))
        }
        if hasTimeout { timeout = number("timeout") }
        invocationTimeout = number("invocation_timeout")
        interval = number("interval")
    }

    private mutating func readEndpoint(_ value: JSONValue?, _ name: String, _ rules: inout BodyRules) {
        guard let value else { return }
        endpoint = .some(value.text.map { Text($0) })
        guard !value.isNull else { return }
        let label = RubyText.humanized(name) + " endpoint"
        if let text = value.text, Text(text).count > 255 {
            rules.messages.append("\(label) is too long (maximum is 255 characters)")
        }
        if !HealthCheckChange.isPath(value.text ?? "") { rules.messages.append("\(label) must be a valid URI path") }
    }

    /// Begins with one slash and has no blanks (`cloud_controller_ng lib/utils/uri_utils.rb`).
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && !text.hasPrefix("//") && !text.unicodeScalars.contains { $0.properties.isWhitespace }
    }

    /// A type other than http clears the endpoint and drops the one sent along; the times belong to the process, not the type.
    func applied(to check: HealthCheck) -> HealthCheck {
        var result = check
        if let timeout { result.timeout = timeout }
        if let invocationTimeout { result.invocationTimeout = invocationTimeout }
        if let interval { result.interval = interval }
        if let endpoint { result.endpoint = endpoint }
        if let type {
            result.type = type
            if type != "http" { result.endpoint = nil }
        }
        return result
    }
}
