import Diagnostics
import Reconciliation
import Testing

/// What a plan says of a deployment in flight that an earlier apply has made.
@Suite struct DeploymentWaitTests {
    private func wait(
        label: String? = "4f",
        _ change: (inout DesiredApp) -> Void
    ) throws -> Plan.Wait {
        var deployment = ObservedDeployment(guid: "d", reason: "DEPLOYING", createdAt: "now")
        deployment.rollout = label
        let desired = desiredState(desiredApp("storefront", change))
        let (plan, _) = plan(desired, against: observedState(observedApp { $0.deployments = [deployment] }))
        return try #require(plan.waits.first)
    }

    @Test func `it is ended after the declared time, and only where the manifest rolls the app out`() throws {
        let rollout = Declared(DesiredRollout(strategy: .rolling, timeout: 60), at: place())

        #expect(try wait { $0.rollout = rollout }.timeout == 60)
        #expect(try wait { _ in }.timeout == nil)
        #expect(try wait(label: nil) { $0.rollout = rollout }.timeout == nil)
        #expect(
            try wait {
                $0.rollout = rollout
                $0.isProtected = Declared(true, at: place())
            }.timeout == nil
        )
    }
}
