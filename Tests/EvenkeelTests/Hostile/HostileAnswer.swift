import CloudController
import TestSupport

/// Answers as no server should give them, made from good ones.
enum HostileAnswer {
    static func make(from answer: TransportResponse, _ random: inout SeededGenerator) -> TransportResponse {
        var answer = answer
        switch Int.random(in: 0..<20, using: &random) {
        case 0: answer.status = random.pick(statuses)
        case 1: answer.headers = headers(answer.headers, &random)
        case 2: answer.body = random.pick(bodies)
        case 3:
            answer.status = random.pick(statuses)
            answer.body = random.pick(bodies)
        case 4, 5: bytes.mutate(&answer.body, &random)
        default: for _ in 0..<(1 << Int.random(in: 0...2, using: &random)) { changeValue(in: &answer.body, &random) }
        }
        if random.chance(5) { answer.headers = headers(answer.headers, &random) }
        return answer
    }

    /// Another value, another key, a value from elsewhere in the answer, none at all, or one more often.
    private static func changeValue(in body: inout [UInt8], _ random: inout SeededGenerator) {
        let spans = JSONSpan.all(in: body)
        guard !spans.isEmpty else { return bytes.mutate(&body, &random) }
        let span = random.pick(spans)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: body.replaceSubrange(span.value, with: Array(body[random.pick(spans).value]))
        case 1: body.replaceSubrange(span.member, with: Array(#""x": 1"#.utf8))
        case 2: body.insert(contentsOf: Array(body[span.member]) + [0x2c], at: span.member.lowerBound)
        case 3: if let key = span.key { body.replaceSubrange(key, with: Array(random.pick(keys).utf8)) }
        case 4, 5: body.replaceSubrange(span.value, with: Array(random.pick(values).utf8))
        default: body.replaceSubrange(span.value, with: Array(valueOfItsKind(body[span.value], &random).utf8))
        }
    }

    /// A text for a text, a number for a number: what is read before it is found to be nonsense.
    private static func valueOfItsKind(_ value: ArraySlice<UInt8>, _ random: inout SeededGenerator) -> String {
        switch value.first ?? 0 {
        case UInt8(ascii: "\""): random.pick(texts)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): random.pick(numbers)
        case UInt8(ascii: "{"): random.pick(objects)
        case UInt8(ascii: "["): random.pick(lists)
        default: random.pick(["true", "false", "null"])
        }
    }

    private static func headers(
        _ headers: [TransportRequest.Header],
        _ random: inout SeededGenerator
    ) -> [TransportRequest.Header] {
        headers + [TransportRequest.Header(random.pick(headerNames), random.pick(headerValues))]
    }

    private static let bytes = ByteMutator(
        pieces: (values + ["{", "}", "[", "]", ",", ":", "\"", "\\"]).map { Array($0.utf8) },
        others: bodies
    )

    private static let statuses = [
        0, 100, 199, 200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 409, 410, 418, 422, 429, 499, 500,
        502, 503,
        504, 599, 999,
    ]

    private static let headerNames = [
        "Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Cf-Warnings",
        "X-VCAP-Request-ID",
        "Location", "Content-Type", "Date",
    ]

    private static let headerValues = [
        "", "-1", "0", "1", "99999999999999999999", "9223372036854775807", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT",
        "\u{1b}[2J",
        "%1B%5B31m", "%", "%zz", "a,b,,c", "https://elsewhere.example/v3", "\u{202e}abc",
        String(repeating: "x", count: 10_000),
    ]

    private static let keys = [
        #""""#, #""guid""#, #""name""#, #""type""#, #""state""#, #""data""#, #""labels""#, #""href""#,
        #""total_results""#,
        #""\u001b[2J""#, #""evenkeel.dev/owner.storefront-team""#, #""evenkeel.dev/rollout""#,
        #""evenkeel.dev/restart""#,
    ]

    private static let numbers = [
        "0", "-0", "1", "-1", "3", "0.5", "1e400", "-1e-400", "1e18", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "2147483648", "18446744073709551616", "100000", String(repeating: "9", count: 500),
    ]

    private static let objects = [
        "{}", #"{"":null}"#, #"{"data":null}"#, #"{"data":{"guid":""}}"#, #"{"a":1,"a":2}"#, #"{"a":"b"}"#,
        #"{"evenkeel.dev/run":"0123","\u001b[2J":"\u0007"}"#,
        #"{"evenkeel.dev/claim.0123456789ab.01234567":"{\"v\":1}"}"#,
    ]

    private static let lists = [
        "[]", "[null]", "[[]]", "[{}]", #"["x"]"#, String(repeating: "[", count: 2000),
        String(repeating: "[", count: 600) + String(repeating: "]", count: 600),
    ]

    private static let texts =
        [
            "", " ", "x", #"\u0000"#, #"\u001b[31mred\u001b[0m"#, #"\ud800"#, #"\udfff\ud800"#, #"\u009b2J"#,
            #"\u202eabc"#, #"\u2028"#,
            #"\r\nerror: forged"#, "../../admin", "a b?c=d&e#f", "%2e%2e%2f", "guid/x",
            "https://elsewhere.example/v3/apps?page=2",
            "http://127.0.0.1:1/", "2026-13-45T99:99:99Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-21",
            "STOPPED",
            "STARTED", "FAILED", "SUCCEEDED", "RUNNING", "CANCELING", "PENDING", "STAGED", "DEPLOYING", "FINALIZED",
            "WEIRD",
            "[PRIVATE DATA HIDDEN]", "[PRIVATE DATA HIDDEN IN LISTS]", "http", "none", "docker", "buildpack",
            #"{\"v\":1}"#,
            #"{\"v\":99,\"keys\":[]}"#, "{", "é", #"e\u0301"#, String(repeating: "x", count: 5000),
            #"{\"v\":1,\"name\":\"migrate\",\"runs\":[{\"fp\":\"x\",\"n\":-1,\"state\":\"RUNNING\",\"seq\":9223372036854775807}]}"#,
        ].map { "\"\($0)\"" }

    private static let values = numbers + objects + lists + texts + ["null", "true", "false"]

    private static let bodies: [[UInt8]] =
        [
            "", " ", "null", "[]", "{}", "0", "\"\"", "{\"errors\":[]}", "{\"errors\":null}", "{\"errors\":[{}]}",
            #"{"errors":[{"code":99999999999999999999,"title":"x","detail":null}]}"#,
            #"{"errors":[{"code":-1,"title":"\u001b[31m","detail":"\u0007\u009b"}]}"#,
            "<html>\u{1b}[2J<body>Bad Gateway", "<", "\u{feff}{}",
            #"{"error":"\u001b[31m","error_description":"\u202e"}"#, #"{"resources":[]}"#,
            #"{"pagination":null,"resources":[null]}"#,
            #"{"pagination":{"total_results":9223372036854775807,"total_pages":9223372036854775807},"resources":[]}"#,
            #"{"pagination":{"total_results":-1,"total_pages":-1},"resources":[]}"#,
            #"{"pagination":{"total_results":1000000,"total_pages":1000000},"resources":[{"guid":"x"}]}"#,
        ].map { Array($0.utf8) } + [
            [0xff, 0xfe, 0x00], Array(repeating: 0x5b, count: 100_000), Array(repeating: 0x20, count: 100_000),
        ]
}

/// Where a value stands in a JSON text, with its key where it has one.
struct JSONSpan {
    var key: Range<Int>?
    var value: Range<Int>

    /// The key and the value.
    var member: Range<Int> { (key?.lowerBound ?? value.lowerBound)..<value.upperBound }

    /// All values in a text that is JSON, mostly: of another one the part that looks like it.
    static func all(in text: [UInt8]) -> [JSONSpan] {
        var spans: [JSONSpan] = []
        /// Of objects and lists that are open: the index of the span, and the key that waits for its value.
        var open: [Int] = []
        var key: Range<Int>?
        var position = 0
        while position < text.count {
            let start = position
            switch text[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(spans.count)
                spans.append(JSONSpan(key: key, value: start..<start + 1))
                key = nil
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                position += 1
                if let index = open.popLast() { spans[index].value = spans[index].value.lowerBound..<position }
            case UInt8(ascii: "\""):
                position = end(ofStringAt: position, in: text)
                if text[position...].first(where: { $0 != 0x20 }) == UInt8(ascii: ":") {
                    key = start..<position
                } else {
                    spans.append(JSONSpan(key: key, value: start..<position))
                    key = nil
                }
            case 0x20, 0x0a, 0x0d, 0x09, UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
            default:
                while position < text.count, !",]} \n".utf8.contains(text[position]) { position += 1 }
                spans.append(JSONSpan(key: key, value: start..<position))
                key = nil
            }
        }
        return spans
    }

    private static func end(ofStringAt start: Int, in text: [UInt8]) -> Int {
        var position = start + 1
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, text.count)
    }
}
