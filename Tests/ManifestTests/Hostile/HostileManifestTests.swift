import Diagnostics
import Manifest
import TestSupport
import Testing

/// Manifests that nobody would write, a million of them where that is asked for: each is read to its end.
@Suite struct HostileManifestTests {
    struct Tally: Sendable {
        var cases = 0
        var withErrors = 0
        var codes: Set<DiagnosticCode> = []
        /// Bytes.
        var longest = 0
        var problems: [String] = []

        static func add(_ left: inout Tally, _ right: Tally) {
            left.cases += right.cases
            left.withErrors += right.withErrors
            left.codes.formUnion(right.codes)
            left.longest = max(left.longest, right.longest)
            left.problems += right.problems.prefix(20)
        }
    }

    @Test(.tags(.thorough), .timeLimit(.minutes(60)))
    func `every mutated manifest is read, and every diagnostic is fit for a terminal`() async {
        let cases = HostileCases("manifests", count: Effort.count(3000, full: 30_000))
        let clock = ContinuousClock()
        let begin = clock.now

        let tally = await cases.run(from: Tally(), adding: Tally.add) { number, random in
            Self.read(HostileManifest.make(&random), number)
        }

        print(
            """
            hostile manifests: \(tally.cases) read from seed \(cases.seed), \(tally.withErrors) with errors, \
            \(tally.codes.count) kinds of diagnostics, the longest of \(tally.longest) bytes; \
            \(tally.problems.count) problems; \(clock.now - begin)
            """
        )
        for problem in tally.problems.prefix(20) { Issue.record("seed \(cases.seed), \(problem)") }
        // Mutations that never break anything would show nothing, nor would those that always do at once.
        if tally.cases >= 1000 {
            #expect(tally.withErrors > tally.cases / 3)
            #expect(tally.withErrors < tally.cases * 19 / 20)
            #expect(tally.codes.count >= 17, "\(tally.codes)")
        }
    }

    private static func read(_ input: HostileManifest, _ number: Int) -> Tally {
        let reading = readManifests(
            ManifestInput(
                paths: ["-"],
                variables: [("user", "admin"), ("image", "r.example/a:1")],
                standardInput: { input.bytes }
            )
        )
        var tally = Tally()
        tally.cases = 1
        tally.longest = input.bytes.count
        tally.withErrors = reading.diagnostics.hasErrors ? 1 : 0
        tally.codes = Set(reading.diagnostics.map(\.code))
        let rendered = DiagnosticRenderer(sources: reading.sources).render(reading.diagnostics)
        // An excerpt keeps its tabs, so that what is below stands below it.
        if let scalar = rendered.unicodeScalars.first(where: { $0.isUnfitForTerminals && $0 != "\t" }) {
            tally.problems.append("case \(number): U+\(String(scalar.value, radix: 16)) reaches the terminal")
        }
        for diagnostic in reading.diagnostics where diagnostic.primary == nil {
            tally.problems.append("case \(number): no place for: \(diagnostic.message)")
        }
        // However long a line or a name is, one problem fills no screen.
        if rendered.utf8.count > 4000 * reading.diagnostics.count {
            tally.problems.append("case \(number): \(rendered.utf8.count) bytes of diagnostics")
        }
        return tally
    }
}

/// A manifest with random changes.
struct HostileManifest: Sendable {
    let bytes: [UInt8]

    static func make(_ random: inout SeededGenerator) -> HostileManifest {
        var bytes = random.pick(seeds)
        mutator.mutate(&bytes, &random)
        return HostileManifest(bytes: bytes)
    }

    private static let seeds: [[UInt8]] = {
        let examples = ManifestExample.all.filter { $0.marked.utf8.count < 3000 }
        let sound = examples.filter(\.expected.isEmpty)
        let texts = (examples + sound + sound + sound).map { MarkedYAML($0.marked).text }
        return (texts + [whole, whole, whole, anchors, documents]).map { Array($0.utf8) }
    }()

    private static let mutator = ByteMutator(
        pieces: [
            "{", "}", "[", "]", ": ", ":", "- ", "-", "\n", "  ", "&a ", "*a", "<<: ", "<<: *a", "!", "!!str ", "!<x> ",
            "\"", "'",
            "|", "|2-\n", ">+\n", "null", "~", "((user))", "((", "))", "((a/b.c))", "$((", "#", "? ", "---\n", "...\n",
            "%YAML 1.1\n",
            "%TAG ! x\n", "@", "`", "version: 1\n", "apps:\n", "a: {", "{a: ", "[[", "&a [*a, *a]", "x-a: &a ",
            "processes: ",
            "health_check: ", "type: http", "metadata: {labels: {", "evenkeel.dev/x: y", "tasks: {", "wait: {timeout: ",
            "10m",
            "state: canceled", "droplet: {image: ", "sha256:", "instances: {min: 1, max: ", "manager: ", "api: ",
            "https://",
            "rollout: ", "readiness_health_check: ", "command: ", "=", ",", "/", ".",
        ].map { Array($0.utf8) },
        others: seeds
    )

    /// A bit of everything.
    private static let whole = """
        # A manifest with a bit of everything.
        version: 1
        api: [https://api.example.org]
        organization: acme
        space: production
        manager: team
        x-check: &check {type: http, endpoint: /health}
        apps:
          storefront:
            metadata: {labels: {team: web}, annotations: {contact: "a\\tb"}}
            rollout: {strategy: rolling, timeout: 10m}
            droplet: {image: '((image))', image_update: restage, metadata: {labels: {a: null}}}
            processes:
              web:
                command: |
                  bin/serve ((user))
                instances: {min: 1, max: 3}
                health_check:
                  <<: *check
                  timeout: 60
              worker: {health_check: *check, log_rate_limit_in_bytes_per_second: -1}
            tasks:
              migrate: {command: x, wait: true, retries: 2, when: before_rollout, run: once_per_droplet}
              old: {state: canceled}

        """

    /// Much that is expanded.
    private static let anchors = """
        version: 1
        organization: acme
        space: production
        x-0: &a0 {team: web}
        x-1: &a1 {<<: *a0, b: c}
        x-2: &a2 {<<: [*a0, *a1], d: ((user))}
        apps:
          a: &app {metadata: {labels: *a2}}
          b: *app
          c: {<<: *app, processes: {web: {metadata: {annotations: *a1}}}}

        """

    private static let documents = """
        ---
        version: 1
        organization: acme
        space: production
        apps: {a: {}}
        ---
        version: 1
        organization: Acme
        space: production
        apps: {A: {}, b: {processes: {web: {instances: 1}}}}
        ...

        """
}
