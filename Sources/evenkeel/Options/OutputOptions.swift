import ArgumentParser
import Diagnostics
import Logging

/// How it is shown.
struct OutputOptions: ParsableArguments {
    enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: "When to use color; NO_COLOR turns it off, too.")
    var color: ColorChoice = .auto

    @Option(help: "How errors and warnings are shown: with an excerpt of the file, or one line each.")
    var diagnostics: DiagnosticRenderer.Style = .full

    @Flag(name: .shortAndLong, help: "Show every request; never a token, password or secret.")
    var verbose = false

    enum Stream {
        case output, error
    }

    func style(of stream: Stream, on console: Console) -> TextStyle {
        switch color {
        case .always: TextStyle(isColored: true)
        case .never: TextStyle(isColored: false)
        case .auto:
            TextStyle(
                isColored: (stream == .output ? console.outputIsTerminal : console.errorIsTerminal)
                    && console.variable("NO_COLOR") == nil
            )
        }
    }
}

/// The form of an answer on stdout, for people or for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// The form of a plan on stdout; Markdown is for comments of pull requests, HTML is a page of its own.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown, html

    init(_ format: OutputFormat) {
        switch format {
        case .text: self = .text
        case .json: self = .json
        }
    }
}

extension DiagnosticRenderer.Style: ExpressibleByArgument {}
