/// When the server's own clockwork went on between two recorded requests, which their names tell.
struct RecordedClockwork {
    private var last = ""

    /// Seconds between two looks of the server at a deployment, and until a build ends.
    private static let turn = 5

    /// The first requests after a look that have no step in their names.
    private static let others: Set = ["21-deployments/cancel1-midway-get"]

    /// How far the sandbox's clock goes before a request: once for each `...-stepN` with another N than 0.
    mutating func seconds(before exchange: RecordedExchange) -> Int {
        if RecordedClockwork.others.contains(exchange.id) { return RecordedClockwork.turn }
        // a deployment is under way at the same time: the build ends with its next step
        if exchange.id == "23-restage/deploy-step0-build-fail" { return 0 }
        if exchange.path.hasPrefix("/internal/v3/staging/") { return RecordedClockwork.turn }
        guard let step = RecordedClockwork.step(exchange.id), step != last else { return 0 }
        last = step
        return step.hasSuffix("-step0") ? 0 : RecordedClockwork.turn
    }

    /// `21-deployments/roll1-step2` of a longer name.
    private static func step(_ id: String) -> String? {
        guard let range = id.firstRange(of: "-step") else { return nil }
        let number = id[range.upperBound...].prefix { $0.isNumber }
        return number.isEmpty ? nil : String(id[..<range.upperBound]) + number
    }
}
