import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension PlatformError {
    /// The error with what is known of the request it belongs to.
    func about(_ request: TransportRequest) -> PlatformError {
        var error = self
        error.method = request.method.rawValue
        error.path = request.shownPath
        error.attempts = max(1, attempts)
        return error
    }

    /// The error with what is known of the answer it belongs to.
    func about(_ request: TransportRequest, _ response: TransportResponse) -> PlatformError {
        var error = about(request)
        error.status = response.status
        error.requestID = response.requestID
        error.attempts = response.attempts
        return error
    }

    /// What an answer of status 300 or above means.
    ///
    /// The status decides: a 429 is `text/plain` with JSON inside (`cloud_controller_ng middleware/base_rate_limiter.rb`),
    /// and proxies in front answer with HTML.
    static func rejection(of request: TransportRequest, _ response: TransportResponse) -> PlatformError {
        let words = ServerWords(response.body)
        let code: PlatformError.Code =
            switch response.status {
            case ..<400: .unexpectedAnswer
            case 401: .notAuthenticated
            case 429: .rateLimited
            default: .rejected
            }
        var error = PlatformError(code).about(request, response)
        error.messages = words.messages
        error.retryAfter = response.retryAfter
        if response.status < 400 {
            let target = response.header("Location").map { " to \(ServerWords.cleaned($0))" } ?? ""
            error.cause = "status \(response.status), a redirect\(target), which is never followed"
            error.help = "check the URL of the API"
        } else if words.messages.isEmpty {
            let start = words.cause ?? ""
            error.cause = "status \(response.status)" + (start.isEmpty ? "" : ": \(start)")
        }
        return error
    }
}

/// What a server said in the body of an answer that is not good.
struct ServerWords {
    var messages: [PlatformError.APIMessage]
    /// One line, where there are no messages: UAA's words, or the cleaned start of the text.
    var cause: String?
    /// UAA's `error`, such as `invalid_token`.
    var tokenError: String?

    init(_ body: [UInt8]) {
        let decoder = JSONDecoder()
        let data = Data(body)
        messages = []
        if let list = try? decoder.decode(WireErrors.self, from: data), !list.errors.isEmpty {
            messages = list.errors.map(\.message)
        } else if let bare = try? decoder.decode(WireError.self, from: data) {
            messages = [bare.message]
        } else if let refusal = try? decoder.decode(WireTokenError.self, from: data) {
            tokenError = refusal.error
            cause = ServerWords.cleaned(refusal.description ?? refusal.error)
        } else {
            cause = ServerWords.start(of: body)
        }
    }

    /// The first words of a text in one line, without HTML tags and control characters.
    static func start(of body: [UInt8]) -> String {
        var text = ""
        var isInTag = false
        for scalar in String(decoding: body.prefix(4000), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "<": isInTag = true
            case ">" where isInTag:
                isInTag = false
                text += " "
            case _ where isInTag: continue
            default: text.unicodeScalars.append(scalar)
            }
        }
        return cleaned(text)
    }

    /// In one line of at most 200 characters, without control characters.
    static func cleaned(_ text: String) -> String {
        var result = ""
        var length = 0
        for word in text.unicodeScalars.split(whereSeparator: { $0.properties.isWhitespace || isControl($0) }) {
            if !result.isEmpty { result += " " }
            result.unicodeScalars.append(contentsOf: word)
            length += word.count + 1
            if length > 200 { return String(String.UnicodeScalarView(result.unicodeScalars.prefix(200))) + "..." }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// `{"errors": [...]}` of the Cloud Controller.
private struct WireErrors: Decodable {
    let errors: [WireError]
}

/// One error; some parts in front of the Cloud Controller send it bare.
struct WireError: Decodable {
    let detail: String?
    let title: String
    let code: Int

    var message: PlatformError.APIMessage {
        PlatformError.APIMessage(title: title, code: code, detail: detail ?? "")
    }
}

/// The form of OAuth 2 (RFC 6749, 5.2).
private struct WireTokenError: Decodable {
    let error: String
    let description: String?

    enum CodingKeys: String, CodingKey {
        case error
        case description = "error_description"
    }
}
