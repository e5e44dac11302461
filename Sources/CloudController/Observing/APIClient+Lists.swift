import Reconciliation

extension APIClient {
    /// Requests of one list in flight at a time.
    static let parallelism = 10

    /// Every row of the list, in the server's order.
    func list<Resource: Decodable & Sendable>(
        _ query: ListQuery,
        of type: Resource.Type
    ) async throws(PlatformError) -> [Resource] {
        let parts = try await parallelMap(query.paths) { (path) async throws(PlatformError) in
            try await wholeList(path, of: type)
        }
        return parts.flatMap { $0 }
    }

    /// The first page of the list, where some rows are enough.
    func firstPage<Resource: Decodable & Sendable>(
        _ query: ListQuery,
        of type: Resource.Type
    ) async throws(PlatformError) -> [Resource] {
        guard let path = query.paths.first else { return [] }
        return try await get(path, as: WirePage<Resource>.self).resources
    }

    /// All pages of one query.
    ///
    /// Pages are plain offsets: a row deleted while they are read moves later ones up, and one is skipped
    /// (`cloud_controller_ng lib/cloud_controller/paging/sequel_paginator.rb`). Then the count of the first page is not
    /// the number of rows, and the list is read again.
    private func wholeList<Resource: Decodable & Sendable>(
        _ path: String,
        of type: Resource.Type
    ) async throws(PlatformError) -> [Resource] {
        var mismatch = ""
        for _ in 1...4 {
            let first = try await get(path, as: WirePage<Resource>.self)
            let total = first.pagination.totalResults
            var rows = first.resources
            let pages = first.pagination.totalPages
            if pages > 1, rows.count < total {
                guard pages <= 10_000 else {
                    mismatch = "the list counts \(pages) pages"
                    break
                }
                let others = try await parallelMap(Array(2...pages)) { (page) async throws(PlatformError) in
                    try await get("\(path)&page=\(page)", as: WirePage<Resource>.self).resources
                }
                for page in others { rows += page }
            }
            if rows.count == total { return rows }
            mismatch = "the list counts \(total) and holds \(rows.count)"
        }
        var error = PlatformError(.unexpectedAnswer, cause: mismatch)
        error.method = "GET"
        error.path = path
        error.attempts = 1
        throw error
    }
}

/// The results in the order of the elements, with a bounded number at work at a time; the first failure ends it.
func parallelMap<Element: Sendable, Value: Sendable>(
    _ elements: [Element],
    _ transform: @escaping @Sendable (Element) async throws(PlatformError) -> Value
) async throws(PlatformError) -> [Value] {
    if elements.count == 1 { return [try await transform(elements[0])] }
    let outcome = await withTaskGroup(
        of: (index: Int, result: Result<Value, PlatformError>).self,
        returning: Result<[Value], PlatformError>.self
    ) { group in
        var values = [Value?](repeating: nil, count: elements.count)
        for index in elements.indices.prefix(APIClient.parallelism) {
            group.addTask {
                (index, await attempted { () async throws(PlatformError) in try await transform(elements[index]) })
            }
        }
        var next = min(APIClient.parallelism, elements.count)
        while let (index, result) = await group.next() {
            switch result {
            case .success(let value): values[index] = value
            case .failure(let error):
                group.cancelAll()
                return .failure(error)
            }
            if next < elements.count {
                let index = next
                next += 1
                group.addTask {
                    (index, await attempted { () async throws(PlatformError) in try await transform(elements[index]) })
                }
            }
        }
        return .success(values.compactMap { $0 })
    }
    return try outcome.get()
}
