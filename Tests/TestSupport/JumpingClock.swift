import Synchronization

/// A clock that jumps to the end of every sleep and remembers how long it was.
package final class JumpingClock: Clock, Sendable {
    package typealias Duration = Swift.Duration

    package struct Instant: InstantProtocol {
        package var offset: Swift.Duration
        package func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let current = Mutex(Instant(offset: .zero))
    private let recorded = Mutex<[Swift.Duration]>([])

    private let onSleep: @Sendable (_ seconds: Int) async -> Void

    /// `onSleep` gets the whole seconds by which the clock has moved on, for other clocks to move along.
    package init(onSleep: @escaping @Sendable (_ seconds: Int) async -> Void = { _ in }) {
        self.onSleep = onSleep
    }

    package var now: Instant { current.withLock { $0 } }
    package var minimumResolution: Swift.Duration { .zero }
    package var sleeps: [Swift.Duration] { recorded.withLock { $0 } }

    package func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        try Task.checkCancellation()
        let (pause, seconds) = current.withLock { now in
            let before = now
            now = max(now, deadline)
            return (before.duration(to: deadline), now.offset.components.seconds - before.offset.components.seconds)
        }
        recorded.withLock { $0.append(pause) }
        if seconds > 0 { await onSleep(Int(seconds)) }
    }
}
