/// A list of the API with its filters, split into as many requests as their lengths need.
struct ListQuery: Sendable {
    /// Values that any row must have one of.
    struct Filter: Sendable {
        let name: String
        let values: [String]

        init(_ name: String, _ values: some Sequence<String>) {
            self.name = name
            self.values = Array(values)
        }
    }

    /// Puma refuses more than 10 kB, and proxies in front a line of more than 8 kB.
    private static let longestQuery = 7000

    /// The largest page that the server makes (`cloud_controller_ng config/cloud_controller.yml`).
    static let largestPage = 5000
    /// For when the largest one takes the server, or what stands before it, too long.
    static let smallerPage = 1000

    private let path: String
    private let filters: [Filter]
    /// Sent as it stands, already encoded.
    private let added: String
    private let perPage: Int

    init(_ path: String, _ filters: [Filter], fixed: String = "", perPage: Int = largestPage) {
        self.path = path
        self.filters = filters
        added = fixed.isEmpty ? "" : "&\(fixed)"
        self.perPage = perPage
    }

    /// Paths with their queries; together they ask for every combination of the filters' values.
    ///
    /// None at all when a filter is empty: the server finds nothing then, so nothing is asked.
    var paths: [String] { paths(perPage: perPage) }

    /// One for each of `paths`, with smaller pages.
    var pathsOfSmallerPages: [String] { paths(perPage: min(perPage, ListQuery.smallerPage)) }

    private func paths(perPage: Int) -> [String] {
        let fixed = "per_page=\(perPage)\(added)"
        let room = max(1, ListQuery.longestQuery - fixed.utf8.count) / max(1, filters.count)
        var queries = [fixed]
        for filter in filters {
            let batches = ListQuery.batches(of: filter, room: room)
            queries = queries.flatMap { query in batches.map { "\(query)&\($0)" } }
        }
        return queries.map { "\(path)?\($0)" }
    }

    private static func batches(of filter: Filter, room: Int) -> [String] {
        var batches: [String] = []
        var batch = ""
        for value in filter.values {
            let encoded = PercentEncoding.inList(value)
            if batch.isEmpty {
                batch = "\(filter.name)=\(encoded)"
            } else if batch.utf8.count + 1 + encoded.utf8.count <= room {
                batch += ",\(encoded)"
            } else {
                batches.append(batch)
                batch = "\(filter.name)=\(encoded)"
            }
        }
        return batch.isEmpty ? [] : batches + [batch]
    }
}
