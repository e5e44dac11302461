import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that nobody should come to; it remembers who did.
final class RecordingServer: Sendable {
    private let received = Mutex<[String]>([])

    /// Method, path and every header, a line each request.
    var requests: [String] { received.withLock { $0 } }

    /// Runs one while the body does; the body gets its URL.
    static func run(_ body: @Sendable @escaping (RecordingServer, _ url: String) async throws -> Void) async throws {
        let server = RecordingServer()
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "recording")
        logger.logLevel = .critical
        let listener = Server(
            childChannelSetup: HTTP1Channel { request, writer, _ in
                server.record(request)
                let answer = Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "{}")))
                try await writer.write(response: answer.head, body: answer.body)
            },
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            defer { group.cancelAll() }
            try await body(server, "http://127.0.0.1:\(port)")
        }
    }

    private func record(_ request: Request) {
        let headers = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
        received.withLock { $0.append("\(request.method) \(request.uri) \(headers)") }
    }
}
