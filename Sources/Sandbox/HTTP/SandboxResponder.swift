import HTTPTypes
import HummingbirdCore
import NIOCore

/// Turns HTTP into requests to the store and back, and makes the trouble that faults ask for.
struct SandboxResponder: Sendable {
    private static let maximumBody = 15 * 1024 * 1024

    let store: Store

    func response(to request: Request, on channel: any Channel) async throws -> Response {
        guard let body = try? await request.body.collect(upTo: SandboxResponder.maximumBody) else {
            return Response(status: .contentTooLarge)
        }
        let incoming = IncomingRequest(
            request.method.rawValue,
            request.head.path ?? "/",
            headers: request.headers.map { ($0.name.canonicalName, $0.value) },
            body: Array(buffer: body)
        )
        let store = store
        switch try await store.respond(to: incoming, wait: { try await store.wait(seconds: $0) }) {
        case .answer(let answer):
            return response(to: incoming, answer)
        case .truncated(let answer):
            return truncated(response(to: incoming, answer), answer.body, channel)
        case .reset:
            await reset(channel)
            throw ConnectionTrouble.reset
        case .never:
            try await Task.sleep(for: .seconds(86_400 * 365))
            throw ConnectionTrouble.neverAnswered
        }
    }

    private func response(to request: IncomingRequest, _ answer: Answer) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        let body = answer.status == 204 ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        let response = Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: body
        )
        return request.method == "HEAD" ? response.createHeadResponse() : response
    }
}

/// Thrown where no answer can be given; the connection is gone then.
enum ConnectionTrouble: Error {
    case reset
    case truncated
    case neverAnswered
}
