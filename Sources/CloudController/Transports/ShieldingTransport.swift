package import Reconciliation

/// A write that is on its way ends, also when the work is cancelled meanwhile: its answer says whether it has happened.
///
/// Reads and logins end at once.
package struct ShieldingTransport: HTTPTransport {
    private let next: any HTTPTransport

    package init(_ next: any HTTPTransport) {
        self.next = next
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        guard request.audience == .api, request.method != .get else { return try await next.send(request) }
        guard !Task.isCancelled else { throw PlatformError(.cancelled).about(request).neverSent }
        let next = next
        // A task of its own is not cancelled with the one that waits for it.
        return try await Task { await attempted { () async throws(PlatformError) in try await next.send(request) } }
            .value.get()
    }
}
