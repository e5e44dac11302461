package import Reconciliation

/// Lets a number of requests through at a time; the others wait in order.
///
/// The connection pool would fail a request that waits for a connection longer than the connect time-out, and on a slow
/// server with many lists in flight that is not long.
package struct BoundedTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let permits: Permits

    package init(_ next: any HTTPTransport, limit: Int) {
        self.next = next
        permits = Permits(limit)
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        guard await permits.acquire() else { throw PlatformError(.cancelled).about(request).neverSent }
        let result = await attempted { () async throws(PlatformError) in try await next.send(request) }
        await permits.release()
        return try result.get()
    }
}

/// A counting semaphore for tasks.
private actor Permits {
    private var free: Int
    private var nextTicket = 0
    private var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []

    init(_ count: Int) {
        free = max(1, count)
    }

    /// False when the task was cancelled; then nothing was acquired.
    func acquire() async -> Bool {
        if Task.isCancelled { return false }
        if free > 0 {
            free -= 1
            return true
        }
        let ticket = nextTicket
        nextTicket += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: false)
                } else {
                    waiting.append((ticket, continuation))
                }
            }
        } onCancel: {
            Task { await self.cancel(ticket) }
        }
    }

    func release() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().continuation.resume(returning: true)
    }

    private func cancel(_ ticket: Int) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }
}
