import Diagnostics

extension Store {
    /// What a list shows beside the rows themselves.
    struct Listing<Row: TableRow> {
        /// The path that links of pages begin with.
        var path: String
        var query: ListQuery
        var table: Table<Row>
        /// The guids of the parents that rows must have; nil is any.
        var parents: [String]?
        /// Bytes that a row takes, about.
        var rowSize = 1400
    }

    /// Filters, orders and cuts a table, and writes one page of it.
    func list<Row: TableRow>(
        _ listing: Listing<Row>,
        where matches: (Row) -> Bool = { _ in true },
        included: (([Row], inout JSONWriter) -> Void)? = nil,
        write: (Row, inout JSONWriter) -> Void
    ) -> Answer {
        let query = listing.query
        let positions = select(listing, where: matches)
        let (skipped, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        let start = overflow ? positions.count : min(skipped, positions.count)
        let shown = positions[start..<min(start + query.perPage, positions.count)]
        // the count comes along with the rows, so that past the end there is none
        let total = shown.isEmpty && !query.countsPastEnd ? 0 : positions.count
        let base = baseURL + listing.path
        return Answer.json(200, capacity: 600 + shown.count * listing.rowSize) { writer in
            writer.object { writer in
                writePagination(query, total: total, base: base, to: &writer)
                writer.list("resources") { writer in
                    for position in shown {
                        guard let row = listing.table[position: position] else { continue }
                        write(row, &writer)
                    }
                }
                if let included, !query.includes.isEmpty {
                    let rows = shown.compactMap { listing.table[position: $0] }
                    writer.object("included") { included(rows, &$0) }
                }
            }
        }
    }

    private func select<Row: TableRow>(_ listing: Listing<Row>, where matches: (Row) -> Bool) -> [Int] {
        let query = listing.query
        let table = listing.table
        var positions: [Int]
        if let guids = query.values("guids") {
            positions = table.positions(ofGUIDs: guids.map(\.string))
            if let parents = listing.parents.map(Set.init) {
                positions.removeAll { position in
                    table[position: position].map { !parents.contains($0.parentGUID) } ?? true
                }
            }
        } else if let parents = listing.parents {
            positions = table.positions(ofParents: parents)
        } else {
            positions = table.all
        }
        positions = positions.filter { position in
            guard let row = table[position: position] else { return false }
            return query.times.allSatisfy { $0.accepts(row) } && (query.labels?.matches(row.metadata.labels) ?? true)
                && matches(row)
        }
        return ordered(positions, of: table, by: query.order)
    }

    private func ordered<Row: TableRow>(_ positions: [Int], of table: Table<Row>, by order: String?) -> [Int] {
        guard let order else { return positions }
        let isDescending = order.hasPrefix("-")
        let key = isDescending ? String(order.dropFirst()) : order
        let rows = positions.compactMap { position in table[position: position].map { (position, $0) } }
        let sorted = rows.sorted { left, right in
            switch key {
            case "created_at": (left.1.createdAt, left.0) < (right.1.createdAt, right.0)
            case "updated_at": (left.1.updatedAt, Text(left.1.guid)) < (right.1.updatedAt, Text(right.1.guid))
            default:
                (Text(left.1.sortText(key)), Text(left.1.guid)) < (Text(right.1.sortText(key)), Text(right.1.guid))
            }
        }
        return isDescending ? sorted.reversed().map(\.0) : sorted.map(\.0)
    }

    private func writePagination(_ query: ListQuery, total: Int, base: String, to writer: inout JSONWriter) {
        let pages = max(1, (total + query.perPage - 1) / query.perPage)
        func page(_ name: String, _ number: Int?, _ writer: inout JSONWriter) {
            guard let number else { return writer.null(name) }
            writer.object(name) { $0.text("href", query.link(to: number, base: base)) }
        }
        writer.object("pagination") { writer in
            writer.number("total_results", total)
            writer.number("total_pages", pages)
            page("first", 1, &writer)
            page("last", pages, &writer)
            page("next", query.page < pages ? query.page + 1 : nil, &writer)
            page("previous", query.page > 1 ? query.page - 1 : nil, &writer)
        }
    }
}
