import Diagnostics

/// An error that the Cloud Controller answers with (`cloud_controller_ng errors/v2.yml`, `errors/v3.yml`).
struct Refusal: Error {
    let status: Int
    let title: String
    let code: Int
    let detail: String

    static let notAuthenticated = Refusal(
        status: 401,
        title: "CF-NotAuthenticated",
        code: 10002,
        detail: "Authentication error"
    )
    static let invalidToken = Refusal(
        status: 401,
        title: "CF-InvalidAuthToken",
        code: 1000,
        detail: "Invalid Auth Token"
    )
    static let notAuthorized = Refusal(
        status: 403,
        title: "CF-NotAuthorized",
        code: 10003,
        detail: "You are not authorized to perform the requested action"
    )
    static let organizationSuspended = Refusal(
        status: 403,
        title: "CF-OrgSuspended",
        code: 10017,
        detail: "The organization is suspended"
    )
    static let spaceSuspended = Refusal(
        status: 403,
        title: "CF-SpaceSuspended",
        code: 10019,
        detail: "The space is suspended"
    )
    static let unknownRequest = Refusal(status: 404, title: "CF-NotFound", code: 10000, detail: "Unknown request")
    static let unparsable = Refusal(
        status: 400,
        title: "CF-MessageParseError",
        code: 1001,
        detail: "Request invalid due to parse error: invalid request body"
    )
    /// What the server answers when it trips over a request.
    static let unknownError = Refusal(
        status: 500,
        title: "UnknownError",
        code: 10001,
        detail: "An unknown error occurred."
    )

    /// - Parameter kind: `App`, `Process`, ...: also for what the caller may not see.
    static func notFound(_ kind: String) -> Refusal {
        Refusal(status: 404, title: "CF-ResourceNotFound", code: 10010, detail: "\(kind) not found")
    }

    static func unprocessable(_ messages: [String]) -> Refusal {
        Refusal(
            status: 422,
            title: "CF-UnprocessableEntity",
            code: 10008,
            detail: messages.joined(separator: ", ")
        )
    }

    static func unprocessable(_ message: String) -> Refusal { unprocessable([message]) }

    static func badRequest(_ message: String) -> Refusal {
        Refusal(status: 400, title: "CF-BadRequest", code: 1004, detail: message)
    }

    static func badQuery(_ messages: [String]) -> Refusal {
        Refusal(
            status: 400,
            title: "CF-BadQueryParameter",
            code: 10005,
            detail: "The query parameter is invalid: " + messages.joined(separator: ", ")
        )
    }

    static func featureDisabled(_ message: String) -> Refusal {
        Refusal(status: 403, title: "CF-FeatureDisabled", code: 330002, detail: "Feature Disabled: \(message)")
    }

    var answer: Answer {
        Answer.json(status) { writer in
            writer.object { writer in
                writer.list("errors") { writer in
                    writer.object { writer in
                        // what the server did not expect comes in another order
                        if title == Refusal.unknownError.title { writer.text("title", title) }
                        writer.text("detail", detail)
                        if title != Refusal.unknownError.title { writer.text("title", title) }
                        writer.number("code", code)
                    }
                }
            }
        }
    }

    /// The form of errors outside of /v3.
    var answerInOldForm: Answer {
        Answer.json(status, contentType: "application/json;charset=utf-8") { writer in
            writer.object { writer in
                writer.text("description", detail)
                writer.text("error_code", title)
                writer.number("code", code)
            }
        }
    }
}
