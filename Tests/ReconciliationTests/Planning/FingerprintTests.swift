import Diagnostics
import Reconciliation
import Testing

/// These bytes and digests are frozen: a change here would run every task of every user again.
@Suite struct FingerprintTests {
    private var task: DesiredTask {
        var task = DesiredTask(name: "migrate", origin: place())
        task.fields = [
            declared(.memory, .number(256)),
            declared(.command, .text("bin/migrate --\"all\"\n\\ é")),
            declared(.label("kind"), .text("migration")),
        ]
        return task
    }

    @Test func `the canonical form has sorted keys, raw UTF-8 and only what is declared`() {
        let fingerprint = Fingerprint(of: task, droplet: nil)

        #expect(
            fingerprint.canonical
                == #"{"command":"bin/migrate --\"all\"\u000a\\ é","format":1,"memory_in_mb":256,"name":"migrate"}"#
        )
        #expect(fingerprint.hex == "90d85c9422718bfa0d15964eba841026")
        #expect(!fingerprint.containsGUID)
    }

    @Test func `every key that can be declared is part of it`() {
        var task = DesiredTask(name: "t", origin: place())
        task.fields = [
            declared(.user, .text("vcap")), declared(.disk, .number(1)), declared(.logRateLimit, .number(-1)),
            declared(.memory, .number(2)), declared(.command, .text("c")),
        ]
        task.template = Declared("web", at: place())
        task.revision = Declared(7, at: place())

        let fingerprint = Fingerprint(of: task, droplet: ("d-1", "registry.example/a:1"))

        let expected =
            #"{"command":"c","disk_in_mb":1,"droplet":"d-1","format":1,"image":"registry.example/a:1","#
            + #""log_rate_limit_in_bytes_per_second":-1,"memory_in_mb":2,"name":"t","revision":7,"template":"web","user":"vcap"}"#
        #expect(fingerprint.canonical == expected)
        #expect(fingerprint.hex == "636ff92bde2521b57017c34083f9a852")
        #expect(fingerprint.containsGUID)
    }

    @Test func `labels, waits and retries are no part of it`() {
        var other = task
        other.fields.removeLast()
        other.wait = Declared(600, at: place())
        other.retries = Declared(3, at: place())
        other.when = Declared(.beforeRollout, at: place())

        #expect(Fingerprint(of: other, droplet: nil).hex == Fingerprint(of: task, droplet: nil).hex)
    }

    @Test func `canonically equivalent commands are different runs`() {
        var composed = task
        composed.fields = [declared(.command, .text("caf\u{e9}"))]
        var decomposed = task
        decomposed.fields = [declared(.command, .text("cafe\u{301}"))]

        #expect(Fingerprint(of: composed, droplet: nil).hex != Fingerprint(of: decomposed, droplet: nil).hex)
    }
}
