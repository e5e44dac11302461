import CloudController
import Reconciliation
import Sandbox

/// The sandbox without a socket: trouble comes as the network would tell of it, and waiting moves the sandbox's clock.
///
/// `LiveTransportTests`, `ServerTroubleTests` and the cases with the binary show what the network tells.
struct StoreTransport: HTTPTransport {
    /// Seconds after which nobody waits for an answer any more, unless the request says less.
    private static let patience = 60

    let store: Store

    init(_ store: Store) {
        self.store = store
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        try await send(request, meeting: nil)
    }

    /// The same with this trouble in place of what the sandbox was told to make.
    func send(
        _ request: TransportRequest,
        meeting fault: Fault?
    ) async throws(PlatformError) -> TransportResponse {
        // On a network other requests get their turn meanwhile.
        await Task.yield()
        if Task.isCancelled { throw PlatformError(.cancelled) }
        let (store, patience) = (store, Self.patience(for: request))
        let outcome: Sandbox.Outcome
        do {
            outcome = try await store.respond(to: IncomingRequest(request), meeting: fault) { seconds in
                await store.advance(by: min(seconds, patience))
                guard seconds < patience else { throw Impatience() }
            }
        } catch {
            throw Self.lost(.timedOut, "no complete answer within \(patience) s", request)
        }
        switch outcome {
        case .answer(let answer): return TransportResponse(answer)
        case .truncated:
            throw Self.lost(.incompleteAnswer, "the answer breaks off: connection closed by the server", request)
        case .reset: throw Self.lost(.unreachable, "connection reset by the server", request)
        case .never:
            await store.advance(by: patience)
            throw Self.lost(.timedOut, "no complete answer within \(patience) s", request)
        }
    }

    private struct Impatience: Error {}

    private static func patience(for request: TransportRequest) -> Int {
        min(patience, request.timeout.map { Int($0.components.seconds) } ?? patience)
    }

    private static func lost(
        _ code: PlatformError.Code,
        _ cause: String,
        _ request: TransportRequest
    ) -> PlatformError {
        var error = PlatformError(code, cause: cause)
        error.method = request.method.rawValue
        error.path = request.shownPath
        return error
    }
}

extension IncomingRequest {
    init(_ request: TransportRequest) {
        self.init(
            request.method.rawValue,
            request.path,
            headers: request.headers.map { ($0.name, $0.value) },
            body: request.body ?? []
        )
    }
}

extension TransportResponse {
    init(_ answer: Sandbox.Answer) {
        self.init(
            status: answer.status,
            headers: answer.headers.map { TransportRequest.Header($0.name, $0.value) },
            body: answer.body
        )
    }
}
