import Diagnostics
import Testing

struct DiagnosticRendererTests {
    @Test func `an unknown key with what was meant`() {
        let text = "apps:\n" + String(repeating: "\n", count: 12) + "        helth_check: {type: http}\n"
        let diagnostic = Diagnostic(
            .error,
            .unknownKey,
            "a process has no key `helth_check`",
            at: .init(range("acme.yml", 14, 9, 14, 20), "not a key of a process"),
            details: [.help("did you mean `health_check`?")]
        )

        #expect(
            rendered([diagnostic], ["acme.yml": text]) == """
                error[unknown-key]: a process has no key `helth_check`
                  --> acme.yml:14:9
                   |
                14 |         helth_check: {type: http}
                   |         ^^^^^^^^^^^ not a key of a process
                   |
                   = help: did you mean `health_check`?

                """
        )
    }

    @Test func `two files`() {
        let diagnostic = Diagnostic(
            .error,
            .duplicateResource,
            "app `acme/production/storefront` is declared twice",
            at: .init(range("teams/b.yml", 5, 3, 5, 13), "declared again here"),
            secondary: [.init(range("teams/a.yml", 9, 3, 9, 13), "first declared here")]
        )
        let line = "  storefront:\n"
        let files = [
            "teams/a.yml": String(repeating: "\n", count: 8) + line,
            "teams/b.yml": String(repeating: "\n", count: 4) + line,
        ]

        #expect(
            rendered([diagnostic], files) == """
                error[duplicate-resource]: app `acme/production/storefront` is declared twice
                  --> teams/b.yml:5:3
                   |
                 5 |   storefront:
                   |   ^^^^^^^^^^ declared again here
                  ::: teams/a.yml:9:3
                   |
                 9 |   storefront:
                   |   ---------- first declared here

                """
        )
    }

    @Test func `the words of the server, facts and a way out`() {
        let diagnostic = Diagnostic(
            .error,
            .apiRejected,
            "Cloud Controller refused to update `acme/production/storefront/processes/web`",
            at: .init(range("acme.yml", 1, 12, 1, 15), "health_check.timeout"),
            details: [
                .api("PATCH /v3/processes/6e0b: 422 CF-UnprocessableEntity (10008)"),
                .api("first line\nsecond line"),
                .note("request 7"),
                .help("this platform allows at most 180 seconds"),
            ]
        )

        #expect(
            rendered([diagnostic], ["acme.yml": "  timeout: 600"]) == """
                error[api-rejected]: Cloud Controller refused to update `acme/production/storefront/processes/web`
                  --> acme.yml:1:12
                   |
                 1 |   timeout: 600
                   |            ^^^ health_check.timeout
                   |
                   = api: PATCH /v3/processes/6e0b: 422 CF-UnprocessableEntity (10008)
                   = api: first line
                          second line
                   = note: request 7
                   = help: this platform allows at most 180 seconds

                """
        )
    }

    @Test func `no place in a file`() {
        let diagnostic = Diagnostic(
            .error,
            .unreachable,
            "cannot reach https://api.example.org",
            details: [.note("connection refused"), .help("check --api")]
        )

        #expect(
            rendered([diagnostic], [:]) == """
                error[unreachable]: cannot reach https://api.example.org
                   = note: connection refused
                   = help: check --api

                """
        )
    }

    @Test func `two places on one line share it`() {
        let diagnostic = Diagnostic(
            .error,
            .duplicateKey,
            "twice",
            at: .init(range("a.yml", 1, 8, 1, 9), "again here"),
            secondary: [.init(range("a.yml", 1, 2, 1, 3), "first here")]
        )

        #expect(
            excerpt(of: diagnostic, in: "{a: 1, a: 2}") == [
                " 1 | {a: 1, a: 2}",
                "   |        ^ again here",
                "   |  - first here",
            ]
        )
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let range: SourceRange
        let expected: [String]
    }

    @Test(arguments: [
        Case(
            testDescription: "tabs are repeated",
            text: "a:\t\tbc",
            range: range("f", 1, 5, 1, 7),
            expected: [" 1 | a:\t\tbc", "   |   \t\t^^ here"]
        ),
        Case(
            testDescription: "characters of several bytes are one column",
            text: "é𝄞: bc",
            range: range("f", 1, 5, 1, 7),
            expected: [" 1 | é𝄞: bc", "   |     ^^ here"]
        ),
        Case(
            testDescription: "CRLF is no part of a line",
            text: "a: b\r\nc: d\r\n",
            range: range("f", 2, 4, 2, 5),
            expected: [" 2 | c: d", "   |    ^ here"]
        ),
        Case(
            testDescription: "an empty value has one caret",
            text: "key:\n",
            range: range("f", 1, 5, 1, 5),
            expected: [" 1 | key:", "   |     ^ here"]
        ),
        Case(
            testDescription: "a last line without an end",
            text: "a: b\nc: d",
            range: range("f", 2, 1, 2, 2),
            expected: [" 2 | c: d", "   | ^ here"]
        ),
        Case(
            testDescription: "the end of the file is an empty line",
            text: "a: [\n",
            range: range("f", 2, 1, 2, 1),
            expected: [" 2 |", "   | ^ here"]
        ),
        Case(
            testDescription: "a range past the end of the line ends with it",
            text: "a: b\n",
            range: range("f", 1, 4, 1, 90),
            expected: [" 1 | a: b", "   |    ^ here"]
        ),
        Case(
            testDescription: "a place past the end of the line is its end",
            text: "a: b\n",
            range: range("f", 1, 50, 1, 60),
            expected: [" 1 | a: b", "   |     ^ here"]
        ),
        Case(
            testDescription: "a line past the end has no excerpt",
            text: "a: b\n",
            range: range("f", 9, 1, 9, 1),
            expected: ["   | here"]
        ),
        Case(
            testDescription: "several lines are drawn to the end of the first",
            text: "a: |\n  x\n  y\n",
            range: range("f", 1, 4, 3, 4),
            expected: [" 1 | a: |", "   |    ^ here"]
        ),
        Case(
            testDescription: "control characters are made visible",
            text: "a: \u{1b}[2Jb\u{202e}\n",
            range: range("f", 1, 4, 1, 9),
            expected: [" 1 | a: \u{fffd}[2Jb\u{fffd}", "   |    ^^^^^ here"]
        ),
        Case(
            testDescription: "a byte order mark is no column",
            text: "\u{feff}a: b\n",
            range: range("f", 1, 1, 1, 2),
            expected: [" 1 | a: b", "   | ^ here"]
        ),
        Case(
            testDescription: "long lines are cut around the mark",
            text: String(repeating: "a", count: 1000) + "b" + String(repeating: "c", count: 1000),
            range: range("f", 1, 1001, 1, 1002),
            expected: [
                " 1 | ..." + String(repeating: "a", count: 40) + "b" + String(repeating: "c", count: 159) + "...",
                "   | " + String(repeating: " ", count: 43) + "^ here",
            ]
        ),
        Case(
            testDescription: "numbers of three digits widen the gutter",
            text: String(repeating: "\n", count: 99) + "a: b",
            range: range("f", 100, 1, 100, 2),
            expected: ["100 | a: b", "    | ^ here"]
        ),
    ])
    func `an excerpt`(_ example: Case) {
        let diagnostic = Diagnostic(.error, .yamlSyntax, "m", at: .init(example.range, "here"))

        #expect(excerpt(of: diagnostic, in: example.text) == example.expected)
    }

    @Test func `of a secret file nothing is shown`() {
        var sources = SourceFiles()
        sources.add(SourceText("password: hunter2\n"), file: "secrets.yml", isSecret: true)
        let diagnostic = Diagnostic(.error, .wrongType, "m", at: .init(range("secrets.yml", 1, 11, 1, 18), "here"))

        #expect(
            DiagnosticRenderer(sources: sources).render([diagnostic]) == """
                error[wrong-type]: m
                  --> secrets.yml:1:11
                   |
                 1 | <redacted>
                   | ^ here

                """
        )
    }

    @Test func `the short form is one line`() {
        let diagnostics = [
            Diagnostic(.warning, .unusualValue, "large", at: .init(range("-", 3, 5, 3, 6))),
            Diagnostic(.error, .unreachable, "cannot reach https://api.example.org", details: [.note("n")]),
        ]

        #expect(
            DiagnosticRenderer(sources: SourceFiles(), style: .short).render(diagnostics) == """
                -:3:5: warning[unusual-value]: large
                error[unreachable]: cannot reach https://api.example.org

                """
        )
    }

    @Test func `colour adds nothing but colour`() {
        let diagnostic = Diagnostic(
            .warning,
            .unusualValue,
            "m",
            at: .init(range("a.yml", 1, 1, 1, 2), "here"),
            details: [.help("h")]
        )
        let sources = SourceFiles(["a.yml": "a: b\n"])

        let colored = DiagnosticRenderer(sources: sources, usesColor: true).render([diagnostic])
        let pieces = colored.split(separator: "\u{1b}[", omittingEmptySubsequences: false)
        let plain = pieces.enumerated().map { $0.offset == 0 ? $0.element : $0.element.drop { $0 != "m" }.dropFirst() }

        #expect(colored.contains("\u{1b}[33mwarning[unusual-value]\u{1b}[0m"))
        #expect(plain.joined() == DiagnosticRenderer(sources: sources).render([diagnostic]))
    }

    private func rendered(_ diagnostics: [Diagnostic], _ files: [String: String]) -> String {
        DiagnosticRenderer(sources: SourceFiles(files)).render(diagnostics)
    }

    /// The lines below the arrow and the first gutter.
    private func excerpt(of diagnostic: Diagnostic, in text: String) -> [String] {
        let file = diagnostic.primary?.range.file ?? ""
        let lines = rendered([diagnostic], [file: text]).split(separator: "\n").map(String.init)
        return lines.dropFirst(2).filter { $0.contains { $0 != " " && $0 != "|" } }
    }
}

private func range(_ file: String, _ line: Int, _ column: Int, _ endLine: Int, _ endColumn: Int) -> SourceRange {
    SourceRange(
        file: file,
        start: SourcePosition(line: line, column: column),
        end: SourcePosition(line: endLine, column: endColumn)
    )
}
