import Diagnostics
import Manifest
import Testing

/// Manifests in the words of `cf push`.
struct PushKeyTests {
    private func helps(_ app: String) -> [String] {
        let text = "version: 1\norganization: o\nspace: s\napps:\n  a: {\(app)}\n"
        let input = ManifestInput(paths: ["-"], standardInput: { Array(text.utf8) })
        return readManifests(input).diagnostics.map { diagnostic in
            guard case .help(let help) = diagnostic.details.last else { return "none for \(diagnostic.message)" }
            return help
        }
    }

    @Test(arguments: [
        ("memory: 512M", "write `memory_in_mb: 512`"),
        ("memory: 1G", "write `memory_in_mb: 1024`"),
        ("memory: 1.5gb", "write `memory_in_mb: 1536`"),
        ("memory: 512", "write `memory_in_mb: 512`"),
        ("memory: ((m))", "write `memory_in_mb: ...`"),
        ("disk_quota: 2G", "write `disk_in_mb: 2048`"),
        ("disk-quota: 100MB", "write `disk_in_mb: 100`"),
        ("log-rate-limit-per-second: 16K", "write `log_rate_limit_in_bytes_per_second: 16384`"),
        ("log_rate_limit: unlimited", "write `log_rate_limit_in_bytes_per_second: -1`"),
        ("log-rate-limit-per-second: -1", "write `log_rate_limit_in_bytes_per_second: -1`"),
        ("timeout: 60", "write `health_check: {timeout: 60}`"),
        ("timeout: 2m", "write `health_check: {timeout: 120}`"),
        ("health-check-type: none", "write `health_check: {type: process}`"),
        ("health-check-type: port", "write `health_check: {type: port}`"),
        ("health-check-http-endpoint: /up", "write `health_check: {type: http, endpoint: /up}`"),
        ("health-check-invocation-timeout: 5", "write `health_check: {invocation_timeout: 5}`"),
        ("readiness-health-check-interval: 10s", "write `readiness_health_check: {interval: 10}`"),
        ("buildpacks: [ruby]", "remove it and leave it to `cf push`: Evenkeel does not manage it"),
        ("memory_in_mb: 512M", "write `memory_in_mb: 512`"),
        ("disk_in_mb: 1G", "write `disk_in_mb: 1024`"),
        ("log_rate_limit_in_bytes_per_second: unlimited", "write `log_rate_limit_in_bytes_per_second: -1`"),
        ("health_check: {timeout: 60s}", "write `timeout: 60`"),
        ("health_check: {interval: 1m}", "write `interval: 60`"),
        (
            "health_check: {type: none}",
            "write `type: process`: nothing but the process is looked at, which is what `none` was"
        ),
        ("health_check: none", "write `health_check: {type: process}`"),
    ])
    func `a process is told the key and the value`(written: String, help: String) {
        #expect(helps("processes: {web: {\(written)}}") == [help])
    }

    @Test(arguments: [
        ("memory: 512M", "it is a key of a process: write `processes: {web: {memory_in_mb: 512}}`"),
        (
            "health-check-type: none",
            "it is a key of a process: write `processes: {web: {health_check: {type: process}}}`"
        ),
        ("timeout: 60", "it is a key of a process: write `processes: {web: {health_check: {timeout: 60}}}`"),
        ("docker: {image: acme/web}", "write `droplet: {image: acme/web}`"),
        ("routes: [{route: a.example.org}]", "remove it and leave it to `cf push`: Evenkeel does not manage it"),
        ("env: {A: b}", "remove it and leave it to `cf push`: Evenkeel does not manage it"),
        ("processes: [{type: web}]", "write the name of each as its key: `processes: {type: ...}`"),
        ("protected: yes", "write `true`"),
        ("rollout: {strategy: rolling, timeout: 60}", "write `timeout: 60s`, with the unit"),
    ])
    func `an app is told where the key belongs`(written: String, help: String) {
        #expect(helps(written) == [help])
    }

    @Test func `the whole file is called by its name`() {
        let text = "applications:\n- name: a\n  memory: 512M\n  unknown: 1\n"
        let diagnostics = readManifests(ManifestInput(paths: ["-"], standardInput: { Array(text.utf8) })).diagnostics

        #expect(diagnostics.map(\.message) == ["this is a manifest of `cf push`, not one of Evenkeel"])
    }

    @Test(arguments: [
        ("r.example.org/a", false), ("r.example.org:5000/a:1", false), ("localhost/a", false), ("a", true),
        ("docker.io/a", true),
        ("r.example.org/ab", true), ("r.example.org/a/b", true),
    ])
    func `an image that the server never runs is refused`(image: String, isGood: Bool) {
        #expect(helps("droplet: {image: '\(image)'}").isEmpty == isGood)
    }
}
