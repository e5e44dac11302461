@testable import Sandbox

/// What stands in the sandbox for the guids and times of the recording.
///
/// Guids that the server made up cannot be seeded. The first place where both answers show one binds them, in both
/// directions, for good.
struct Correspondence {
    private var actualByRecorded: [String: String] = [:]
    private var recordedByActual: [String: String] = [:]
    /// The earliest and the latest recorded second for each of the sandbox's.
    private var recordedTimes: [Int: ClosedRange<Int>] = [:]
    /// Guids of the sandbox, by collection, that were made by requests without a recorded answer.
    private var unclaimed: [String: [String]] = [:]
    private let known: Set<String>
    /// Seconds of the sandbox's clock in which there was more than one request; others are two recorded seconds at most.
    var sharedSeconds: Set<Int> = []
    /// What is at most as old as this was seeded, here and there.
    private let seeded: (actual: Timestamp, recorded: Timestamp)

    init(known: Set<String>, seeded: (actual: Timestamp, recorded: Timestamp)) {
        self.known = known
        self.seeded = seeded
        for guid in known {
            actualByRecorded[guid] = guid
            recordedByActual[guid] = guid
        }
    }

    /// Whether two names stand for the same; binds them when both are new.
    mutating func correspond(_ recorded: String, _ actual: String) -> Bool {
        switch (actualByRecorded[recorded], recordedByActual[actual]) {
        case (actual?, recorded?): return true
        case (nil, nil):
            actualByRecorded[recorded] = actual
            recordedByActual[actual] = recorded
            return true
        default: return false
        }
    }

    /// Times made by requests keep their order and stay the same wherever they show; seeded ones stay before them.
    mutating func correspond(_ recorded: Timestamp, _ actual: Timestamp) -> Bool {
        if actual <= seeded.actual { return recorded <= seeded.recorded }
        guard recorded >= seeded.recorded else { return false }
        for (other, bound) in recordedTimes {
            if other < actual.seconds && bound.lowerBound > recorded.seconds { return false }
            if other > actual.seconds && bound.upperBound < recorded.seconds { return false }
        }
        let bound = recordedTimes[actual.seconds] ?? recorded.seconds...recorded.seconds
        let extended = min(bound.lowerBound, recorded.seconds)...max(bound.upperBound, recorded.seconds)
        // a request may fall into two seconds
        guard extended.count <= 2 || sharedSeconds.contains(actual.seconds) else { return false }
        recordedTimes[actual.seconds] = extended
        return true
    }

    /// The time in a filter, and the second of the sandbox's clock that parts the same events.
    func timeFilter(in target: String) -> (recorded: String, actual: String)? {
        guard let bracket = target.firstRange(of: "_ats[") else { return nil }
        let operation = target[bracket.upperBound...].prefix { $0 != "]" }
        let text = String(target[bracket.upperBound...].dropFirst(operation.count + 2).prefix { $0 != "&" })
        guard let time = Timestamp(text), time > seeded.recorded else { return nil }
        let found =
            operation == "gt" || operation == "lte"
            ? recordedTimes.filter { $0.value.lowerBound <= time.seconds }.keys.max()
            : recordedTimes.filter { $0.value.upperBound >= time.seconds }.keys.min()
        return found.map { (text, Timestamp(seconds: $0).description) }
    }

    /// A request's path or body with the guids of the sandbox.
    mutating func translate(_ text: String) -> String {
        let parts = NamedParts(text)
        var result = ""
        var before = ""
        for part in parts.parts {
            switch part {
            case .literal(let literal): result += literal
            case .name(let name): result += translate(name: name, after: result)
            }
            before = result
        }
        return before
    }

    private mutating func translate(name: String, after text: String) -> String {
        if let bound = actualByRecorded[name] { return bound }
        guard let collection = Correspondence.collection(before: text) else { return name }
        while let guid = unclaimed[collection]?.popLast() {
            if recordedByActual[guid] == nil, correspond(name, guid) { return guid }
        }
        return name
    }

    /// Takes note of what a request without a recorded answer has made, and of the droplet of a build.
    mutating func note(unrecorded answer: JSONValue, isNew: Bool) {
        if let droplet = answer["droplet"]?["guid"]?.text { note(droplet, in: "droplets") }
        for process in answer["new_processes"]?.list ?? [] {
            if let guid = process["guid"]?.text { note(guid, in: "processes") }
        }
        guard isNew, let guid = answer["guid"]?.text, let link = answer["links"]?["self"]?["href"]?.text else { return }
        let collection = link.split(separator: "/").dropLast().last.map(String.init)
        note(guid, in: collection ?? "")
    }

    private mutating func note(_ guid: String, in collection: String) {
        guard recordedByActual[guid] == nil, unclaimed[collection]?.contains(guid) != true else { return }
        unclaimed[collection, default: []].append(guid)
    }

    /// `tasks` for a text that ends in `/v3/tasks/`, or in `"task": {"guid": "`.
    private static func collection(before text: String) -> String? {
        if text.hasSuffix("/") {
            let parts = text.split(separator: "/")
            guard parts.count >= 2, parts[parts.count - 2] == "v3" else { return nil }
            return parts.last.map(String.init)
        }
        guard text.hasSuffix("{\"guid\":\"") else { return nil }
        let key = text.dropLast("\":{\"guid\":\"".count).split(separator: "\"").last.map(String.init)
        return key.map { $0 + "s" }
    }
}

/// A text cut into what is literal and what stands for a resource: guids, checksums.
struct NamedParts {
    enum Part: Equatable {
        case literal(String)
        case name(String)
    }

    private(set) var parts: [Part] = []

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var literalStart = 0
        var position = 0
        while position < bytes.count {
            guard NamedParts.isHex(bytes[position]), let length = NamedParts.nameLength(bytes, at: position) else {
                position += 1
                continue
            }
            if literalStart < position { parts.append(.literal(NamedParts.text(bytes[literalStart..<position]))) }
            parts.append(.name(NamedParts.text(bytes[position..<(position + length)])))
            position += length
            literalStart = position
        }
        if literalStart < bytes.count { parts.append(.literal(NamedParts.text(bytes[literalStart...]))) }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func nameLength(_ bytes: [UInt8], at start: Int) -> Int? {
        if isGUID(bytes, at: start) { return 36 }
        guard bytes.count - start >= 64, bytes[start..<(start + 64)].allSatisfy(isHex) else { return nil }
        return 64
    }

    private static func isGUID(_ bytes: [UInt8], at start: Int) -> Bool {
        guard bytes.count - start >= 36 else { return false }
        for offset in 0..<36 {
            let byte = bytes[start + offset]
            guard [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : isHex(byte) else { return false }
        }
        return true
    }
}
