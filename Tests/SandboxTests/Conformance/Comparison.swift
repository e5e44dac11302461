@testable import Sandbox

/// Finds what differs between a recorded answer and the sandbox's.
struct Comparison {
    /// Where something differs, such as `body.links.login.href`, and how.
    struct Difference: CustomStringConvertible {
        let place: String
        let recorded: String
        let actual: String

        var description: String { "\(place): recorded \(recorded.prefix(300)), answered \(actual.prefix(300))" }
    }

    /// An answer of the sandbox as it came over HTTP.
    struct Answer {
        let status: Int
        let headers: [(name: String, value: String)]
        var body: [UInt8]
        /// The sandbox's clock when it answered.
        let time: Timestamp

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    }

    /// The recorded server, its token server, and the sandbox's address.
    static let recordedAddresses = ["http://127.0.0.1:8181", "http://127.0.0.1:8281"]

    let recordedAddress: String
    let address: String
    private(set) var differences: [Difference] = []

    private let isListOfEvents: Bool

    init(recordedAddress: String, address: String, isListOfEvents: Bool) {
        self.isListOfEvents = isListOfEvents
        self.recordedAddress = recordedAddress
        self.address = address
    }

    mutating func compare(
        _ recorded: RecordedExchange.Response,
        _ actual: Answer,
        _ correspondence: inout Correspondence
    ) {
        if recorded.status != actual.status { differ("status", "\(recorded.status)", "\(actual.status)") }
        // a 500 that is no JSON depends on the versions of libraries
        if recorded.status == 500, recorded.json == nil { return }
        compareHeaders(recorded, actual)
        compareBody(recorded, actual, &correspondence)
    }

    private mutating func differ(_ place: String, _ recorded: String?, _ actual: String?) {
        differences.append(Difference(place: place, recorded: recorded ?? "nothing", actual: actual ?? "nothing"))
    }

    // MARK: - Headers

    private mutating func compareHeaders(_ recorded: RecordedExchange.Response, _ actual: Answer) {
        let equal = [
            "content-type", "location", "x-cf-warnings", "x-ratelimit-limit", "x-ratelimit-remaining",
        ]
        for name in equal where recorded.header(name) != actual.header(name) {
            differ("header \(name)", recorded.header(name), actual.header(name))
        }
        let id = (recorded.header("x-vcap-request-id"), actual.header("x-vcap-request-id"))
        if id.0.map(Comparison.form) != id.1.map(Comparison.form) { differ("header x-vcap-request-id", id.0, id.1) }
        for name in ["x-ratelimit-reset", "retry-after"]
        where (recorded.header(name) == nil) != (actual.header(name) == nil) {
            differ("header \(name)", recorded.header(name), actual.header(name))
        }
        guard let reset = actual.header("x-ratelimit-reset").flatMap({ Int($0) }) else { return }
        let rest = reset - actual.time.seconds
        if rest < 1 || rest > 3600 { differ("header x-ratelimit-reset", "within the hour", "in \(rest) s") }
        guard let retry = actual.header("retry-after").flatMap({ Int($0) }), retry != rest else { return }
        differ("header retry-after", "the rest of the window, \(rest) s", "\(retry)")
    }

    /// `mine::*` for an id that begins with the request's own.
    private static func form(_ id: String) -> String {
        NamedParts(id).parts.map { part in
            switch part {
            case .literal(let text): text
            case .name: "*"
            }
        }.joined()
    }

    // MARK: - Bodies

    private mutating func compareBody(
        _ recorded: RecordedExchange.Response,
        _ actual: Answer,
        _ correspondence: inout Correspondence
    ) {
        let text = String(decoding: actual.body, as: UTF8.self)
        guard let json = recorded.json else {
            if (recorded.text ?? "") != text { differ("body", recorded.text, text) }
            return
        }
        guard let answered = try? JSONParser.parse(actual.body) else { return differ("body", "JSON", text) }
        if isListOfEvents {
            let pair = Comparison.sortedEvents(json, answered)
            compare(pair.recorded, pair.answered, at: "body", &correspondence)
        } else {
            compare(json, answered, at: "body", &correspondence)
        }
    }

    /// Events of one request have one time, and then come in the order of their random guids.
    private static func sortedEvents(
        _ recorded: JSONValue,
        _ answered: JSONValue
    ) -> (recorded: JSONValue, answered: JSONValue) {
        guard let events = recorded["resources"]?.list, let others = answered["resources"]?.list,
            events.count == others.count, var one = recorded.object, var other = answered.object
        else { return (recorded, answered) }
        var sorted: (recorded: [JSONValue], answered: [JSONValue]) = ([], [])
        var start = 0
        while start < events.count {
            let time = events[start]["created_at"]?.text
            let end = events[start...].firstIndex { $0["created_at"]?.text != time } ?? events.count
            sorted.recorded += byType(events[start..<end])
            sorted.answered += byType(others[start..<end])
            start = end
        }
        one["resources"] = .list(sorted.recorded)
        other["resources"] = .list(sorted.answered)
        return (.object(one), .object(other))
    }

    private static func byType(_ events: ArraySlice<JSONValue>) -> [JSONValue] {
        events.enumerated().sorted { left, right in
            (left.element["type"]?.text ?? "", left.offset) < (right.element["type"]?.text ?? "", right.offset)
        }.map(\.element)
    }

    private mutating func compare(
        _ recorded: JSONValue,
        _ actual: JSONValue,
        at place: String,
        _ correspondence: inout Correspondence
    ) {
        switch (recorded, actual) {
        case (.null, .null): break
        case (.bool(let one), .bool(let other)) where one == other: break
        case (.number(let one), .number(let other)):
            if one != other, !Comparison.isDuration(place) { differ(place, one, other) }
        case (.text(let one), .text(let other)) where place.hasSuffix(".instance_guid"):
            // the runtime below the recorded server was a stand-in that knew instances by their index alone
            if one.prefix(8) != other.prefix(8) || one.count != other.count { differ(place, one, other) }
        case (.text(let one), .text(let other)):
            if !areAlike(one, other, at: place, &correspondence) { differ(place, one, other) }
        case (.list(let one), .list(let other)):
            guard one.count == other.count else {
                return differ(place + ".count", "\(one.count)", "\(other.count)")
            }
            for index in one.indices { compare(one[index], other[index], at: "\(place).\(index)", &correspondence) }
        case (.object(let one), .object(let other)):
            compare(one, other, at: place, &correspondence)
        default:
            differ(
                place,
                String(decoding: recorded.bytes, as: UTF8.self),
                String(decoding: actual.bytes, as: UTF8.self)
            )
        }
    }

    private mutating func compare(
        _ recorded: JSONObject,
        _ actual: JSONObject,
        at place: String,
        _ correspondence: inout Correspondence
    ) {
        // maps whose order means nothing
        let isUnordered = ["labels", "annotations", "process_types"].contains { place.hasSuffix("." + $0) }
        let names = (recorded.names, actual.names)
        if isUnordered ? names.0.sorted() != names.1.sorted() : names.0 != names.1 {
            differ(place + ".names", names.0.joined(separator: " "), names.1.joined(separator: " "))
        }
        for member in recorded.members {
            guard let value = actual[member.name] else { continue }
            compare(member.value, value, at: "\(place).\(member.name)", &correspondence)
        }
    }

    /// Seconds since something happened, which go with the machine.
    private static func isDuration(_ place: String) -> Bool {
        place.hasSuffix(".uptime") || place.hasSuffix(".since")
    }

    private func areAlike(
        _ recorded: String,
        _ actual: String,
        at place: String,
        _ correspondence: inout Correspondence
    ) -> Bool {
        if let one = Comparison.time(recorded), let other = Comparison.time(actual) {
            return correspondence.correspond(one, other)
        }
        if place.hasSuffix(".name"), Comparison.isMadeUpName(recorded), Comparison.isMadeUpName(actual) {
            return correspondence.correspond(recorded, actual)
        }
        let parts = NamedParts(recorded.replacing(recordedAddress, with: "{api}")).parts
        let others = NamedParts(actual.replacing(address, with: "{api}")).parts
        guard parts.count == others.count else { return false }
        return zip(parts, others).allSatisfy { pair in
            switch pair {
            case (.literal(let one), .literal(let other)): one.utf8.elementsEqual(other.utf8)
            case (.name(let one), .name(let other)): correspondence.correspond(one, other)
            default: false
            }
        }
    }

    /// The name of a task that was given none.
    private static func isMadeUpName(_ text: String) -> Bool {
        text.utf8.count == 8 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func time(_ text: String) -> Timestamp? {
        Timestamp(text.hasSuffix("+00:00") ? text.dropLast(6) + "Z" : text)
    }
}
