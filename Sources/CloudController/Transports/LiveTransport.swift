import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
package import Reconciliation
import Synchronization

/// Talks to the network.
///
/// It repeats nothing but what was sent on a connection that the server had closed meanwhile, and follows no redirects: a token or a
/// write would travel to a host that nobody named.
package struct LiveTransport: HTTPTransport {
    package struct Settings: Sendable {
        package var connectTimeout: Duration = .seconds(10)
        /// From sending a request to the last byte of its answer.
        package var requestTimeout: Duration = .seconds(60)
        /// PEM files with certificates that are trusted besides the roots.
        package var certificatePaths: [String] = []
        package var roots = TrustedRoots()
        package var skipsValidation = false
        package var proxies = ProxyRules()
        package var userAgent = "evenkeel"
        /// Bytes; a list of 5000 resources is about 10 MB.
        package var largestBody = 256 * 1024 * 1024
        /// Requests in flight at a time.
        package var connections = 10

        package init() {}
    }

    private let settings: Settings
    private let direct: Clients
    /// The same but through the proxy; nil without one.
    private let proxied: Clients?
    /// Why the roots cannot be read; told when somebody has to be trusted.
    private let rootsProblem: PlatformError?
    /// Whether the proxy has led anywhere yet.
    private let tunnels = Tunnels()

    /// Fails when the certificates of `certificatePaths` cannot be read.
    package init(_ settings: Settings) throws(PlatformError) {
        self.settings = settings
        var tls = try LiveTransport.tls(settings)
        do throws(PlatformError) {
            if !settings.skipsValidation, let roots = try settings.roots.certificates() {
                tls.trustRoots = .certificates(roots)
            }
            rootsProblem = nil
        } catch {
            rootsProblem = error
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(min(settings.connectTimeout, settings.requestTimeout))),
            // Most often closed before the servers in front of the API close it.
            connectionPool: .init(
                idleTimeout: .seconds(15),
                concurrentHTTP1ConnectionsPerHostSoftLimit: max(1, settings.connections)
            )
        )
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { ConnectionWatch.add(to: $0) }
        direct = Clients(configuration)
        if let proxy = settings.proxies.proxy {
            configuration.proxy = HTTPClient.Configuration.Proxy(proxy)
            configuration.http1_1ConnectionDebugInitializer = { [tunnels] channel in
                tunnels.isAnyOpened.store(true, ordering: .relaxed)
                return ConnectionWatch.add(to: channel)
            }
            proxied = Clients(configuration)
        } else {
            proxied = nil
        }
    }

    /// Closes every connection; nothing can be sent afterwards.
    package func shutdown() async {
        await direct.shutdown()
        await proxied?.shutdown()
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        var limit = request.timeout.map { min($0, settings.requestTimeout) } ?? settings.requestTimeout
        if let deadline = request.deadline {
            limit = min(limit, deadline - ContinuousClock.now)
            guard limit > .zero else {
                throw PlatformError(.timedOut, cause: "it was too late to send it").about(request).neverSent
            }
        }
        return try await send(request, within: limit)
    }

    private func send(
        _ request: TransportRequest,
        within limit: Duration
    ) async throws(PlatformError) -> TransportResponse {
        let message = message(for: request)
        if request.endpoint.scheme == "https", let rootsProblem { throw rootsProblem }
        let proxy = try settings.proxies.proxy(for: request.endpoint)
        let clients = proxy == nil ? direct : proxied ?? direct
        let largestBody = settings.largestBody
        // The client's own deadline ends with the head of the answer; this one covers the body too.
        let outcome = await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                guard request.isRepeatable else {
                    return await LiveTransport.outcome(of: message, over: clients.fresh, largestBody)
                }
                let first = await LiveTransport.outcome(of: message, over: clients.keeping, largestBody)
                guard case .failed(let facts) = first, facts.wasLate else { return first }
                return await LiveTransport.outcome(of: message, over: clients.fresh, largestBody)
            }
            group.addTask {
                do { try await ContinuousClock().sleep(for: limit) } catch { return .cancelled }
                return .timedOut
            }
            let first = await group.next() ?? .cancelled
            group.cancelAll()
            if case .answered = first { return first }
            return Task.isCancelled ? .cancelled : first
        }
        switch outcome {
        case .answered(let response): return response
        case .cancelled: throw PlatformError(.cancelled).about(request)
        case .failed(let facts): throw facts.error(for: request, through: proxy)
        case .timedOut:
            var error = PlatformError(.timedOut, cause: "no complete answer within \(limit.inSeconds)")
            if let proxy, !tunnels.isAnyOpened.load(ordering: .relaxed) {
                error.cause = "no connection within \(limit.inSeconds)"
                error.place = proxy.shown
                error.help = proxy.help
                error.wasSent = false
            }
            throw error.about(request)
        }
    }

    private static func outcome(
        of message: HTTPClientRequest,
        over client: HTTPClient,
        _ largestBody: Int
    ) async -> Outcome {
        do {
            let response = try await client.execute(message, deadline: .distantFuture)
            do {
                let body = try await response.body.collect(upTo: largestBody)
                return .answered(TransportResponse(response, body: body))
            } catch {
                throw ExchangeFailure(reason: error, isWithinAnswer: true)
            }
        } catch {
            return .failed(FailureFacts(error, largestBody: largestBody))
        }
    }

    private enum Outcome: Sendable {
        case answered(TransportResponse)
        case failed(FailureFacts)
        case timedOut
        case cancelled
    }

    private func message(for request: TransportRequest) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: request.endpoint.url + request.path)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: "User-Agent", value: settings.userAgent)
        for header in request.headers { message.headers.add(name: header.name, value: header.value) }
        if let body = request.body { message.body = .bytes(body) }
        return message
    }

    private static func tls(_ settings: Settings) throws(PlatformError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if settings.skipsValidation { configuration.certificateVerification = .none }
        for path in settings.certificatePaths {
            let certificates = try CertificateFile.certificates(in: path, of: "--ca-cert")
            configuration.additionalTrustRoots.append(.certificates(certificates))
        }
        return configuration
    }
}

/// Two ways to the same hosts.
private struct Clients: Sendable {
    /// Keeps connections for the next request.
    let keeping: HTTPClient
    /// Opens a connection for each request: one that must not be sent twice is not sent on a connection that the server may be closing.
    let fresh: HTTPClient

    init(_ configuration: HTTPClient.Configuration) {
        keeping = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var configuration = configuration
        configuration.maximumUsesPerConnection = 1
        fresh = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async {
        // What can go wrong here is a request still in flight, which nobody waits for any more.
        try? await keeping.shutdown()
        try? await fresh.shutdown()
    }
}

private final class Tunnels: Sendable {
    let isAnyOpened = Atomic(false)
}

extension HTTPClient.Configuration.Proxy {
    fileprivate init(_ proxy: Proxy) {
        self =
            switch proxy.kind {
            case .http:
                .server(
                    host: proxy.host,
                    port: proxy.port,
                    authorization: proxy.basicCredentials.map { .basic(credentials: $0) }
                )
            case .socks: .socksServer(host: proxy.host, port: proxy.port)
            }
    }
}

extension TransportResponse {
    fileprivate init(_ response: HTTPClientResponse, body: ByteBuffer) {
        self.init(
            status: Int(response.status.code),
            headers: response.headers.map { TransportRequest.Header($0.name, $0.value) },
            body: Array(body.readableBytesView)
        )
    }
}

extension Duration {
    /// `60 s`, `0.25 s`.
    var inSeconds: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
