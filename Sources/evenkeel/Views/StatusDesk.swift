import Diagnostics
import Reconciliation

/// Where `status` lays out what it found: the status on stdout, diagnostics on stderr.
struct StatusDesk {
    let console: Console
    let work: WorkOptions
    let format: OutputFormat

    /// The whole answer of `status`.
    func show(_ view: Survey.View, _ preparation: Preparation) -> ExitStatus {
        if format == .text {
            for line in lines(of: view) { console.print(line) }
        }
        let diagnostics = preparation.diagnostics + view.diagnostics
        close(
            StatusDocument(report: view.status.report, diagnostics: diagnostics, costs: view.costs),
            sources: preparation.sources
        )
        return diagnostics.hasErrors ? .failure : .success
    }

    func lines(of view: Survey.View) -> [String] {
        StatusTextView(report: view.status.report, style: work.output.style(of: .output, on: console)).lines
    }

    /// Diagnostics for a view that has room for one line each.
    func lines(of diagnostics: [Diagnostic], sources: SourceFiles) -> [String] {
        let isColored = work.output.style(of: .output, on: console).isColored
        let renderer = DiagnosticRenderer(sources: sources, style: .short, usesColor: isColored)
        return diagnostics.inOrder.map { diagnostic in
            String(renderer.render(diagnostic).dropLast())
        }
    }

    /// Ends the answer: diagnostics, and for programs the document.
    func close(_ document: StatusDocument, sources: SourceFiles) {
        let reporter = Reporter(console: console, options: work.output, sources: sources)
        if format == .json { console.writeOutput(document.text) }
        reporter.report(document.diagnostics)
        reporter.close(document.diagnostics)
    }
}
