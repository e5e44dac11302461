import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Turns Ctrl-C, SIGTERM and SIGHUP into a cancelled task, so that what was done is still reported.
///
/// A second one ends the process at once, and so does the first while somebody is asked.
final class Interruption: Sendable {
    private struct State {
        var happened = false
        var isAsking = false
        var onFirst: @Sendable () -> Void = {}
        var onForcedEnd: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    /// A signal came while the work was done.
    var happened: Bool { state.withLock { $0.happened } }

    /// Calls `first` when the work is cancelled, and `forcedEnd` before the process is ended at once; both are to leave the
    /// terminal as it should be.
    func onSignal(first: @escaping @Sendable () -> Void = {}, forcedEnd: @escaping @Sendable () -> Void = {}) {
        state.withLock { state in
            state.onFirst = first
            state.onForcedEnd = forcedEnd
        }
    }

    /// Does something that cannot be cancelled and waits for a person.
    func asking<Value>(_ body: () -> Value) -> Value {
        state.withLock { $0.isAsking = true }
        defer { state.withLock { $0.isAsking = false } }
        return body()
    }

    /// Does the work; a signal cancels it.
    func guarding<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let task = Task { () -> Result<Value, Failure> in
            do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
        }
        // Who ignores a hang-up, as `nohup` does, goes on.
        let numbers = [SIGINT, SIGTERM] + (Interruption.ignoresHangUp ? [] : [SIGHUP])
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in if take() { task.cancel() } }
            source.resume()
            return source
        }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        for source in sources { source.cancel() }
        for number in numbers { signal(number, SIG_DFL) }
        return try result.get()
    }

    /// As the process was started, or as it was left.
    private static var ignoresHangUp: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        #if canImport(Darwin)
        let handler = action.__sigaction_u.__sa_handler
        #else
        let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// True for the signal that cancels the work; the one that ends the process does not return.
    private func take() -> Bool {
        let before = state.withLock { state in
            defer { state.happened = true }
            return state
        }
        if before.happened || before.isAsking {
            before.onForcedEnd()
            exit(ExitStatus.interrupted.rawValue)
        }
        before.onFirst()
        return true
    }
}
