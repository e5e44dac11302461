import Sandbox

/// The requests that a sandbox gets, one after the other, for a test that waits for one of them.
struct RequestStream: Sendable {
    private let entries: AsyncStream<JournalEntry>
    private let continuation: AsyncStream<JournalEntry>.Continuation

    init() {
        (entries, continuation) = AsyncStream.makeStream()
    }

    func add(_ entry: JournalEntry) { continuation.yield(entry) }

    /// Nobody sends any more.
    func end() { continuation.finish() }

    /// Waits for such a request; false when none came until the end.
    ///
    /// - Parameter other: what happens after each request that is not wanted.
    func contains(
        where isWanted: (JournalEntry) -> Bool,
        other: (JournalEntry) async -> Void = { _ in }
    ) async -> Bool {
        for await entry in entries {
            if isWanted(entry) { return true }
            await other(entry)
        }
        return false
    }
}
