import CloudController
import Reconciliation

/// One exchange as a closure.
struct ClosureTransport: HTTPTransport {
    let answer: @Sendable (TransportRequest) async throws(PlatformError) -> TransportResponse

    init(_ answer: @escaping @Sendable (TransportRequest) async throws(PlatformError) -> TransportResponse) {
        self.answer = answer
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        try await answer(request)
    }
}

/// Gives its answers one after the other and remembers what was asked; asked once too often, it fails the test.
actor ScriptedTransport: HTTPTransport {
    private var answers: [Result<TransportResponse, PlatformError>]
    private(set) var requests: [TransportRequest] = []

    init(_ answers: [Result<TransportResponse, PlatformError>]) {
        self.answers = answers
    }

    init(statuses: [Int]) {
        answers = statuses.map { .success(TransportResponse(status: $0)) }
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        requests.append(request)
        guard !answers.isEmpty else { throw PlatformError(.invalidEndpoint, cause: "the script has no more answers") }
        return try answers.removeFirst().get()
    }
}

extension TransportResponse {
    init(_ status: Int = 200, _ text: String, headers: [String: String] = [:]) {
        self.init(
            status: status,
            headers: headers.map { TransportRequest.Header($0.key, $0.value) },
            body: Array(text.utf8)
        )
    }
}

extension TransportRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var bodyText: String { String(decoding: body ?? [], as: UTF8.self) }
}

extension Endpoint {
    static func test(_ url: String = "https://api.example.org") throws -> Endpoint { try Endpoint(url) }
}
