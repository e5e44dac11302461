/// How long something is looked at that takes its time: soon at first, then every five seconds, up to a deadline on the
/// clock.
///
/// A look that the server does not answer well is no result as long as there is time: what is waited for goes on.
struct Patience {
    /// In all.
    let seconds: Int
    /// Why the last look brought nothing; nil when it brought something.
    private(set) var trouble: PlatformError?
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private var pause = 1

    init(seconds: Int, clock: any Clock<Duration>) {
        self.seconds = seconds
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    /// Whole seconds since the beginning.
    var spent: Int { Int(elapsed().components.seconds) }

    /// Sleeps before the next look; false when the time is over or the work is cancelled.
    mutating func sleep() async -> Bool {
        let left = Duration.seconds(seconds) - elapsed()
        guard left > .zero else { return false }
        let now = min(Duration.seconds(pause), left)
        pause = min(pause + 1, 5)
        return (try? await clock.sleep(for: now)) != nil
    }

    /// Something else is looked at from now on, soon at first.
    mutating func beginAgain() {
        pause = 1
    }

    /// A look; nil when it brought nothing.
    ///
    /// Whoever sends its requests is told how much time is left, so that none of them takes longer.
    mutating func look<Value: Sendable>(
        _ read: () async throws(PlatformError) -> Value
    ) async throws(PlatformError) -> Value? {
        let (whole, elapsed) = (Duration.seconds(seconds), elapsed)
        let result = await TimeLeft.$current.withValue(TimeLeft { whole - elapsed() }) {
            () async -> Result<Value, PlatformError> in
            do throws(PlatformError) { return .success(try await read()) } catch { return .failure(error) }
        }
        switch result {
        case .success(let value):
            trouble = nil
            return value
        case .failure(let error):
            // Who is interrupted notices it at the next sleep.
            guard error.isTransient || error.code == .cancelled else { throw error }
            trouble = error
            return nil
        }
    }
}

/// How long whoever asks goes on waiting: an answer that comes later helps nobody.
package struct TimeLeft: Sendable {
    /// Nil where a request may take as long as its own time-out.
    ///
    /// A value of a type of our own: with a bare closure as the value of a task local, what Swift 6.3.1 makes of `withValue` with
    /// optimization crashes.
    @TaskLocal package static var current: TimeLeft?

    /// The shortest time that a look is given, also at the very end.
    package static let shortest = Duration.seconds(2)

    private let measure: @Sendable () -> Duration

    init(_ measure: @escaping @Sendable () -> Duration) {
        self.measure = measure
    }

    /// Below zero when the time is over.
    package var duration: Duration { measure() }
}

/// Tells the time since it was made.
func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
