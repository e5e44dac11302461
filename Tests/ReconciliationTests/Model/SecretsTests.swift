import Diagnostics
import Testing

@testable import Reconciliation

@Suite struct SecretsTests {
    @Test func `words lose what is long enough to be told from a part of a word`() {
        let secrets = Secrets(["hunter2", "hunter2-and-more", "abc", ""])

        #expect(secrets.hiding("say hunter2-and-more, hunter2") == "say (hidden), (hidden)")
        #expect(secrets.hiding("abcd") == "abcd")
        #expect(secrets.hiding("abc") == "(hidden)")
        #expect(secrets.areTold(by: Text("run --password hunter2")))
        #expect(secrets.areTold(by: Text("abc")))
        #expect(!secrets.areTold(by: Text("abcd")))
        #expect(!secrets.areTold(by: .null))
    }

    @Test func `texts are compared by scalars`() {
        let secrets = Secrets(["caf\u{e9}"])

        #expect(secrets.hiding("caf\u{e9}\u{301}s") == "(hidden)\u{301}s")
        #expect(secrets.hiding("cafe\u{301}") == "cafe\u{301}")
    }

    @Test func `what was observed is hidden where it holds a secret that is not declared there any more`() {
        var desired = desiredState(
            desiredApp {
                $0.fields = [declared(.annotation("token"), .text("new")), declared(.annotation("other"), .text("x"))]
            }
        )
        desired.secrets = Secrets(["hunter2"])
        let observed = observedState(
            observedApp {
                $0.fields[.annotation("token")] = .value(.text("is hunter2"))
                $0.fields[.annotation("other")] = .value(.text("y"))
            }
        )
        let (plan, _) = Reconciliation.plan(desired, against: observed)

        let hidden = plan.hiding(desired.secrets)

        let operation = hidden.operations.first
        #expect(operation?.changes.map(\.isBeforeHidden) == [true, false])
        #expect(operation?.preconditions.map(\.isMasked) == [true, false])
        #expect(hidden.checksum != plan.checksum)
        #expect(plan.hiding(Secrets()) == plan)
    }

    @Test func `so is why a deployment does not get on, in plans and statuses`() {
        let secrets = Secrets(["hunter2"])
        var deployment = ObservedDeployment(guid: "d", reason: "DEPLOYING", createdAt: "now")
        deployment.error = "no hunter2"
        let (desired, observed) = (
            desiredState(desiredApp()), observedState(observedApp { $0.deployments = [deployment] })
        )

        let (plan, _) = Reconciliation.plan(desired, against: observed)
        let (report, _) = status(of: desired, against: observed)

        #expect(plan.hiding(secrets).waits.first?.deployment.error == "no (hidden)")
        #expect(report.hiding(secrets).apps.first?.deployments.first?.error == "no (hidden)")
    }
}
