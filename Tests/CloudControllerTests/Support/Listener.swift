import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that treats bytes as the test says, on whatever port is free.
struct Listener {
    /// What becomes of the bytes of a connection.
    enum Behaviour: Sendable {
        /// Answers each request with these bytes.
        case answer(String)
        /// Answers with these bytes and closes.
        case answerAndClose(String)
        /// Accepts and says nothing.
        case silence
        /// Closes as soon as a request arrives.
        case close
        /// Answers the first request of a connection with these bytes, and closes when the next one comes.
        case answerOnce(String)
    }

    let port: Int
    private let channel: any Channel
    private let connections: Connections

    var connectionCount: Int { connections.count }

    /// Everything that all connections sent, as text.
    var received: String { connections.received }

    /// Listens while `body` runs.
    @discardableResult static func with<Value>(
        _ behaviour: Behaviour,
        tls: NIOSSLContext? = nil,
        _ body: (Listener) async throws -> Value
    ) async throws -> Value {
        let connections = Connections()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(behaviour, connections))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let listener = Listener(port: channel.localAddress?.port ?? 0, channel: channel, connections: connections)
        do {
            let value = try await body(listener)
            try await channel.close()
            return value
        } catch {
            try await channel.close()
            throw error
        }
    }

    /// A port on which nobody listens.
    static func unusedPort() async throws -> Int {
        try await with(.silence) { $0.port }
    }

    private final class Connections: Sendable {
        private let state = Mutex<(count: Int, received: String)>((0, ""))
        var count: Int { state.withLock { $0.count } }
        var received: String { state.withLock { $0.received } }
        func opened() { state.withLock { $0.count += 1 } }
        func received(_ text: String) { state.withLock { $0.received += text } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let behaviour: Behaviour
        private let connections: Connections
        private var answers = 0

        init(_ behaviour: Behaviour, _ connections: Connections) {
            self.behaviour = behaviour
            self.connections = connections
        }

        func channelActive(context: ChannelHandlerContext) {
            connections.opened()
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            connections.received(String(buffer: unwrapInboundIn(data)))
            switch behaviour {
            case .silence: break
            case .close: context.close(promise: nil)
            case .answer(let text): write(text, context)
            case .answerOnce(let text):
                if answers == 0 { write(text, context) } else { context.close(promise: nil) }
                answers += 1
            case .answerAndClose(let text):
                write(text, context)
                context.close(promise: nil)
            }
        }

        /// A client that does not trust the certificate ends the connection; that is what the test is about.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}
