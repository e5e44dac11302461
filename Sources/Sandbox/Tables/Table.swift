/// A row of a table: one resource as the store keeps it.
protocol TableRow: Sendable {
    var guid: String { get }
    /// The guid that the row is also found by: its app, its space, its organization, its user.
    var parentGUID: String { get }
    var createdAt: Timestamp { get }
    var updatedAt: Timestamp { get }
    var metadata: Metadata { get }
    /// The text that `order_by` compares for a key beyond the times.
    func sortText(_ key: String) -> String
}

extension TableRow {
    var metadata: Metadata { Metadata() }
    func sortText(_ key: String) -> String { "" }
}

/// Rows in the order in which they were made, found by guid and by parent without a search.
struct Table<Row: TableRow>: Sendable {
    private var slots: [Row?] = []
    private var positions: [String: Int] = [:]
    private var positionsByParent: [String: [Int]] = [:]

    /// The positions of all rows, oldest first.
    var all: [Int] { slots.indices.filter { slots[$0] != nil } }

    subscript(guid: String) -> Row? { positions[guid].flatMap { slots[$0] } }

    subscript(position position: Int) -> Row? { slots[position] }

    func positions(ofParents parents: some Collection<String>) -> [Int] {
        if parents.count == 1, let only = parents.first { return positionsByParent[only] ?? [] }
        return parents.flatMap { positionsByParent[$0] ?? [] }.sorted()
    }

    func positions(ofGUIDs guids: some Collection<String>) -> [Int] {
        guids.compactMap { positions[$0] }.sorted()
    }

    func rows(ofParent parent: String) -> [Row] {
        (positionsByParent[parent] ?? []).compactMap { slots[$0] }
    }

    /// The same rows in the order of their creation, which is the order of the server's ids.
    var inOrderOfCreation: Table {
        let sorted = slots.indices.filter { slots[$0] != nil }.sorted { left, right in
            guard let one = slots[left]?.createdAt, let other = slots[right]?.createdAt else { return false }
            return (one, left) < (other, right)
        }
        var table = Table()
        for position in sorted {
            if let row = slots[position] { table.insert(row) }
        }
        return table
    }

    mutating func insert(_ row: Row) {
        positions[row.guid] = slots.count
        positionsByParent[row.parentGUID, default: []].append(slots.count)
        slots.append(row)
    }

    mutating func update(_ guid: String, _ change: (inout Row) -> Void) {
        guard let position = positions[guid], var row = slots[position] else { return }
        change(&row)
        slots[position] = row
    }

    mutating func remove(_ guid: String) {
        guard let position = positions.removeValue(forKey: guid), let row = slots[position] else { return }
        positionsByParent[row.parentGUID]?.removeAll { $0 == position }
        slots[position] = nil
    }
}
