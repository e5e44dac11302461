import AsyncHTTPClient

import NIOCore
import NIOHTTP1

/// Requests past Evenkeel, as somebody else sends them.
enum HTTP {
    static func get(_ url: String, token: String) async throws -> String {
        try await send("GET", url, token: token)
    }

    static func send(_ method: String, _ url: String, token: String, body: String? = nil) async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        request.headers.add(name: "Authorization", value: "bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        return String(buffer: try await response.body.collect(upTo: 64 * 1024 * 1024))
    }
}
