import Diagnostics
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Asks the API for resources: request out, decoded answer back, everything else thrown.
struct APIClient: Sendable {
    let endpoint: Endpoint
    /// Authenticates and retries.
    let transport: any HTTPTransport

    /// Sends to the API; an answer of status 300 or above is thrown.
    func answer(to request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let response = try await transport.send(request)
        guard (200..<300).contains(response.status) else { throw PlatformError.rejection(of: request, response) }
        return response
    }

    func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws(PlatformError) -> Value {
        let request = TransportRequest(.get, path, of: endpoint)
        return try APIClient.decoded(type, from: try await answer(to: request), to: request)
    }

    /// Nil when there is no such resource, or it is not visible.
    func getIfPresent<Value: Decodable>(_ path: String, as type: Value.Type) async throws(PlatformError) -> Value? {
        do {
            return try await get(path, as: type)
        } catch {
            guard error.code == .rejected, error.status == 404 else { throw error }
            return nil
        }
    }

    /// The newest process of that type, which is what this path stands for
    /// (`cloud_controller_ng app/fetchers/process_fetcher.rb`).
    func newestProcess(ofApp guid: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        let path = "/v3/apps/\(PercentEncoding.once(guid))/processes/\(PercentEncoding.once(type.string))"
        return try await getIfPresent(path, as: WireProcess.self)?.process
    }

    /// With the detected commands, which are shown here to everyone who can read the app
    /// (`cloud_controller_ng app/controllers/v3/apps_controller.rb`).
    func currentDroplet(ofApp guid: String) async throws(PlatformError) -> ObservedDroplet? {
        try await getIfPresent("/v3/apps/\(PercentEncoding.once(guid))/droplets/current", as: WireDroplet.self)?.droplet
    }

    static func decoded<Value: Decodable>(
        _ type: Value.Type,
        from response: TransportResponse,
        to request: TransportRequest
    ) throws(PlatformError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            let cause = (error as? DecodingError).map { complaint(about: $0, in: response) } ?? "the answer is not JSON"
            throw PlatformError(.unexpectedAnswer, cause: cause).about(request, response)
        }
    }

    /// Which key is not as it should be, in one line.
    private static func complaint(about error: DecodingError, in response: TransportResponse) -> String {
        switch error {
        case .keyNotFound(let key, let context): return "`\(shown(context.codingPath + [key]))` is missing"
        case .valueNotFound(let type, let context): return "`\(shown(context.codingPath))` is null, not \(shown(type))"
        case .typeMismatch(let type, let context) where context.codingPath.isEmpty:
            return "the answer is not \(shown(type))"
        case .typeMismatch(let type, let context): return "`\(shown(context.codingPath))` is not \(shown(type))"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "`\(shown(context.codingPath))`: \(context.debugDescription)"
        case .dataCorrupted: return notJSON(response)
        @unknown default: return "the answer cannot be read"
        }
    }

    private static func notJSON(_ response: TransportResponse) -> String {
        let start = ServerWords.start(of: response.body)
        if start.isEmpty { return "the answer is empty" }
        let opensJSON = start.hasPrefix("{") || start.hasPrefix("[")
        return opensJSON
            ? "the answer breaks off or is not JSON (\(response.body.count) bytes)"
            : "the answer is not JSON: \(start)"
    }

    private static func shown(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + ServerWords.cleaned(key.stringValue)
            }
        }
    }

    private static func shown(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Int.Type, is Double.Type: "a whole number"
        case is Bool.Type: "true or false"
        case is [String: Any].Type: "an object"
        case is any Collection.Type: "a list"
        default: "an object"
        }
    }
}
