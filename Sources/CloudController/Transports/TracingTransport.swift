package import Logging
package import Reconciliation

/// Tells the log what was sent and what came back: method, path, status, duration, request id.
///
/// Neither headers nor bodies are ever logged: they hold tokens, passwords and values from secrets files.
package struct TracingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let logger: Logger
    private let clock: any Clock<Duration>

    package init(_ next: any HTTPTransport, logger: Logger, clock: any Clock<Duration> = ContinuousClock()) {
        self.next = next
        self.logger = logger
        self.clock = clock
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        guard logger.logLevel <= .debug else { return try await next.send(request) }
        logger.trace("\(request.method.rawValue) \(request.shownPath) ...")
        var result: Result<TransportResponse, PlatformError> = .failure(PlatformError(.cancelled))
        let duration = await clock.measure {
            result = await attempted { () async throws(PlatformError) in try await next.send(request) }
        }
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let shown = "\((seconds * 1000).rounded() / 1000) s"
        switch result {
        case .success(let response):
            let identifier = response.requestID.map { " (request \(ServerWords.cleaned($0)))" } ?? ""
            logger.debug(
                "\(request.method.rawValue) \(request.shownPath): \(response.status), \(response.body.count) bytes in \(shown)\(identifier)"
            )
        case .failure(let error):
            logger.debug("\(request.method.rawValue) \(request.shownPath): \(error.code) after \(shown)")
        }
        return try result.get()
    }
}
