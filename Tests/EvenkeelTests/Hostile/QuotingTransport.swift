import CloudController
import Diagnostics
import Foundation
import Reconciliation
import Synchronization

/// A server that answers well at first sight, but tells everything that it was ever told.
final class QuotingTransport: HTTPTransport {
    /// Where it tells.
    enum Place: String, CaseIterable, Sendable {
        case nowhere
        case errorsOfReads = "errors of reads"
        case errorsOfWrites = "errors of writes"
        case htmlPages = "HTML pages"
        case plainText = "plain text with status 200"
        case redirects
        case headers
        case refusedLogins = "refused logins"
        case brokenLogins = "broken logins"
        case failures = "what the network says"
    }

    private let next: any HTTPTransport
    private let place: Place
    /// What it knows from the start.
    private let secrets: [String]
    /// Tokens that it has seen or given.
    private let heard = Mutex<Set<String>>([])

    init(_ next: any HTTPTransport, tellingIn place: Place, _ secrets: [String]) {
        self.next = next
        self.place = place
        self.secrets = secrets
    }

    var tokens: Set<String> { heard.withLock { $0 } }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        listen(to: request)
        let isLogin = request.audience == .login
        // The first requests go without anything that could be told.
        guard place != .nowhere, isLogin || request.path.hasPrefix("/v3/") else { return try await answer(request) }
        let told = words(about: request)
        switch place {
        case .nowhere: break
        case .errorsOfReads where !isLogin && request.method == .get,
            .errorsOfWrites where !isLogin && request.method != .get:
            return TransportResponse(status: 422, headers: [], body: errors(told))
        case .htmlPages where !isLogin:
            return TransportResponse(status: 500, headers: [], body: Array("<html><h1>Oh</h1>\(told)".utf8))
        case .plainText where !isLogin: return TransportResponse(status: 200, headers: [], body: Array(told.utf8))
        case .redirects where !isLogin:
            let line = told.replacing("\n", with: " ")
            return TransportResponse(status: 302, headers: [.init("Location", "https://elsewhere.example/?\(line)")])
        case .headers:
            var response = try await answer(request)
            let line = told.replacing("\n", with: " ")
            response.headers.append(
                .init("X-Cf-Warnings", line.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            )
            response.headers.append(.init("X-Cf-Warnings", line))
            response.headers.removeAll { $0.name.lowercased() == "x-vcap-request-id" }
            response.headers.append(.init("X-Vcap-Request-Id", line))
            return response
        case .refusedLogins where isLogin: return TransportResponse(status: 401, headers: [], body: refusal(told))
        case .brokenLogins where isLogin: return TransportResponse(status: 200, headers: [], body: Array(told.utf8))
        case .failures where !isLogin: throw PlatformError(.unreachable, cause: told)
        default: break
        }
        return try await answer(request)
    }

    private func answer(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let response = try await next.send(request)
        if request.audience == .login, let tokens = JSON(parsing: String(decoding: response.body, as: UTF8.self)) {
            for name in ["access_token", "refresh_token"] { hear(tokens[.init(name)]?.text?.string) }
        }
        return response
    }

    private func listen(to request: TransportRequest) {
        for header in request.headers where header.name == "Authorization" {
            let token = header.value.split(separator: " ").last.map(String.init) ?? ""
            // `cf:` and nothing is what everybody sends.
            if token != Data("cf:".utf8).base64EncodedString() { hear(token) }
        }
    }

    private func hear(_ token: String?) {
        if let token, token.count >= 8 { _ = heard.withLock { $0.insert(token) } }
    }

    /// Everything that it knows, with the request as it came.
    private func words(about request: TransportRequest) -> String {
        let headers = request.headers.map { "\($0.name): \($0.value)" }
        let body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (headers + [body] + secrets + tokens.sorted()).joined(separator: "\n")
    }

    private func errors(_ told: String) -> [UInt8] {
        let errors: JSON = [
            "errors": [["code": .number(10008), "title": "CF-UnprocessableEntity", "detail": .text(.init(told))]]
        ]
        return Array(errors.compact.utf8)
    }

    private func refusal(_ told: String) -> [UInt8] {
        let refusal: JSON = [
            "error": "invalid_token", "error_description": .text(.init("Invalid refresh token (expired): \(told)")),
        ]
        return Array(refusal.compact.utf8)
    }
}
