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
}
