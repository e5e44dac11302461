import Reconciliation

/// What the server showed of a list, and what it did not.
///
/// One row can break a list: the server answers with 500 whenever a page holds it. Whoever needs other rows is not to suffer.
struct Sighting<Row: Sendable>: Sendable {
    var rows: [Row] = []
    /// Why nothing is known of these values of the filter.
    var unseen: [String: PlatformError] = [:]
    /// Some answer had several pages.
    var isPaged = false
}

extension Sighting {
    /// Takes what another look has brought, and has not.
    mutating func add(_ other: Sighting) {
        rows += other.rows
        unseen.merge(other.unseen) { first, _ in first }
    }

    init(_ listing: Listing<Row>) {
        self.init(rows: listing.rows, isPaged: listing.isPaged)
    }
}

/// A list of which only parts may be seen.
struct PartedQuery: Sendable {
    /// So many values of the filter are asked for at a time when the whole list has failed.
    static let mostValues = 150
    /// So many broken rows are looked for in one list.
    static let mostBroken = 8

    private let path: String
    /// The filter whose values tell the parts.
    private let parted: ListQuery.Filter
    private let others: [ListQuery.Filter]
    /// Sent as it stands, already encoded.
    private let fixed: String

    init(_ path: String, by parted: ListQuery.Filter, _ others: [ListQuery.Filter] = [], fixed: String = "") {
        self.path = path
        self.parted = parted
        self.others = others
        self.fixed = fixed
    }

    fileprivate var values: [String] { parted.values }
    fileprivate var whole: ListQuery { ListQuery(path, [parted] + others, fixed: fixed) }

    fileprivate func part(_ values: [String]) -> ListQuery {
        ListQuery(path, [ListQuery.Filter(parted.name, values)] + others, fixed: fixed)
    }
}

extension APIClient {
    /// As much of the list as the server shows.
    ///
    /// A failure that tells nothing of this list alone is thrown.
    func sight<Row: Decodable & Sendable>(
        _ list: PartedQuery,
        of type: Row.Type
    ) async throws(PlatformError) -> Sighting<Row> {
        do {
            return Sighting(try await listing(list.whole, of: type))
        } catch {
            return try await sight(list, after: error, isWhole: true, of: type)
        }
    }

    /// The list in parts, after the whole of it has failed: the filter is halved until what breaks it stands alone.
    ///
    /// A row costs at most two requests for each halving, and two more. Too many such rows are another fault than a row, and
    /// end the search.
    ///
    /// - Parameter isWhole: it was asked for by the same filter, so that its parts fail together.
    func sight<Row: Decodable & Sendable>(
        _ list: PartedQuery,
        after error: PlatformError,
        isWhole: Bool,
        of type: Row.Type
    ) async throws(PlatformError) -> Sighting<Row> {
        guard error.isOfOneList else { throw error }
        var sighting = Sighting<Row>()
        guard error.mayBeOfOneRow, list.values.count > 1 || !isWhole else {
            for value in list.values { sighting.unseen[value] = error }
            return sighting
        }
        var parts = stride(from: 0, to: list.values.count, by: PartedQuery.mostValues).map { start in
            Array(list.values[start..<min(start + PartedQuery.mostValues, list.values.count)])
        }
        // It is known of the only part that it fails.
        if parts.count == 1, isWhole { parts = parts[0].halves }
        var (known, broken) = (error, 0)
        let size = min(list.values.count, PartedQuery.mostValues)
        let allowance = 2 * (Int.bitWidth - (size - 1).leadingZeroBitCount) + 2
        var requests = parts.count + allowance
        var left = Array(parts.reversed())
        while let part = left.popLast() {
            guard requests > 0, broken < PartedQuery.mostBroken else {
                for value in part { sighting.unseen[value] = known }
                continue
            }
            requests -= 1
            do {
                let listing = try await listing(list.part(part), isRepeatable: false, of: type)
                sighting.rows += listing.rows
                sighting.isPaged = sighting.isPaged || listing.isPaged
            } catch {
                guard error.isOfOneList else { throw error }
                known = error
                if part.count > 1, error.mayBeOfOneRow {
                    left += part.halves.reversed()
                    continue
                }
                broken += 1
                requests += allowance
                for value in part { sighting.unseen[value] = error }
            }
        }
        return sighting
    }
}

extension Result where Failure == PlatformError {
    /// A failure that tells nothing of one list alone is thrown.
    func ofOneList() throws(PlatformError) -> Self {
        if case .failure(let error) = self, !error.isOfOneList { throw error }
        return self
    }
}

extension [String] {
    fileprivate var halves: [[String]] { [Array(prefix(count / 2)), Array(dropFirst(count / 2))] }
}

extension PlatformError {
    /// The server failed at this list, or broke it off; other lists may do well.
    fileprivate var isOfOneList: Bool {
        switch code {
        case .rejected, .unexpectedAnswer, .incompleteAnswer, .timedOut: true
        case .unreachable: wasSent
        case .untrustedCertificate, .notLoggedIn, .notAuthenticated, .rateLimited, .invalidEndpoint, .cancelled: false
        }
    }

    /// It may go well without some row.
    fileprivate var mayBeOfOneRow: Bool {
        switch code {
        case .unexpectedAnswer, .incompleteAnswer: true
        case .rejected: status == 500
        default: false
        }
    }
}
