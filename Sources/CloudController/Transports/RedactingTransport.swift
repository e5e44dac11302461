package import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes secrets out of what may be quoted: answers that are refusals, headers, and what went wrong.
///
/// Servers and proxies quote what they refuse, a token endpoint also a whole token. Good answers are left as they are: they are
/// compared with what is declared.
package struct RedactingTransport: HTTPTransport {
    /// The headers that are shown.
    private static let shownHeaders: Set<String> = ["location", "x-cf-warnings", "x-vcap-request-id"]

    /// Bytes; nobody reads the rest of a longer one.
    private static let longestRefusal = 1 << 20

    private let next: any HTTPTransport
    private let secrets: SecretKeeper

    package init(_ next: any HTTPTransport, secrets: SecretKeeper) {
        self.next = next
        self.secrets = secrets
    }

    package func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        do {
            return hiding(try await next.send(request), of: request)
        } catch {
            var error = error
            error.cause = error.cause.map(secrets.hiding)
            throw error
        }
    }

    private func hiding(_ response: TransportResponse, of request: TransportRequest) -> TransportResponse {
        var response = response
        let isGood = (200..<300).contains(response.status)
        if isGood, request.audience == .login { learn(from: response.body) }
        response.headers = response.headers.map { header in
            guard RedactingTransport.shownHeaders.contains(header.name.lowercased()) else { return header }
            let isEncoded = header.name.lowercased() == "x-cf-warnings"
            let value = isEncoded ? hiding(encoded: header.value) : secrets.hiding(header.value)
            return TransportRequest.Header(header.name, value)
        }
        // What is no JSON cannot be read and is quoted, whatever its status.
        if !isGood || !RedactingTransport.looksLikeJSON(response.body) {
            let quotable = response.body.prefix(RedactingTransport.longestRefusal)
            response.body = Array(secrets.hiding(String(decoding: quotable, as: UTF8.self)).utf8)
        }
        return response
    }

    /// Of texts that are encoded like a form's and separated by commas.
    private func hiding(encoded value: String) -> String {
        let texts = value.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let decoded = PercentEncoding.decodedForm(String(part)) ?? String(part)
            let shown = secrets.hiding(decoded)
            return shown == decoded ? String(part) : PercentEncoding.once(shown)
        }
        return secrets.hiding(texts.joined(separator: ","))
    }

    private static func looksLikeJSON(_ body: [UInt8]) -> Bool {
        let first = body.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    private func learn(from body: [UInt8]) {
        guard let tokens = try? JSONDecoder().decode(WireSecrets.self, from: Data(body)) else { return }
        for token in [tokens.access, tokens.refresh, tokens.identity].compactMap({ $0 }) { secrets.add(token) }
    }
}

/// What a token endpoint gives that nobody may read.
private struct WireSecrets: Decodable {
    let access: String?
    let refresh: String?
    let identity: String?

    enum CodingKeys: String, CodingKey {
        case access = "access_token"
        case refresh = "refresh_token"
        case identity = "id_token"
    }
}
