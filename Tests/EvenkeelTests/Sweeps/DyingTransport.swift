import CloudController
import Reconciliation
import Synchronization

@testable import Sandbox

/// The way to a sandbox of a client that dies at one of its requests: from then on nothing reaches the server any more, and no
/// answer comes back.
final class DyingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private let fatal: Int
    private let moment: Fault.Moment
    private let sent = Mutex(0)

    /// - Parameters:
    ///   - request: the last one, counted from 1.
    ///   - moment: whether the server executes it.
    init(_ next: any HTTPTransport, at request: Int, _ moment: Fault.Moment) {
        self.next = next
        fatal = request
        self.moment = moment
    }

    var hasDied: Bool { sent.withLock { $0 >= fatal } }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let number = sent.withLock { sent in
            sent += 1
            return sent
        }
        if number < fatal { return try await next.send(request) }
        if number == fatal, moment == .afterCommit { _ = try await next.send(request) }
        throw PlatformError(.cancelled)
    }
}
