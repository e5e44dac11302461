import NIOCore
import NIOHTTP1
import NIOPosix

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
                // The server in front of the store leaves it out.
                let body = request.method == "HEAD" ? [] : answer.body
                return Answer(status: answer.status, headers: answer.headers, body: body)
            case .truncated, .reset, .never: throw Unanswered()
            }
        }
    }

    /// Over HTTP, for as long as the body takes, with a connection for each request.
    ///
    /// The target goes out as it is: clients with types for URLs mend what is broken in it.
    static func overSocket<T>(_ store: Store, _ body: (SandboxClient) async throws -> T) async throws -> T {
        try await withSandbox(store: store, options: store.options) { sandbox in
            let port = sandbox.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
            return try await body(
                SandboxClient(url: sandbox.url) { request in
                    try await connect(to: port).executeThenClose { answers, requests in
                        try await send(request, to: requests)
                        return try await receive(from: answers)
                    }
                }
            )
        }
    }
}

// MARK: - One request on one connection

extension SandboxClient {
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private static func connect(to port: Int) async throws -> Connection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
    }

    private static func send(
        _ request: IncomingRequest,
        to requests: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target)
        head.headers.add(name: "Host", value: "127.0.0.1")
        for header in request.headers { head.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { head.headers.add(name: "Content-Length", value: "\(request.body.count)") }
        try await requests.write(.head(head))
        if !request.body.isEmpty { try await requests.write(.body(.byteBuffer(ByteBuffer(bytes: request.body)))) }
        try await requests.write(.end(nil))
    }

    private static func receive(
        from answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    ) async throws -> Answer {
        var head: HTTPResponseHead?
        var bytes: [UInt8] = []
        for try await part in answers {
            switch part {
            case .head(let received): head = received
            case .body(let buffer): bytes += buffer.readableBytesView
            case .end:
                guard let head else { throw Unanswered() }
                return Answer(
                    status: Int(head.status.code),
                    headers: head.headers.map { ($0.name, $0.value) },
                    body: bytes
                )
            }
        }
        throw Unanswered()
    }
}
