import Diagnostics
import Testing

struct DiagnosticListTests {
    @Test func `sorted by file and position without duplicates`() {
        let diagnostics = [
            problem("no place", nil),
            problem("c", at("b.yml", 1, 1)),
            problem("b", at("a.yml", 10, 1)),
            problem("a", at("a.yml", 9, 5)),
            problem("b", at("a.yml", 10, 1)),
            problem("also there", at("a.yml", 10, 1)),
        ]

        #expect(diagnostics.inOrder.map(\.message) == ["a", "b", "also there", "c", "no place"])
    }

    @Test func `the closing line counts what is shown`() {
        let error = problem("e", at("a.yml", 1, 1))
        let other = problem("f", at("a.yml", 1, 1))
        let warning = problem("w", at("a.yml", 2, 1), .warning)
        let elsewhere = problem("e", at("b.yml", 1, 1))

        #expect([Diagnostic]().closingLine == nil)
        #expect([error, error].closingLine == "1 error in a.yml")
        #expect([error, other, warning].closingLine == "2 errors, 1 warning in a.yml")
        #expect([warning, elsewhere].closingLine == "1 error, 1 warning in 2 files")
        #expect([problem("e", nil)].closingLine == "1 error")
        #expect([problem("e", nil), error].closingLine == "2 errors")
    }

    @Test func `a line for GitHub`() {
        let placed = problem("50% of `a`,\nb: c", at("a,b:c.yml", 3, 7), .warning)

        #expect(
            placed.workflowAnnotation
                == "::warning file=a%2Cb%3Ac.yml,line=3,col=7::unknown-key: 50%25 of `a`,%0Ab: c"
        )
        #expect(problem("m", nil).workflowAnnotation == "::error::unknown-key: m")
        #expect(problem("m", at("-", 1, 1)).workflowAnnotation == "::error::unknown-key: m")
    }

    @Test func `the nearest name`() {
        let keys = ["health_check", "readiness_health_check", "command", "user", "instances"]

        #expect(NearestName.of("helth_check", in: keys) == "health_check")
        #expect(NearestName.of("Command", in: keys) == "command")
        #expect(NearestName.of("instnaces", in: keys) == "instances")
        #expect(NearestName.of("usr", in: keys) == "user")
        #expect(NearestName.of("xyz", in: keys) == nil)
        #expect(NearestName.of("", in: keys) == nil)
        #expect(NearestName.of(String(repeating: "c", count: 10_000), in: keys) == nil)
    }

    private func problem(
        _ message: String,
        _ range: SourceRange?,
        _ severity: Diagnostic.Severity = .error
    ) -> Diagnostic {
        Diagnostic(severity, .unknownKey, message, at: range.map { .init($0) })
    }

    private func at(_ file: String, _ line: Int, _ column: Int) -> SourceRange {
        let position = SourcePosition(line: line, column: column)
        return SourceRange(file: file, start: position, end: position)
    }
}
