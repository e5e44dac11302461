import Diagnostics
import Manifest
import Testing

/// Manifests that nobody should write: a diagnostic each and never a crash.
struct BadInputTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let code: DiagnosticCode

        init(_ name: String, _ text: String, _ code: DiagnosticCode) {
            testDescription = name
            bytes = Array(text.utf8)
            self.code = code
        }

        init(_ name: String, bytes: [UInt8], _ code: DiagnosticCode) {
            testDescription = name
            self.bytes = bytes
            self.code = code
        }
    }

    private static let head = "version: 1\norganization: o\nspace: s\n"

    @Test(arguments: [
        Case("an empty file", "", .emptyFile),
        Case("blanks", "  \n\n", .emptyFile),
        Case("only a byte order mark", "\u{feff}", .emptyFile),
        Case("only document marks", "---\n...\n---\n", .emptyFile),
        Case("null", "null\n", .wrongType),
        Case("a text", "hello\n", .wrongType),
        Case("an empty mapping", "{}\n", .missingKey),
        Case(
            "a scalar of ten megabytes",
            head + "apps: {a: {processes: {web: {command: \(String(repeating: "x", count: 10_000_000))}}}}\n",
            .invalidValue
        ),
        Case(
            "a name of ten megabytes",
            head + "apps:\n  ? \(String(repeating: "x", count: 10_000_000))\n  : {b: c}\n",
            .unknownKey
        ),
        Case("ten thousand levels", head + "apps: " + String(repeating: "{a: ", count: 10_000), .yamlLimit),
        Case("a cycle", head + "apps: {}\nx-a: &x [*x]\n", .yamlSyntax),
        Case("a bomb", head + "apps: {}\n" + bomb, .yamlLimit),
        Case("invalid UTF-8", bytes: Array((head + "apps: ").utf8) + [0xc3, 0x28], .notUTF8),
        Case("UTF-16", bytes: [0xff, 0xfe] + head.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, .notUTF8),
        Case("a binary file", bytes: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0], .yamlSyntax),
        Case("duplicate keys", head + "apps: {}\napps: {}\n", .duplicateKey),
        Case("tags", head + "apps: !!map {}\n", .unsupportedTag),
        Case("tabs", head + "apps:\n\ta: {}\n", .yamlSyntax),
        Case("JSON that is cut off", "{\"version\": 1, \"apps\": {", .yamlSyntax),
    ])
    func `is a diagnostic`(_ input: Case) {
        let reading = readManifests(ManifestInput(paths: ["-"], standardInput: { input.bytes }))

        #expect(reading.diagnostics.first?.code == input.code)
        let rendered = DiagnosticRenderer(sources: reading.sources).render(reading.diagnostics)
        #expect(rendered.utf8.count < 20_000)
    }

    /// Ten to the sixth, with the lists around them just too many.
    private static let bomb = (1...6).reduce("x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n") { text, level in
        let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
        return text + "x-\(level): &a\(level) [\(aliases)]\n"
    }

    @Test func `mutated manifests are read to their end`() {
        let original = Array(Self.sample.utf8)
        var random = Generator(state: 42)
        var withErrors = 0
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            let reading = readManifests(ManifestInput(paths: ["-"], standardInput: { bytes }))
            for diagnostic in reading.diagnostics {
                #expect(diagnostic.primary != nil, "\(diagnostic.message)")
            }
            _ = DiagnosticRenderer(sources: reading.sources).render(reading.diagnostics)
            if reading.diagnostics.hasErrors { withErrors += 1 }
        }

        // Mutations that never break anything would show nothing.
        #expect(withErrors > 1000)
        #expect(withErrors < 3000)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout Generator) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let pieces = [
            "{", "}", "[", "]", ": ", "- ", "\n", "  ", "\t", "&a ", "*a", "<<: ", "!", "\"", "'", "|", "null", "~",
            "((a))", "#", "\0", "é", "1",
        ]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
        case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random).map { Array($0.utf8) } ?? [], at: place)
        case 3:
            let length = Int.random(in: 1...40, using: &random)
            bytes.insert(
                contentsOf: Array(bytes[place..<min(bytes.count, place + length)]),
                at: Int.random(in: 0..<bytes.count, using: &random)
            )
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = [0x0a] }
    }

    private static let sample = """
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
            droplet: {image: 'r.example/a:1'}
            processes:
              web:
                command: |
                  bin/serve
                instances: {min: 1, max: 3}
                health_check:
                  <<: *check
                  timeout: 60
              worker: {health_check: *check}
            tasks:
              migrate: {command: x, wait: true, retries: 2}
              old: {state: canceled}

        """
}

/// A generator whose numbers are the same in every run: <https://prng.di.unimi.it/splitmix64.c>.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
