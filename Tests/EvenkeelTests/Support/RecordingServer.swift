import Hummingbird
import NIOCore
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
        let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
            let headers = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
            server.received.withLock { $0.append("\(request.method) \(request.uri) \(headers)") }
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "{}")))
        }
        let application = Application(
            responder: responder,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            defer { group.cancelAll() }
            try await body(server, "http://127.0.0.1:\(port)")
        }
    }
}
