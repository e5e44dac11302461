@testable import Sandbox

/// Recordings that ran against one foundation, one after the other.
struct ReplayGroup: Sendable {
    let seed: String
    let parts: [Part]
    /// The address that the recorded server gave itself.
    let address: String
    /// When the foundation was finished.
    let finished: String

    /// A file, or the part of it that was recorded at one time.
    struct Part: Sendable {
        let file: String
        var first: String?
        /// The name of the exchange after the last one.
        var end: String?

        var exchanges: [RecordedExchange] {
            get throws {
                let all = try Recording.exchanges(file)
                let start = first.flatMap { name in all.firstIndex { $0.id == "\(file)/\(name)" } } ?? 0
                let stop = end.flatMap { name in all.firstIndex { $0.id == "\(file)/\(name)" } } ?? all.count
                return Array(all[start..<stop])
            }
        }
    }

    var files: [String] { parts.map(\.file) }

    /// The events in the recorded lists that are older than the first request, oldest first.
    var pastEvents: [JSONValue] {
        get throws {
            var seen: Set<String> = []
            var found: [JSONValue] = []
            for file in Set(files).sorted() where file.hasPrefix("15-") || file.hasPrefix("24-") {
                for exchange in try Recording.exchanges(file) {
                    let events = exchange.response?.json?["resources"]?.list ?? []
                    let isDescending = exchange.target.contains("order_by=-created_at")
                    for event in isDescending ? events.reversed() : events {
                        guard let time = event["created_at"]?.text, time <= finished else { continue }
                        guard seen.insert(event["guid"]?.text ?? "").inserted else { continue }
                        found.append(event)
                    }
                }
            }
            let sorted = found.enumerated().sorted { left, right in
                let times = (left.element["created_at"]?.text ?? "", right.element["created_at"]?.text ?? "")
                return (times.0, left.offset) < (times.1, right.offset)
            }
            return sorted.map(\.element)
        }
    }

    static let all = [
        ReplayGroup(
            seed: "00-seed",
            parts: [
                Part(file: "01-root-info"), Part(file: "02-lookups"), Part(file: "03-processes-read"),
                Part(file: "04-processes-patch"), Part(file: "05-processes-scale"),
                Part(file: "06-droplets"), Part(file: "07-tasks-create-read"), Part(file: "08-tasks-patch"),
                Part(file: "09-tasks-cancel"), Part(file: "10-label-selectors"),
                Part(file: "11-pagination"), Part(file: "12-authentication"), Part(file: "13-permissions"),
                Part(file: "14-bodies-routes"), Part(file: "15-audit-events"),
                Part(file: "16-during-deployment"),
            ],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:10:27Z"
        ),
        ReplayGroup(
            seed: "17-18-seed",
            parts: [Part(file: "17-quotas")],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:12:52Z"
        ),
        ReplayGroup(
            seed: "17-18-seed",
            parts: [Part(file: "18-rate-limit-variant")],
            address: "http://127.0.0.1:8281",
            finished: "2026-11-21T03:12:53Z"
        ),
        ReplayGroup(
            seed: "19-seed",
            parts: [Part(file: "19-extra")],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:15:49Z"
        ),
        ReplayGroup(
            seed: "20-seed",
            parts: [
                Part(file: "20-roles"), Part(file: "21-deployments", end: "roll6-scale-to-4"),
                Part(file: "22-restart"), Part(file: "23-restage"),
                Part(file: "21-deployments", first: "roll6-scale-to-4"),
                Part(file: "24-audit-after"),
            ],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T04:43:09Z"
        ),
    ]
}
