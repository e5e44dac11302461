import Foundation

@testable import Sandbox

/// A request to a Cloud Controller 3.228.0 and what it answered.
struct RecordedExchange: Sendable {
    struct Response: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        /// nil when there was none, or when it was no JSON.
        let json: JSONValue?
        let text: String?

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    /// File and name, which together are unique: `02-lookups/org-get`.
    let id: String
    let method: String
    /// Path with query.
    let target: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    /// nil when the answer was not kept.
    let response: Response?

    var file: String { String(id.prefix { $0 != "/" }) }
    var path: String { String(target.prefix { $0 != "?" }) }
}

/// The recorded files.
enum Recording {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Recordings")

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse([UInt8](Data(contentsOf: folder.appending(path: name + ".json"))))
    }

    static func exchanges(_ file: String) throws -> [RecordedExchange] {
        try (json(file).list ?? []).map { RecordedExchange($0, file: file) }
    }
}

extension RecordedExchange {
    init(_ value: JSONValue, file: String) {
        let request = value["request"]
        id = "\(file)/\(value["name"]?.text ?? "")"
        method = request?["method"]?.text ?? ""
        target = request?["path"]?.text ?? ""
        headers = (request?["headers"]?.object?.members ?? []).map { ($0.name, $0.value.text ?? "") }
        if let raw = request?["raw_body"]?.text {
            body = RecordedExchange.bytes(raw)
        } else {
            body = request?["body"].flatMap { $0.isNull ? nil : $0.bytes } ?? []
        }
        response = value["response"].flatMap { $0.isNull ? nil : Response($0) }
    }

    /// Bytes that are no JSON were written down one character each.
    private static func bytes(_ raw: String) -> [UInt8] {
        let scalars = raw.unicodeScalars
        return scalars.allSatisfy { $0.value < 256 } ? scalars.map { UInt8($0.value) } : Array(raw.utf8)
    }
}

extension RecordedExchange.Response {
    init(_ value: JSONValue) {
        status = value["status"]?.integer ?? 0
        headers = (value["headers"]?.list ?? []).map { ($0.list?.first?.text ?? "", $0.list?.last?.text ?? "") }
        json = value["body"].flatMap { $0.isNull ? nil : $0 }
        text = value["raw_body"]?.text
    }
}
