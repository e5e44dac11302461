import Diagnostics

// The way of a request, in the server's order: rate limit, route, token, scope, body, controller.
extension Store {
    /// Writes a request down, and finds the trouble that it meets, unless it is given.
    func receive(_ request: IncomingRequest, meeting given: Fault? = nil) -> (entry: Int, fault: Fault?) {
        if options.secondsPerRequest > 0 { advance(by: options.secondsPerRequest) }
        let entry = enterInJournal(request)
        let fault = given ?? takeFault(for: request)
        if fault != nil { noteFault(on: entry) }
        return (entry, fault)
    }

    /// Executes a request, and completes its entry in the journal.
    func answer(_ request: IncomingRequest, completing entry: Int?) -> Answer {
        let answer = answer(request)
        if let entry { completeJournal(entry, status: answer.status) }
        return answer
    }

    /// Executes a request as if the runtime were in another mode.
    func answer(_ request: IncomingRequest, completing entry: Int?, withRuntime mode: RuntimeState.Mode) -> Answer {
        settle()
        let (isAvailable, refusesContent) = (runtime.isAvailable, runtime.refusesContent)
        runtime.set(mode)
        defer { (runtime.isAvailable, runtime.refusesContent) = (isAvailable, refusesContent) }
        return answer(request, completing: entry)
    }

    /// Executes a request and answers it, without the trouble that faults make.
    package func answer(_ request: IncomingRequest) -> Answer {
        settle()
        var answer = answerWithoutRequestID(request)
        // the web server refuses it before there is an id
        if request.query.utf8.count > Store.longestQuery { return answer }
        answer.headers.append((name: "X-VCAP-Request-ID", value: requestID(for: request)))
        return answer
    }

    /// What Puma takes (`puma ext/puma_http11/puma_http11.c`).
    private static let longestQuery = 10_240

    private func longQuery(_ request: IncomingRequest) -> String {
        "Puma caught this error: HTTP element QUERY_STRING is longer than the (1024 * 10) allowed length "
            + "(was \(request.query.utf8.count)) (Puma::HttpParserError)\n"
    }

    private func answerWithoutRequestID(_ request: IncomingRequest) -> Answer {
        if request.path == "/oauth/token" {
            guard request.method == "POST" else {
                return TokenRefusal(status: 405, error: "method_not_allowed", description: "use POST").answer
            }
            return issueToken(request)
        }
        if request.query.utf8.count > Store.longestQuery {
            return Answer(status: 400, body: Array(longQuery(request).utf8))
        }
        let sender = sender(of: request)
        let hasInvalidToken = sender == nil && bearer(request) != nil
        switch limitRate(request, sender, hasInvalidToken: hasInvalidToken) {
        case .unlimited: return route(request, sender)
        case .limited(let headers): return route(request, sender).adding(headers)
        case .refused(let answer): return answer
        }
    }

    private func route(_ request: IncomingRequest, _ sender: Identity?) -> Answer {
        let segments = Route.segments(of: request.path)
        for route in Routes.all {
            guard let parameters = route.match(request.method, segments) else { continue }
            let path = "/" + segments.joined(separator: "/")
            do throws(Refusal) {
                return try execute(route, request, sender, path, parameters)
            } catch {
                return error.answer
            }
        }
        return segments.first == "v3" ? Refusal.unknownRequest.answer : Refusal.unknownRequest.answerInOldForm
    }

    private func execute(
        _ route: Route,
        _ request: IncomingRequest,
        _ sender: Identity?,
        _ path: String,
        _ parameters: [String: String]
    ) throws(Refusal) -> Answer {
        // broken encodings trip the server up
        guard let query = Query(request.query) else { throw .unknownError }
        if query.parameters.contains(where: { query.text($0.name)?.utf8.contains(0) ?? false }) { throw .unknownError }
        if case .token = route.entry {
            guard let sender else { throw bearer(request) == nil ? .notAuthenticated : .invalidToken }
            guard request.isWrite ? sender.mayWrite : sender.mayRead else { throw .notAuthorized }
        }
        let body: JSONObject
        switch try RequestBody.read(request) {
        case .object(let object): body = object
        case .notAcceptable: return Answer(status: 406, headers: [("Content-Type", "text/html; charset=UTF-8")])
        }
        let call = Call(
            method: request.method,
            path: path,
            parameters: parameters,
            query: query,
            identity: sender ?? .nobody,
            body: body,
            request: request
        )
        return try route.handler(self, call)
    }

    /// Whose token came along; nil without a valid one.
    func sender(of request: IncomingRequest) -> Identity? {
        bearer(request).flatMap { tokens.identity(access: $0, now: now) }
    }

    private func bearer(_ request: IncomingRequest) -> String? {
        guard let header = request.header("authorization"), header.lowercased().hasPrefix("bearer") else { return nil }
        return header.dropFirst(6).split(separator: " ").joined()
    }

    /// The request's own id, cleaned, with ours behind it (`cloud_controller_ng middleware/vcap_request_context_setter.rb`).
    private func requestID(for request: IncomingRequest) -> String {
        let own = makeGUID()
        guard let given = request.header("x-vcap-request-id") ?? request.header("x-request-id") else { return own }
        let allowed = given.utf8.filter { byte in
            MetadataRules.isNameCharacter(byte) && byte != UInt8(ascii: ".")
        }
        return String(decoding: allowed.prefix(255), as: UTF8.self) + "::" + own
    }
}

/// The body as Rails reads it.
enum RequestBody {
    case object(JSONObject)
    /// The content type cannot be read.
    case notAcceptable

    /// What Rails takes for JSON (`Mime::Type.register "application/json"`).
    private static let jsonTypes = ["application/json", "text/x-json", "application/jsonrequest", "application/jsond"]

    static func read(_ request: IncomingRequest) throws(Refusal) -> RequestBody {
        guard request.isWrite else { return .object(JSONObject()) }
        let type = (request.header("content-type") ?? "").prefix { $0 != ";" }
        guard type.isEmpty || type.contains("/") else { return .notAcceptable }
        if type == "application/x-www-form-urlencoded" { return .object(try form(request.body)) }
        // what is not called JSON is not looked at
        guard jsonTypes.contains(String(type)), !request.body.isEmpty else { return .object(JSONObject()) }
        let value: JSONValue
        do throws(JSONParser.Failure) {
            value = try JSONParser.parse(request.body)
        } catch {
            throw error.isOfEncoding ? .unknownError : .unparsable
        }
        guard let object = value.object else { return .object(JSONObject([(name: "_json", value: value)])) }
        // Rails wraps bodies under this key, and leaves one alone that has it
        return .object(object["body"]?.object ?? object)
    }

    private static func form(_ bytes: [UInt8]) throws(Refusal) -> JSONObject {
        guard let form = Query(String(decoding: bytes, as: UTF8.self)) else { throw .unparsable }
        return JSONObject(form.parameters.map { (name: $0.name, value: .text(form.text($0.name) ?? "")) })
    }
}
