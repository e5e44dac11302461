/// Reads faults as they are written for `--faults` and `POST /sandbox/faults`: one object, or a list of them.
enum FaultReading {
    struct Failure: Error {
        let message: String
    }

    static let keys = [
        "method", "path", "query", "when", "skip", "times", "status", "headers", "body", "content_type", "reset",
        "truncate",
        "delay_seconds", "never",
    ]

    static func faults(_ value: JSONValue) throws(Failure) -> [Fault] {
        guard let list = value.list else { return [try fault(value)] }
        var faults: [Fault] = []
        for element in list { faults.append(try fault(element)) }
        return faults
    }

    private static func fault(_ value: JSONValue) throws(Failure) -> Fault {
        guard let object = value.object else { throw Failure(message: "a fault is an object") }
        if let unknown = object.names.first(where: { !keys.contains($0) }) {
            throw Failure(message: "a fault has no key `\(unknown)`")
        }
        guard let path = object["path"]?.text else { throw Failure(message: "a fault needs `path`, a text") }
        var moment = Fault.Moment.beforeCommit
        if let when = object["when"] {
            guard let known = when.text.flatMap(Fault.Moment.init(rawValue:)) else {
                throw Failure(message: "`when` is `before_commit` or `after_commit`")
            }
            moment = known
        }
        let times: Int? =
            switch object["times"] {
            case nil: 1
            case .null: nil
            case let given?: try count("times", given)
            }
        return Fault(
            method: object["method"]?.text,
            path: path,
            query: pairs(object["query"]),
            moment: moment,
            skip: try object["skip"].map { value throws(Failure) in try count("skip", value) } ?? 0,
            times: times,
            try trouble(object)
        )
    }

    private static func trouble(_ object: JSONObject) throws(Failure) -> Fault.Trouble {
        if let status = object["status"] { return answer(try count("status", status), object) }
        if case .bool(true) = object["reset"] { return .reset }
        if case .bool(true) = object["truncate"] { return .truncated }
        if case .bool(true) = object["never"] { return .never }
        if let delay = object["delay_seconds"] { return .slow(seconds: try count("delay_seconds", delay)) }
        throw Failure(message: "a fault needs one of `status`, `reset`, `truncate`, `delay_seconds`, `never`")
    }

    private static func answer(_ status: Int, _ object: JSONObject) -> Fault.Trouble {
        var headers = pairs(object["headers"])
        let body = object["body"]
        var bytes: [UInt8] = []
        var type: String?
        switch body {
        case nil, .null: break
        case .text(let text):
            bytes = Array(text.utf8)
            type = "text/plain; charset=utf-8"
        case let value?:
            bytes = value.bytes
            type = Answer.jsonType
        }
        if let type = object["content_type"]?.text ?? type { headers.append(("Content-Type", type)) }
        return .answer(status: status, headers: headers, body: bytes)
    }

    private static func count(_ name: String, _ value: JSONValue) throws(Failure) -> Int {
        guard let number = value.integer, number >= 0 else {
            throw Failure(message: "`\(name)` is a whole number of 0 or more")
        }
        return number
    }

    private static func pairs(_ value: JSONValue?) -> [(name: String, value: String)] {
        (value?.object?.members ?? []).map {
            ($0.name, $0.value.text ?? String(decoding: $0.value.bytes, as: UTF8.self))
        }
    }
}
