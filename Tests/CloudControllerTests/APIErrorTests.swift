import CloudController
import Reconciliation
import Testing

/// Answers that are not good, as facts.
struct APIErrorTests {
    private func error(_ response: TransportResponse) async throws -> PlatformError {
        let script = ScriptedTransport([.success(TransportResponse(200, tokenAnswer(testToken()))), .success(response)])
        let platform = try CloudControllerPlatform.test(over: script)
        let error = await #expect(throws: PlatformError.self) {
            try await platform.send(Request(.scaleProcess, path: "/v3/processes/p/actions/scale", body: [:]))
        }
        return try #require(error)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let status: Int
        let body: String
        var code = PlatformError.Code.rejected
        var messages: [PlatformError.APIMessage] = []
        var cause: String?

        var testDescription: String { "\(status) \(body.prefix(40))" }
    }

    private static func message(_ code: Int, _ title: String, _ detail: String) -> PlatformError.APIMessage {
        PlatformError.APIMessage(title: title, code: code, detail: detail)
    }

    static let cases: [Case] = [
        Case(
            status: 422,
            body: #"{"errors":[{"detail":"Command must be a string","title":"CF-UnprocessableEntity","code":10008}]}"#,
            messages: [message(10008, "CF-UnprocessableEntity", "Command must be a string")]
        ),
        Case(
            status: 422,
            body: #"{"errors":[{"detail":"a","title":"T","code":1},{"detail":"b","title":"U","code":2}]}"#,
            messages: [message(1, "T", "a"), message(2, "U", "b")]
        ),
        Case(
            status: 404,
            body: #"{"code":10010,"detail":"Process not found","title":"CF-ResourceNotFound"}"#,
            messages: [message(10010, "CF-ResourceNotFound", "Process not found")]
        ),
        Case(
            status: 400,
            body: "Puma caught this error: too long",
            cause: "status 400: Puma caught this error: too long"
        ),
        Case(status: 409, body: "{}", cause: "status 409: {}"),
        Case(status: 403, body: #"{"errors":[]}"#, cause: #"status 403: {"errors":[]}"#),
        Case(
            status: 403,
            body: #"{"error":"insufficient_scope","error_description":"not\u001b[31m allowed"}"#,
            cause: "status 403: not [31m allowed"
        ),
        Case(
            status: 502,
            body: "<html>\r\n<head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>",
            cause: "status 502: 502 Bad Gateway nginx"
        ),
        Case(status: 503, body: "API down for maintenance\n", cause: "status 503: API down for maintenance"),
        Case(status: 504, body: "", cause: "status 504"),
        Case(
            status: 500,
            body: #"{"errors":[{"detail":"An unknown error occurred.","title":"UnknownError","code":10001}]}"#,
            messages: [message(10001, "UnknownError", "An unknown error occurred.")]
        ),
        Case(status: 301, body: "", code: .unexpectedAnswer, cause: "status 301, a redirect, which is never followed"),
    ]

    @Test(arguments: cases)
    func `the server's words are kept as they are`(example: Case) async throws {
        let error = try await error(
            TransportResponse(example.status, example.body, headers: ["x-vcap-request-id": "ours::theirs"])
        )

        #expect(error.code == example.code)
        #expect(error.status == example.status)
        #expect(error.messages == example.messages)
        #expect(error.cause == example.cause)
        #expect(error.requestID == "ours::theirs")
        #expect(error.method == "POST")
        #expect(error.path == "/v3/processes/p/actions/scale")
        #expect(error.attempts == 1)
    }

    @Test func `a 429 is told by its status, whatever its type`() async throws {
        let error = try await error(
            TransportResponse(
                429,
                #"{"errors":[{"detail":"Rate Limit Exceeded","title":"CF-RateLimitExceeded","code":10013}]}"#,
                headers: ["content-type": "text/plain; charset=utf-8", "retry-after": "990"]
            )
        )

        #expect(error.code == .rateLimited)
        #expect(error.retryAfter == 990)
        #expect(error.messages == [Self.message(10013, "CF-RateLimitExceeded", "Rate Limit Exceeded")])
        #expect(!error.mayHaveHappened)
    }

    @Test func `a 401 after a new token says that the token is refused`() async throws {
        let refusal = TransportResponse(
            401,
            #"{"errors":[{"detail":"Invalid Auth Token","title":"CF-InvalidAuthToken","code":1000}]}"#
        )
        let token = Result<TransportResponse, PlatformError>.success(TransportResponse(200, tokenAnswer(testToken())))
        let script = ScriptedTransport([token, .success(refusal), token, .success(refusal)])
        let platform = try CloudControllerPlatform.test(over: script)

        let error = await #expect(throws: PlatformError.self) {
            try await platform.send(Request(.createTask, path: "/v3/apps/a/tasks", body: [:]))
        }

        #expect(error?.code == .notAuthenticated)
        #expect(error?.attempts == 2)
        #expect(error?.messages.first?.title == "CF-InvalidAuthToken")
        #expect(error?.mayHaveHappened == false)
    }

    @Test func `a redirect names where it leads`() async throws {
        let error = try await error(TransportResponse(302, "", headers: ["Location": "https://login.example.org/"]))

        #expect(error.cause == "status 302, a redirect to https://login.example.org/, which is never followed")
    }

    @Test func `long texts are cut`() async throws {
        let error = try await error(TransportResponse(500, String(repeating: "word ", count: 1000)))

        #expect(error.cause?.unicodeScalars.count == "status 500: ".count + 203)
    }
}
