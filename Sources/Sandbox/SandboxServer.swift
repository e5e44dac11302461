import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// The simulated Cloud Controller and token endpoint, over HTTP.
package struct SandboxServer: Sendable {
    package struct Options: Sendable {
        package var host: String
        /// 0 takes any free port.
        package var port: Int
        package var clock: SandboxClock
        package var guids: GUIDSource
        /// Seconds by which every request moves the clock on, so that what is waited for happens however short the wait.
        package var secondsPerRequest = 0
        /// Seconds for which an access token is valid.
        package var tokenLifetime: Int
        package var refreshTokenLifetime: Int
        package var rateLimit: RateLimit?
        package var faults: [Fault]
        /// The URL of links, when it is not the address that the server listens on.
        package var externalURL: String?
        /// Called for every request once its answer is known; for one that gets none, once it has been executed or dropped.
        package var onRequest: (@Sendable (JournalEntry) -> Void)?

        package init(
            host: String = "127.0.0.1",
            port: Int = 0,
            clock: SandboxClock = .system,
            guids: GUIDSource = .random,
            tokenLifetime: Int = 600,
            refreshTokenLifetime: Int = 2_592_000,
            rateLimit: RateLimit? = nil,
            faults: [Fault] = [],
            externalURL: String? = nil,
            onRequest: (@Sendable (JournalEntry) -> Void)? = nil
        ) {
            self.host = host
            self.port = port
            self.clock = clock
            self.guids = guids
            self.tokenLifetime = tokenLifetime
            self.refreshTokenLifetime = refreshTokenLifetime
            self.rateLimit = rateLimit
            self.faults = faults
            self.externalURL = externalURL
            self.onRequest = onRequest
        }

        /// The URL under which clients reach the server, which stands in its links.
        package func url(port: Int) -> String {
            if let externalURL { return externalURL }
            return switch host {
            // an address to listen on, not one to connect to
            case "0.0.0.0": "http://127.0.0.1:\(port)"
            case "::": "http://[::1]:\(port)"
            default: host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
            }
        }

        /// A clock that stands still and the same guids every time.
        package static let testing = Options(clock: .manual, guids: .seeded(1))
    }

    package let store: Store
    private let options: Options

    package init(seed: Seed, options: Options = Options()) {
        self.init(store: Store(seed: seed, options: options), options: options)
    }

    package init(store: Store, options: Options) {
        self.store = store
        self.options = options
    }

    /// Listens until the task is cancelled.
    package func run(onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
        let (responder, options) = (SandboxResponder(store: store), options)
        var logger = Logger(label: "sandbox")
        logger.logLevel = .critical
        let server = Server(
            childChannelSetup: HTTP1Channel { request, writer, channel in
                let response = try await responder.response(to: request, on: channel)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: ServerConfiguration(address: .hostname(options.host, port: options.port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                await responder.store.serve(at: options.url(port: port))
                await onReady(port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
        do {
            try await server.run()
        } catch let error as IOError {
            throw ListenFailure(error, options)
        } catch let error as SocketAddressError.UnknownHost {
            throw ListenFailure(error, options)
        }
    }
}
