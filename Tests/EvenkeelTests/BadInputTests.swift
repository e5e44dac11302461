import Foundation
import Sandbox
import Testing

/// Bad input: a diagnostic, no crash, nothing sent.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let bytes: @Sendable () -> [UInt8]
        let code: String

        init(_ description: String, _ code: String, _ bytes: @autoclosure @escaping @Sendable () -> [UInt8]) {
            self.description = description
            self.code = code
            self.bytes = bytes
        }
    }

    static let cases = [
        Case("an empty file", "empty-file", []),
        Case("a 10 MB scalar", "", Array("version: 1\nx-big: ".utf8) + [UInt8](repeating: 0x61, count: 10_000_000)),
        Case(
            "an alias bomb",
            "yaml-limit",
            Array(
                ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
                    + (1...9).map {
                        "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ", "))]\n"
                    }
                    .joined()).utf8
            )
        ),
        Case("10000 levels of nesting", "yaml-limit", Array(String(repeating: "[", count: 10_000).utf8)),
        Case("a cycle", "yaml-", Array("a: &x [*x]\n".utf8)),
        Case("invalid UTF-8", "not-utf8", Array("version: ".utf8) + [0xff, 0xfe, 0x0a]),
        Case("a binary file", "", (0...255).map { UInt8($0) } + [0x7f, 0x45, 0x4c, 0x46, 0, 0, 0]),
        Case("duplicate keys", "duplicate-key", Array("version: 1\nversion: 1\n".utf8)),
        Case("a tag", "unsupported-tag", Array("version: !!int 1\n".utf8)),
    ]

    @Test(arguments: cases)
    func `bad input is a diagnostic and nothing is sent`(_ example: Case) async throws {
        try await withStage { stage in
            try Data(example.bytes()).write(to: stage.folder.appending(path: "acme.yml"))

            for command in ["validate", "plan"] {
                let run = await stage.run(command)

                #expect(run.status == 1, "\(command)")
                #expect(run.error.contains("error[\(example.code)"), "\(run.error.prefix(500))")
                #expect(run.error.utf8.count < 100_000)
            }
            #expect(await stage.sandbox.journal().isEmpty)
        }
    }

    @Test func `a folder without manifests and a file that is not there are diagnostics`() async throws {
        try await withFolder { folder in
            let empty = await evenkeel("validate", folder.path)
            #expect(empty.status == 1)
            #expect(empty.error.contains("error[no-manifests]"))

            let missing = await evenkeel("validate", folder.appending(path: "none.yml").path)
            #expect(missing.status == 1)
            #expect(missing.error.contains("error[unreadable-file]"))
        }
    }

    @Test func `the command line is checked before anything is read`() async {
        #expect(await evenkeel("plan").status == 64)
        #expect(await evenkeel("apply", "x.yml").status == 64)
        #expect(await evenkeel("apply", "x.yml", "--yes", "--parallelism", "0").status == 64)
        #expect(await evenkeel("plan", "x.yml", "--var", "noequals").status == 64)
        #expect(await evenkeel("plan", "x.yml", "--request-timeout", "\(Int.max)").status == 64)
        #expect(await evenkeel("plan", "x.yml", "--max-wait", "\(Int.max)").status == 64)
        #expect(await evenkeel("frobnicate").status == 64)
        #expect(await evenkeel("--help").status == 0)
        #expect(await evenkeel("--version").output == "0.1.0\n")
    }
}
