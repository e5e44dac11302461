import CloudController
import Reconciliation
import Synchronization
import Testing

/// A bounded number of requests in flight.
struct BoundedTransportTests {
    /// Counts how many requests are inside at a time.
    private final class Gauge: Sendable {
        private let state = Mutex<(now: Int, most: Int)>((0, 0))
        var most: Int { state.withLock { $0.most } }
        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test func `no more than the limit are in flight, and all come through`() async throws {
        let gauge = Gauge()
        let transport = BoundedTransport(
            ClosureTransport { _ throws(PlatformError) in
                gauge.enter()
                for _ in 0..<20 { await Task.yield() }
                gauge.leave()
                return TransportResponse(status: 200)
            },
            limit: 3
        )
        let request = TransportRequest(.get, "/", of: try .test())

        let done = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { (try? await transport.send(request)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(done == 50)
        #expect(gauge.most == 3)
    }

    @Test func `a failure gives its place free`() async throws {
        let transport = BoundedTransport(
            ScriptedTransport([
                .failure(PlatformError(.timedOut)), .success(TransportResponse(status: 200)),
            ]),
            limit: 1
        )
        let request = TransportRequest(.get, "/", of: try .test())

        await #expect(throws: PlatformError.self) { try await transport.send(request) }

        #expect(try await transport.send(request).status == 200)
    }

    @Test func `a cancelled request that waits is given up, and blocks nobody`() async throws {
        let (inside, insideSignal) = AsyncStream.makeStream(of: Void.self)
        let (release, releaseSignal) = AsyncStream.makeStream(of: Void.self)
        let transport = BoundedTransport(
            ClosureTransport { _ throws(PlatformError) in
                insideSignal.yield()
                for await _ in release { break }
                return TransportResponse(status: 200)
            },
            limit: 1
        )
        let request = TransportRequest(.get, "/", of: try .test())

        let first = Task { try await transport.send(request) }
        for await _ in inside { break }
        let waiting = Task { try await transport.send(request) }
        waiting.cancel()
        let error = await #expect(throws: PlatformError.self) { try await waiting.value }
        releaseSignal.finish()

        #expect(error?.code == .cancelled)
        #expect(error?.wasSent == false)
        #expect(try await first.value.status == 200)
        #expect(try await transport.send(request).status == 200)
    }
}
