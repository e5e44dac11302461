import Reconciliation

extension APIClient {
    /// Requests of one list in flight at a time.
    static let parallelism = 10

    /// Every row of the list, in the server's order.
    func list<Resource: Decodable & Sendable>(
        _ query: ListQuery,
        of type: Resource.Type
    ) async throws(PlatformError) -> [Resource] {
        try await listing(query, of: type).rows
    }

    /// Every row of the list, and whether it had several pages.
    ///
    /// - Parameter isRepeatable: false where a failure is to be known at once.
    func listing<Resource: Decodable & Sendable>(
        _ query: ListQuery,
        isRepeatable: Bool = true,
        of type: Resource.Type
    ) async throws(PlatformError) -> Listing<Resource> {
        let paths = Array(zip(query.paths, query.pathsOfSmallerPages))
        let parts = try await parallelMap(paths) { (large, small) async throws(PlatformError) in
            try await wholeList(large, or: small, isRepeatable: isRepeatable, of: type)
        }
        return Listing(rows: parts.flatMap(\.rows), isPaged: parts.contains(where: \.isPaged))
    }

    /// The list in large pages, or in small ones when a large one takes too long or breaks off.
    private func wholeList<Resource: Decodable & Sendable>(
        _ large: String,
        or small: String,
        isRepeatable: Bool,
        of type: Resource.Type
    ) async throws(PlatformError) -> Listing<Resource> {
        do {
            return try await wholeList(large, isRepeatable: isRepeatable, givesUpWhenSlow: true, of: type)
        } catch {
            guard error.isOfSlowAnswer else { throw error }
            return try await wholeList(small, isRepeatable: isRepeatable, of: type)
        }
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
        isRepeatable: Bool,
        givesUpWhenSlow: Bool = false,
        of type: Resource.Type
    ) async throws(PlatformError) -> Listing<Resource> {
        @Sendable func page(_ path: String) async throws(PlatformError) -> WirePage<Resource> {
            var request = TransportRequest(.get, path, of: endpoint)
            request.isRepeatable = isRepeatable
            request.givesUpWhenSlow = givesUpWhenSlow
            return try APIClient.decoded(WirePage.self, from: try await answer(to: request), to: request)
        }
        var mismatch = ""
        for _ in 1...4 {
            let first = try await page(path)
            let total = first.pagination.totalResults
            var rows = first.resources
            let pages = first.pagination.totalPages
            if pages > 1, rows.count < total {
                guard pages <= 10_000 else {
                    mismatch = "the list counts \(pages) pages"
                    break
                }
                let others = try await parallelMap(Array(2...pages)) { (number) async throws(PlatformError) in
                    try await page("\(path)&page=\(number)").resources
                }
                for more in others { rows += more }
            }
            if rows.count == total { return Listing(rows: rows, isPaged: pages > 1) }
            mismatch = "the list counts \(total) and holds \(rows.count)"
        }
        var error = PlatformError(.unexpectedAnswer, cause: mismatch)
        error.method = "GET"
        error.path = path
        error.attempts = 1
        throw error
    }
}

/// The rows of a list.
struct Listing<Row: Sendable>: Sendable {
    var rows: [Row]
    /// It had several pages, so rows may have moved from one to another between the requests; what it lacks may be there.
    var isPaged: Bool
}

extension PlatformError {
    /// The server, or a proxy in front of it, did not get ready in time; proxies often give up after a minute, also within the answer.
    fileprivate var isOfSlowAnswer: Bool {
        code == .timedOut || code == .incompleteAnswer || (code == .rejected && (status == 502 || status == 504))
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
