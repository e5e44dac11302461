import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP/1.1 connection that is kept, with one request at a time.
struct Connection {
    struct Answer {
        var status = 0
        var bytes = 0
    }

    private let outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    private var inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    fileprivate init(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Sends a request and reads its answer to the end.
    mutating func send(_ method: String, _ path: String, token: String, body: String = "") async throws -> Answer {
        var head = HTTPRequestHead(version: .http1_1, method: .RAW(value: method), uri: path)
        head.headers.add(name: "Host", value: "127.0.0.1")
        head.headers.add(name: "Authorization", value: "bearer \(token)")
        try await outbound.write(.head(head.withLength(of: body)))
        if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body)))) }
        try await outbound.write(.end(nil))
        var answer = Answer()
        while let part = try await inbound.next(isolation: #isolation) {
            switch part {
            case .head(let head): answer.status = Int(head.status.code)
            case .body(let bytes): answer.bytes += bytes.readableBytes
            case .end: return answer
            }
        }
        throw Unexpected(what: "the connection was closed")
    }
}

extension HTTPRequestHead {
    fileprivate func withLength(of body: String) -> HTTPRequestHead {
        guard !body.isEmpty else { return self }
        var head = self
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: String(body.utf8.count))
        return head
    }
}

/// Opens a connection for as long as the body takes.
func withConnection(to port: Int, _ body: (inout Connection) async throws -> Void) async throws {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                    wrappingChannelSynchronously: channel
                )
            }
        }
    try await channel.executeThenClose { inbound, outbound in
        var connection = Connection(inbound, outbound)
        try await body(&connection)
    }
}
