import Diagnostics

/// A request as it came in, before anything is made of it.
package struct IncomingRequest: Sendable {
    package var method: String
    /// Path with query, as on the request line.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String { String(target.drop { $0 != "?" }.dropFirst()) }
    var isWrite: Bool { method != "GET" && method != "HEAD" }
}

/// A request that has found its route and whose sender is known.
struct Call: Sendable {
    let method: String
    /// The path without doubled and trailing slashes.
    let path: String
    let parameters: [String: String]
    let query: Query
    let identity: Identity
    let body: JSONObject
    let request: IncomingRequest

    /// What stands in the path at `:name`.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }
}
