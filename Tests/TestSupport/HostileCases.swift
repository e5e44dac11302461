import Foundation
import Synchronization

/// Random cases of bad input, many of them, on all cores; the same seed gives the same cases.
///
/// A crash ends the whole test process, and a hang never ends: so the case that each worker is at stands in a file, and a case
/// is made from the seed and its number alone. `EVENKEEL_HOSTILE_SEED` and `EVENKEEL_HOSTILE_CASE` repeat one.
package struct HostileCases: Sendable {
    package let name: String
    /// How many.
    package let count: Int
    package let seed: UInt64
    /// The one case to repeat; nil for all.
    private let only: Int?
    private let file: String

    /// - Parameter count: Where the environment variable `EVENKEEL_HOSTILE_<NAME>` does not say another number.
    package init(_ name: String, count: Int) {
        let variables = ProcessInfo.processInfo.environment
        self.name = name
        self.count = variables["EVENKEEL_HOSTILE_\(name.uppercased())"].flatMap(Int.init) ?? count
        seed = variables["EVENKEEL_HOSTILE_SEED"].flatMap(UInt64.init) ?? 1
        only = variables["EVENKEEL_HOSTILE_CASE"].flatMap(Int.init)
        let folder = variables["EVENKEEL_HOSTILE_FOLDER"] ?? FileManager.default.temporaryDirectory.path
        file = "\(folder)/evenkeel-hostile-\(name).txt"
    }

    /// Runs the body for every case, and adds up what it gives.
    ///
    /// - Parameter body: Gets the number of the case and its own generator.
    package func run<Tally: Sendable>(
        from zero: Tally,
        adding: @escaping @Sendable (inout Tally, Tally) -> Void,
        _ body: @escaping @Sendable (_ number: Int, _ random: inout SeededGenerator) async -> Tally
    ) async -> Tally {
        if let only {
            var random = generator(of: only)
            return await body(only, &random)
        }
        let log = CaseLog(file)
        defer { log.remove() }
        // Numbers are handed out in small lots: cases differ much in how long they take.
        let lot = 32
        return await withTaskGroup(of: Tally.self) { group in
            for worker in 0..<max(2, ProcessInfo.processInfo.activeProcessorCount) {
                group.addTask {
                    var tally = zero
                    while true {
                        let first = log.take(lot)
                        guard first < count else { return tally }
                        for number in first..<min(count, first + lot) {
                            log.note(number, worker: worker)
                            var random = generator(of: number)
                            adding(&tally, await body(number, &random))
                        }
                    }
                }
            }
            var total = zero
            for await tally in group { adding(&total, tally) }
            return total
        }
    }

    private func generator(of number: Int) -> SeededGenerator {
        SeededGenerator(seed: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15)
    }
}

/// Hands out cases, and writes down the one that each worker is at, a line each, for whoever comes after a crash.
private final class CaseLog: Sendable {
    private static let width = 21

    private let path: String
    private let descriptor: Int32
    private let next = Atomic(0)

    init(_ path: String) {
        self.path = path
        descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
    }

    /// The first of the next cases.
    func take(_ count: Int) -> Int { next.wrappingAdd(count, ordering: .relaxed).oldValue }

    func note(_ number: Int, worker: Int) {
        let digits = String(number)
        let line = String(repeating: " ", count: CaseLog.width - 1 - digits.utf8.count) + digits + "\n"
        _ = line.withCString { pwrite(descriptor, $0, CaseLog.width, off_t(worker * CaseLog.width)) }
    }

    /// Nothing went wrong.
    func remove() {
        close(descriptor)
        unlink(path)
    }
}
