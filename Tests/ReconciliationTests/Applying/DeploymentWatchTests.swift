import Synchronization
import TestSupport
import Testing

@testable import Reconciliation

@Suite struct DeploymentWatchTests {
    @Test func `whoever needs a look while one is under way joins it`() async {
        let (looks, look) = AsyncStream<Void>.makeStream()
        let (gates, gate) = AsyncStream<Void>.makeStream()
        let count = Mutex(0)
        let platform = ScriptedPlatform(
            active: [ObservedDeployment(guid: "d1", reason: "DEPLOYING", createdAt: "now")],
            beforeActive: {
                count.withLock { $0 += 1 }
                look.yield()
                for await _ in gates { break }
            },
            sender: { _, _ in .accepted }
        )
        let watch = DeploymentWatch(platform: platform, clock: JumpingClock())
        let first = Task { await watch.active(ofApp: "storefront-guid") }
        for await _ in looks { break }

        let others = (1...10).map { _ in Task { await watch.active(ofApp: "storefront-guid") } }
        // All of them get that far, or ask by themselves and wait at the gate.
        for _ in 1...100 { await Task.yield() }
        gate.finish()

        #expect(await first.value?.guid == "d1")
        for other in others { #expect(await other.value?.guid == "d1") }
        #expect(count.withLock { $0 } == 1)
    }
}
