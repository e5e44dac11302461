package import Hummingbird
import HTTPTypes
import NIOCore

/// What a request knows of its connection, which faults tear down.
package struct SandboxContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Turns HTTP into requests to the store and back, and makes the trouble that faults ask for.
struct SandboxResponder: HTTPResponder {
    typealias Context = SandboxContext

    private static let maximumBody = 15 * 1024 * 1024

    let store: Store

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        guard let body = try? await request.body.collect(upTo: SandboxResponder.maximumBody) else {
            return Response(status: .contentTooLarge)
        }
        let incoming = IncomingRequest(
            request.method.rawValue,
            request.head.path ?? "/",
            headers: request.headers.map { ($0.name.canonicalName, $0.value) },
            body: Array(buffer: body)
        )
        if let answer = await store.control(incoming) { return response(to: incoming, answer) }
        let (entry, fault) = await store.receive(incoming)
        guard let fault else {
            return response(to: incoming, await store.answer(incoming, completing: entry))
        }
        return try await respond(to: incoming, entry, fault, context)
    }

    private func respond(
        to request: IncomingRequest,
        _ entry: Int,
        _ fault: Fault,
        _ context: SandboxContext
    ) async throws -> Response {
        if case .runtime(let mode) = fault.trouble {
            return response(to: request, await store.answer(request, completing: entry, withRuntime: mode))
        }
        var answer: Answer?
        if fault.moment == .afterCommit { answer = await store.answer(request, completing: nil) }
        switch fault.trouble {
        case .answer(let status, let headers, let body):
            let replacement = Answer(status: status, headers: headers, body: body)
            await store.completeJournal(entry, status: status)
            return response(to: request, replacement)
        case .slow(let seconds):
            try await store.wait(seconds: seconds)
            if let answer {
                await store.completeJournal(entry, status: answer.status)
                return response(to: request, answer)
            }
            return response(to: request, await store.answer(request, completing: entry))
        case .never:
            await store.leaveUnanswered(entry)
            try await Task.sleep(for: .seconds(86_400 * 365))
            throw ConnectionTrouble.neverAnswered
        case .reset:
            await store.leaveUnanswered(entry)
            await reset(context.channel)
            throw ConnectionTrouble.reset
        case .truncated:
            if answer == nil { answer = await store.answer(request, completing: nil) }
            await store.completeJournal(entry, status: answer?.status ?? 0)
            return truncated(response(to: request, answer ?? .empty), answer?.body ?? [], context.channel)
        case .runtime:
            return response(to: request, await store.answer(request, completing: entry))
        }
    }

    func response(to request: IncomingRequest, _ answer: Answer) -> Response {
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
