/// Sends what must not happen twice: an answer that was lost, or an error, may be of something that has happened.
///
/// What there is decides then, right after it and once more after a pause, since what the server is still busy with shows
/// late. Only what did not happen is sent again, up to three times. Staging does without, since it looks at everything anew
/// before each of its requests.
///
/// - Parameter isUnclear: the error leaves open whether it has happened; that of a read leaves nothing open.
/// - Parameter look: what came of it, nil when nothing did; it may throw the error as final.
func sendOnce<Value>(
    on clock: any Clock<Duration>,
    isUnclear: (PlatformError) -> Bool = { $0.mayHaveHappened && $0.code != .cancelled && $0.method != "GET" },
    _ send: () async throws(PlatformError) -> Value,
    orFind look: (PlatformError) async throws(PlatformError) -> Value?
) async throws(PlatformError) -> Value {
    var pauses = [1, 2, 4]
    while true {
        do {
            return try await send()
        } catch {
            guard isUnclear(error) else { throw error }
            if let found = try await look(error) { return found }
            guard !pauses.isEmpty, (try? await clock.sleep(for: .seconds(pauses.removeFirst()))) != nil else {
                throw error
            }
            if let found = try await look(error) { return found }
        }
    }
}
