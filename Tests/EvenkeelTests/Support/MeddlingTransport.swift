import CloudController
import Reconciliation

/// The sandbox without a socket, with something that happens before some requests are handed on, or in place of that.
struct MeddlingTransport: HTTPTransport {
    let next: any HTTPTransport
    /// Throws what the client is told of the network.
    let before: @Sendable (TransportRequest) async throws(PlatformError) -> Void

    init(
        _ next: any HTTPTransport,
        before: @escaping @Sendable (TransportRequest) async throws(PlatformError) -> Void
    ) {
        self.next = next
        self.before = before
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        try await before(request)
        return try await next.send(request)
    }
}
