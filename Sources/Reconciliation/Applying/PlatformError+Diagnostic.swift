package import Diagnostics

extension PlatformError {
    /// The error in words, without a place in a file.
    ///
    /// - Parameter intent: what was being done, as in "refused to INTENT": ``update `acme/production/web` ``.
    package func diagnostic(intent: String, api: String) -> Diagnostic {
        Diagnostic(.error, diagnosticCode, message(intent: intent, api: api), details: details)
    }

    private var diagnosticCode: DiagnosticCode {
        switch code {
        case .unreachable: .unreachable
        case .untrustedCertificate: .untrustedCertificate
        case .timedOut: .requestTimedOut
        case .notLoggedIn, .notAuthenticated: .notLoggedIn
        case .rateLimited: .rateLimited
        case .rejected where status == 403: .notAuthorized
        case .rejected where (status ?? 0) >= 500: .apiUnavailable
        case .rejected: .apiRejected
        case .incompleteAnswer, .unexpectedAnswer: .unexpectedAnswer
        case .invalidEndpoint: .invalidConfiguration
        case .cancelled: .interrupted
        }
    }

    private func message(intent: String, api: String) -> String {
        switch code {
        case .unreachable: "cannot reach \(place ?? api)"
        case .untrustedCertificate: "the certificate of \(api) is not trusted"
        case .timedOut: "\(place ?? api) did not answer in time when asked to \(intent)"
        case .notLoggedIn: "not logged in to \(api)"
        case .notAuthenticated: "\(api) does not accept the token"
        case .rateLimited: "\(api) limits the rate of requests"
        case .rejected where (status ?? 0) >= 500: "Cloud Controller could not \(intent)"
        case .rejected: "Cloud Controller refused to \(intent)"
        case .incompleteAnswer, .unexpectedAnswer:
            "Cloud Controller gave an answer that cannot be read when asked to \(intent)"
        case .invalidEndpoint: "cannot use \(place ?? api)"
        case .cancelled: "interrupted while asking Cloud Controller to \(intent)"
        }
    }

    /// The request with its status, the server's words, and what helps.
    private var details: [Diagnostic.Detail] {
        var details: [Diagnostic.Detail] = []
        let request = [method, path].compactMap(\.self).joined(separator: " ")
        let statusText = status.map { "\($0)" }
        for message in messages {
            let answer = [statusText, message.title.isEmpty ? nil : message.title].compactMap(\.self)
            let code = message.code == 0 ? "" : " (\(message.code))"
            details.append(.api("\(request): \(answer.joined(separator: " "))\(code)"))
            if !message.detail.isEmpty { details.append(.api(message.detail)) }
        }
        if messages.isEmpty, !request.isEmpty {
            details.append(.note("\(request)\(statusText.map { ": \($0)" } ?? "")"))
        }
        if let cause { details.append(.note(cause)) }
        if code == .cancelled, let method, method != "GET" {
            details.append(.note(wasSent ? "it was sent and may have happened" : "it was not sent"))
        }
        if let requestID { details.append(.note("request \(requestID)")) }
        if attempts > 1 { details.append(.note("sent \(attempts) times")) }
        if let retryAfter { details.append(.note("the server asks to wait \(retryAfter) seconds")) }
        if let help = help ?? usualHelp { details.append(.help(help)) }
        return details
    }

    private var usualHelp: String? {
        switch code {
        case .unreachable: "check --api and the network"
        case .notLoggedIn, .notAuthenticated: "log in with `cf login`, or set CF_USERNAME and CF_PASSWORD"
        case .rateLimited: "run again later, or allow a longer wait with --max-wait"
        case .timedOut: "run again, or allow more time with --request-timeout"
        case .untrustedCertificate: "give the authority's certificate with --ca-cert"
        case .rejected, .incompleteAnswer, .unexpectedAnswer, .invalidEndpoint, .cancelled: nil
        }
    }
}
