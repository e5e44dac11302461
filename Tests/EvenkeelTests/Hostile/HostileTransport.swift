import CloudController
import Reconciliation
import Synchronization
import TestSupport

/// Hands on what another transport answers, some of it changed.
final class HostileTransport: HTTPTransport {
    private struct State {
        var random: SeededGenerator
        var requests = 0
        var changed = 0
    }

    /// More requests than any command here has a reason for: it would go on for ever.
    private static let most = 3000

    private let next: any HTTPTransport
    /// In per cent.
    private let chance: Int
    private let state: Mutex<State>

    init(_ next: any HTTPTransport, chance: Int, random: SeededGenerator) {
        self.next = next
        self.chance = chance
        state = Mutex(State(random: random))
    }

    /// How many answers were changed.
    var changed: Int { state.withLock { $0.changed } }
    var isEndless: Bool { state.withLock { $0.requests > HostileTransport.most } }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let mayGoOn = state.withLock { state in
            state.requests += 1
            return state.requests <= HostileTransport.most
        }
        guard mayGoOn else { throw PlatformError(.cancelled) }
        let answer = try await next.send(request)
        // Without these nothing else is asked.
        let isFirst = request.audience == .login || request.path == "/"
        return state.withLock { state in
            guard state.random.chance(isFirst ? chance / 8 : chance) else { return answer }
            state.changed += 1
            return HostileAnswer.make(from: answer, &state.random)
        }
    }
}

/// Remembers every answer to a GET or a token request: the foundation behind it stands still.
actor RememberingTransport: HTTPTransport {
    private let next: any HTTPTransport
    private var known: [String: TransportResponse] = [:]

    init(_ next: any HTTPTransport) {
        self.next = next
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let name = "\(request.method.rawValue) \(request.path)"
        if let answer = known[name] { return answer }
        let answer = try await next.send(request)
        if request.method == .get || request.audience == .login { known[name] = answer }
        return answer
    }
}
