/// A response before it becomes HTTP.
package struct Answer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package static let jsonType = "application/json; charset=utf-8"

    init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(
        _ status: Int,
        contentType: String = Answer.jsonType,
        capacity: Int = 1024,
        _ content: (inout JSONWriter) -> Void
    ) -> Answer {
        var writer = JSONWriter(capacity: capacity)
        content(&writer)
        return Answer(status: status, headers: [("Content-Type", contentType)], body: writer.bytes)
    }

    static func text(_ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8") -> Answer {
        Answer(status: status, headers: [("Content-Type", contentType)], body: Array(text.utf8))
    }

    static let empty = Answer(status: 204)

    func adding(_ headers: [(name: String, value: String)]) -> Answer {
        var result = self
        result.headers += headers
        return result
    }
}
