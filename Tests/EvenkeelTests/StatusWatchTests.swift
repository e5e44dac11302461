import Foundation
import Sandbox
import Synchronization
import TestSupport
import Testing

/// `status --watch`: the live view.
@Suite struct StatusWatchTests {
    private static let opening = "\u{1b}[?1049h"
    private static let closing = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    /// Watches on a terminal, and is interrupted when the clock is asked for the last of so many waits.
    private func watch(
        _ stage: Stage,
        rows: Int = 0,
        looks: Int,
        _ arguments: [String] = [],
        before look: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async -> Run {
        let box = Mutex<Task<Run, Never>?>(nil)
        let waits = Mutex(0)
        let store = stage.sandbox.store
        let clock = JumpingClock { seconds in
            await store.advance(by: seconds)
            let wait = waits.withLock { count in
                count += 1
                return count
            }
            await look(wait)
            if wait == looks { box.withLock { $0?.cancel() } }
        }
        let terminal = stage.terminal(rows: rows, clock: clock)
        let command = ["status", stage.folder.appending(path: "acme.yml").path, "--watch"] + arguments
        let (ready, go) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await _ in ready { break }
            return await evenkeel(command, on: terminal)
        }
        box.withLock { $0 = task }
        go.yield()
        return await task.value
    }

    private func frames(_ output: String) -> [String] {
        output.components(separatedBy: "\u{1b}[H").dropFirst().map { $0.components(separatedBy: "\u{1b}[J")[0] }
    }

    @Test func `it is drawn over itself until it is interrupted, and stays on the terminal`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {processes: {web: {instances: 2}}}")

            let run = await watch(stage, looks: 3, ["--interval", "5s", "--color", "never"]) { wait in
                if wait == 1 { try? await stage.scaleByHand("storefront", "worker", instances: 2) }
            }

            #expect(run.status == 130, "\(run)")
            #expect(run.output.hasPrefix(Self.opening))
            let frames = frames(run.output)
            #expect(frames.count == 3, "\(run.output)")
            #expect(frames[0].contains("3 of 3 instances ready.") && frames[1].contains("4 of 4 instances ready."))
            #expect(frames.allSatisfy { $0.contains("Looks again every 5s; Ctrl-C ends it.") })
            let rest = try #require(run.output.components(separatedBy: Self.closing).last)
            #expect(rest.hasPrefix("Status of ") && rest.hasSuffix("4 of 4 instances ready.\n"), "\(rest)")
            #expect(!rest.contains("\u{1b}"))
        }
    }

    @Test func `what does not fit on the terminal is counted`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {}\npayments: {}")

            let run = await watch(stage, rows: 6, looks: 1)

            let frame = try #require(frames(run.output).first)
            #expect(frame.components(separatedBy: "\r\n").count == 6)
            #expect(frame.contains(#/\([0-9]+ more lines do not fit on this terminal\)/#), "\(frame)")
        }
    }

    @Test func `trouble on the way leaves what was seen last in sight`() async throws {
        try await withStage { stage in
            try stage.write("payments: {}")

            let run = await watch(stage, looks: 2) { wait in
                guard wait == 1 else { return }
                await stage.sandbox.addFault(
                    Fault(method: "GET", path: "/v3/spaces", times: 1, .answer(status: 404, headers: [], body: []))
                )
            }

            let frames = frames(run.output)
            #expect(frames.count == 2)
            #expect(frames[1].contains("1 of 1 instance ready.") && frames[1].contains("looking again failed"))
            #expect(frames[1].contains("error[api-rejected]"), "\(frames[1])")
        }
    }

    @Test func `a first look that fails ends it as without --watch`() async throws {
        try await withStage(user: "stranger") { stage in
            try stage.write("payments: {}")

            let run = await watch(stage, looks: 1)

            #expect(run.status == 1)
            #expect(run.output.isEmpty, "\(run)")
        }
    }

    @Test(arguments: [["--watch"], ["--watch", "--format", "json"]])
    func `without a terminal or as JSON it is refused before any request`(_ arguments: [String]) async throws {
        try await withStage { stage in
            try stage.write("payments: {}")

            let run = await stage.run("status", arguments)

            #expect(run.status == 64)
            #expect(run.error.contains("--watch needs a terminal"))
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `an interval that makes no sense is refused`() async {
        for interval in ["0s", "2", "-1s", "1d", "48h"] {
            let run = await evenkeel("status", "x.yml", "--interval", interval)
            #expect(run.status == 64, "\(interval)")
        }
    }
}
