import Synchronization
import TestSupport

/// Virtual time for several appliers at once: one of them moves at a time, always the one whose turn comes first.
///
/// Every request waits twice, on its way to the server and back, and every sleep once. When all that live wait, the
/// earliest goes on; of several at the same time a seeded generator picks one. So a seed gives one interleaving of
/// requests, however the machine schedules threads, and nothing really sleeps.
final class World: Sendable {
    private struct Waiter {
        let time: Duration
        let rank: UInt64
        let applier: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now = Duration.zero
        var random: SeededGenerator
        /// Of the first step of each applier: all of them come at once, in any order.
        let firstRanks: [UInt64]
        var waiters: [Waiter] = []
        /// Appliers that are at work and wait for nothing.
        var busy: Int
        /// Steps so far, by applier.
        var steps: [Int: Int] = [:]
        var dead: Set<Int> = []
        /// Whole seconds that others were told of.
        var secondsTold = 0
    }

    /// An applier that stops for ever after so many steps.
    struct Death: Sendable {
        let applier: Int
        let step: Int
    }

    private let state: Mutex<State>
    private let death: Death?

    init(appliers: Int, seed: UInt64, death: Death? = nil) {
        var random = SeededGenerator(seed: seed)
        let ranks = (0..<appliers).map { _ in random.next() }
        state = Mutex(State(random: random, firstRanks: ranks, busy: appliers))
        self.death = death
    }

    var now: Duration { state.withLock { $0.now } }

    /// Whole seconds since this was last asked.
    func secondsPassed() -> Int {
        state.withLock { state in
            let seconds = Int(state.now.components.seconds)
            defer { state.secondsTold = seconds }
            return seconds - state.secondsTold
        }
    }

    /// The steps that an applier has made.
    func steps(of applier: Int) -> Int { state.withLock { $0.steps[applier, default: 0] } }

    func random() -> UInt64 { state.withLock { $0.random.next() } }

    /// Between the two, evenly.
    func random(in range: ClosedRange<Int>) -> Duration {
        state.withLock { .milliseconds(Int.random(in: range, using: &$0.random)) }
    }

    /// Waits for its turn; false for an applier that is dead by now.
    func wait(_ applier: Int, _ duration: Duration) async -> Bool {
        let isAlive = state.withLock { state in
            let step = state.steps[applier, default: 0]
            if let death, death.applier == applier, step >= death.step { state.dead.insert(applier) }
            guard !state.dead.contains(applier) else { return false }
            state.steps[applier] = step + 1
            return true
        }
        guard isAlive else { return false }
        return await withCheckedContinuation { continuation in
            let next = state.withLock { state in
                let time = state.now + max(.zero, duration)
                let isFirst = state.steps[applier] == 1
                let rank = isFirst ? state.firstRanks[applier] : state.random.next()
                state.waiters.append(
                    Waiter(time: time, rank: rank, applier: applier, continuation: continuation)
                )
                state.busy -= 1
                return World.next(&state)
            }
            next?.resume(returning: true)
        }
    }

    /// The applier is done, or nobody will hear of it again.
    func leave() {
        let next = state.withLock { state in
            state.busy -= 1
            return World.next(&state)
        }
        next?.resume(returning: true)
    }

    private static func next(_ state: inout State) -> CheckedContinuation<Bool, Never>? {
        guard state.busy == 0 else { return nil }
        let first = state.waiters.indices.min { left, right in
            (state.waiters[left].time, state.waiters[left].rank) < (
                state.waiters[right].time, state.waiters[right].rank
            )
        }
        guard let first else { return nil }
        let waiter = state.waiters.remove(at: first)
        state.now = max(state.now, waiter.time)
        state.busy += 1
        return waiter.continuation
    }
}

/// The clock of one applier in a world.
struct WorldClock: Clock {
    typealias Duration = Swift.Duration

    struct Instant: InstantProtocol {
        let offset: Swift.Duration
        func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let world: World
    let applier: Int

    var now: Instant { Instant(offset: world.now) }
    var minimumResolution: Swift.Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        guard await world.wait(applier, now.duration(to: deadline)) else { throw CancellationError() }
    }
}
