/// One line of the route table.
struct Route: Sendable {
    typealias Handler = @Sendable (isolated Store, Call) throws(Refusal) -> Answer

    /// Who may come in.
    enum Entry: Sendable {
        case anyone
        /// A valid token, with the scope to read or to write.
        case token
    }

    let method: String
    let segments: [String]
    let entry: Entry
    let handler: Handler

    init(_ method: String, _ path: String, _ entry: Entry = .token, _ handler: @escaping Handler) {
        self.method = method
        segments = Route.segments(of: path)
        self.entry = entry
        self.handler = handler
    }

    /// The values of the route's `:names`, or nil when it is another route.
    func match(_ method: String, _ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        guard self.method == method || (method == "HEAD" && self.method == "GET") else { return nil }
        var parameters: [String: String] = [:]
        for (pattern, segment) in zip(segments, path) {
            if pattern.hasPrefix(":") {
                parameters[String(pattern.dropFirst())] = PercentEncoding.decode(segment.utf8) ?? segment
            } else if pattern != segment {
                return nil
            }
        }
        return parameters
    }

    /// The parts of a path: doubled and trailing slashes and a final `.json` do not count.
    static func segments(of path: String) -> [String] {
        var segments = path.split(separator: "/").map(String.init)
        if let last = segments.last, last.hasSuffix(".json") { segments[segments.count - 1] = String(last.dropLast(5)) }
        return segments
    }
}
