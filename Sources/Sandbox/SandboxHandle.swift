/// A sandbox, served or not, as tests hold it.
package struct SandboxHandle: Sendable {
    package let url: String
    package let store: Store

    /// One that nobody serves keeps the URL that its links begin with.
    package init(url: String = "http://127.0.0.1", store: Store) {
        self.url = url
        self.store = store
    }

    /// What was requested so far, token requests included.
    package func journal() async -> [JournalEntry] { await store.journal() }

    package func clearJournal() async { await store.clearJournal() }

    /// Moves the clock forward.
    package func advance(by seconds: Int) async { await store.advance(by: seconds) }

    /// Takes the runtime below the Cloud Controller down, or brings it back.
    package func setRuntime(isAvailable: Bool) async { await store.setRuntime(isAvailable: isAvailable) }

    /// Says how instances fare from now on, those that run included.
    package func setRuns(_ runs: [Seed.ProcessRun]) async { await store.setRuns(runs) }

    package func addFault(_ fault: Fault) async { await store.addFault(fault) }

    /// An access token of a seeded user or client, without a request.
    package func accessToken(for name: String) async -> String? { await store.accessToken(for: name) }
}

/// Why a sandbox did not come up.
package struct SandboxStartFailure: Error {}

/// Runs a sandbox on a free port of the loopback address for as long as the body takes.
package func withSandbox<T>(
    seed: Seed,
    options: SandboxServer.Options = .testing,
    _ body: (SandboxHandle) async throws -> T
) async throws -> T {
    try await withSandbox(store: Store(seed: seed, options: options), options: options, body)
}

/// The same with a foundation that is there already.
package func withSandbox<T>(
    store: Store,
    options: SandboxServer.Options,
    _ body: (SandboxHandle) async throws -> T
) async throws -> T {
    let server = SandboxServer(store: store, options: options)
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await server.run { port in continuation.yield(port) }
        }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await group.next()
            throw SandboxStartFailure()
        }
        defer { group.cancelAll() }
        return try await body(SandboxHandle(url: "http://127.0.0.1:\(port)", store: server.store))
    }
}
