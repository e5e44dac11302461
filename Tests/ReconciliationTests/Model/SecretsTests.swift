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

    @Test(arguments: [
        ("line of its own", "cat line-one-9f3 | x", "cat (hidden) | x"),
        ("all of them on one line", "got line-one-9f3 line-two-7c1 and-3rd!", "got (hidden)!"),
        ("percent-encoded", "run db://u:p%40ss%2fw0rd@h", "run db://u:(hidden)@h"),
        ("percent-encoded in part", "u:p%40ss/w0rd@h", "u:(hidden)@h"),
        ("form-encoded", "p=two+w%26rds&x", "p=(hidden)&x"),
        ("JSON", #"{"a":"line-one-9f3\nline-two-7c1"}"#, #"{"a":"(hidden)\n(hidden)"}"#),
        ("JSON, in ASCII", #""p\u0040ss\/w0rd""#, #""(hidden)""#),
        ("JSON in JSON", #"{\"q\":\"say \\\"hi\\\"\"}"#, #"{\"q\":\"(hidden)\"}"#),
        ("HTML", "<p>two w&amp;rds, two w&#38;rds", "<p>(hidden), (hidden)"),
        ("base64", "x cEBzcy93MHJk y", "x (hidden) y"),
        ("base64 of a line with its end", "cEBzcy93MHJkCg==", "(hidden)"),
        ("base64 after a user", "Basic ZGV2OmxpbmUtb25lLTlmMw==", "Basic ZGV2Om(hidden)=="),
        ("overlapping", "over-lapping-ends", "(hidden)"),
        ("neither", "100% of p@ss, \\ & line-one", "100% of p@ss, \\ & line-one"),
    ])
    func `a secret is known in every spelling`(_ spelling: String, _ told: String, _ shown: String) {
        let secrets = Secrets([
            "line-one-9f3\nline-two-7c1\nand-3rd\n", "p@ss/w0rd", "two w&rds", "say \"hi\"", "over-lapping",
            "lapping-ends",
        ])

        #expect(secrets.hiding(told) == shown)
        #expect(secrets.areTold(by: Text(told)) == (told != shown))
    }

    @Test func `what a thing is called is shown, though a line of a secret reads the same`() {
        let secrets = Secrets(["storefront\nhunter2\n"], sparing: ["storefront"])

        #expect(secrets.hiding("storefront: hunter2") == "storefront: (hidden)")
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
