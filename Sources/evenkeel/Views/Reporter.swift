import Diagnostics

/// Shows diagnostics on stderr.
struct Reporter {
    let console: Console
    let options: OutputOptions
    let sources: SourceFiles

    /// Sorted by place, each once.
    func report(_ diagnostics: [Diagnostic]) {
        let style = options.style(of: .error, on: console)
        let renderer = DiagnosticRenderer(
            sources: sources,
            style: options.diagnostics,
            usesColor: style.isColored
        )
        console.writeError(renderer.render(diagnostics))
        guard console.variable("GITHUB_ACTIONS") != nil else { return }
        for diagnostic in diagnostics.inOrder { console.talk(diagnostic.workflowAnnotation) }
    }

    /// The closing line, such as `2 errors, 1 warning in acme.yml`; nothing when there is nothing to count.
    func close(_ diagnostics: [Diagnostic]) {
        guard let line = diagnostics.closingLine else { return }
        if options.diagnostics == .full { console.talk("") }
        console.talk(line)
    }
}
