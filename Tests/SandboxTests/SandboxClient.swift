import AsyncHTTPClient
import NIOCore
import NIOHTTP1

@testable import Sandbox

/// Sends requests to a sandbox as they are, in this process or over a socket.
struct SandboxClient: Sendable {
    /// What came back.
    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    /// Nothing came back, or not all of it.
    struct Unanswered: Error {}

    /// What the sandbox calls itself.
    let url: String
    private let deliver: @Sendable (IncomingRequest) async throws -> Answer

    func send(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        _ body: [UInt8] = []
    ) async throws -> Answer {
        try await deliver(IncomingRequest(method, target, headers: headers, body: body))
    }

    func send(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        _ body: String
    ) async throws -> Answer {
        try await send(method, target, headers: headers, Array(body.utf8))
    }

    /// Straight to the store; slow answers wait for its clock.
    static func inProcess(_ store: Store) -> SandboxClient {
        SandboxClient(url: "http://127.0.0.1") { request in
            switch try await store.respond(to: request, wait: { try await store.wait(seconds: $0) }) {
            case .answer(let answer):
                let body = request.method == "HEAD" ? [] : answer.body
                return Answer(status: answer.status, headers: answer.headers, body: body)
            case .truncated, .reset, .never: throw Unanswered()
            }
        }
    }

    /// Over HTTP, for as long as the body takes.
    static func overSocket<T>(_ store: Store, _ body: (SandboxClient) async throws -> T) async throws -> T {
        try await withSandbox(store: store, options: store.options) { sandbox in
            try await body(
                SandboxClient(url: sandbox.url) { request in
                    var message = HTTPClientRequest(url: sandbox.url + request.target)
                    message.method = HTTPMethod(rawValue: request.method)
                    for header in request.headers { message.headers.add(name: header.name, value: header.value) }
                    if !request.body.isEmpty { message.body = .bytes(request.body) }
                    let response = try await HTTPClient.shared.execute(message, timeout: .seconds(60))
                    return Answer(
                        status: Int(response.status.code),
                        headers: response.headers.map { ($0.name, $0.value) },
                        body: Array(try await response.body.collect(upTo: 64 * 1024 * 1024).readableBytesView)
                    )
                }
            )
        }
    }
}
