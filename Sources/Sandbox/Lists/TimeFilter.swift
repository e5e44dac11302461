import Diagnostics

/// `created_ats` and `updated_ats`: one of some seconds, or a comparison.
struct TimeFilter {
    let name: String
    let comparison: String?
    let times: [Timestamp]

    /// Adds what a parameter says; the messages are those of the server.
    static func read(_ value: Query.Value?, _ name: String, into filters: inout [TimeFilter]) -> [String] {
        switch value {
        case nil: return []
        case .text(let text): return add(text, name, nil, to: &filters)
        case .list: return [message(name)]
        case .hash(let members):
            return members.flatMap { member in
                guard ["lt", "lte", "gt", "gte"].contains(member.name) else {
                    return ["Invalid comparison operator: '\(member.name)'"]
                }
                return add(member.value, name, member.name, to: &filters)
            }
        }
    }

    private static func add(
        _ text: String,
        _ name: String,
        _ comparison: String?,
        to filters: inout [TimeFilter]
    ) -> [String] {
        let times = ListQuery.split(text).map { Timestamp($0.string) }
        guard !times.contains(nil) else { return [message(name)] }
        filters.append(TimeFilter(name: name, comparison: comparison, times: times.compactMap { $0 }))
        return []
    }

    private static func message(_ name: String) -> String {
        RubyText.humanized(name)
            + " has an invalid timestamp format. Timestamps should be formatted as 'YYYY-MM-DDThh:mm:ssZ'"
    }

    func accepts(_ row: some TableRow) -> Bool {
        let time = name == "created_ats" ? row.createdAt : row.updatedAt
        switch comparison {
        case "lt": return times.allSatisfy { time < $0 }
        case "lte": return times.allSatisfy { time <= $0 }
        case "gt": return times.allSatisfy { time > $0 }
        case "gte": return times.allSatisfy { time >= $0 }
        default: return times.contains(time)
        }
    }
}
