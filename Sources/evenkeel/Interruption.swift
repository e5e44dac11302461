import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Turns Ctrl-C and SIGTERM into a cancelled task, so that what was done is still reported.
///
/// A second one ends the process at once.
final class Interruption: Sendable {
    private let flag = Mutex(false)

    /// A signal came while the work was done.
    var happened: Bool { flag.withLock { $0 } }

    /// Does the work; a signal cancels it.
    func guarding<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        let task = Task { await work() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                let isFirst = flag.withLock { happened in
                    defer { happened = true }
                    return !happened
                }
                guard isFirst else { exit(ExitStatus.interrupted.rawValue) }
                task.cancel()
            }
            source.resume()
            return source
        }
        let value = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        return value
    }
}
