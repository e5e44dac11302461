import ArgumentParser
import Diagnostics
import Reconciliation

/// Which of the declared resources.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .customLong("target"),
        help: ArgumentHelp(
            "Only this resource and what is below it, such as acme/production/storefront/processes/web; "
                + "* and ? stand for parts of a segment, ** for any segments, %2F for a / in a name; repeatable.",
            valueName: "address"
        )
    )
    var targets: [String] = []

    var patterns: [TargetPattern] { targets.map { TargetPattern($0) } }

    /// The declarations that the targets cover; one that covers nothing is an error.
    func narrow(_ state: DesiredState) -> (DesiredState, [Diagnostic]) {
        let (narrowed, unmatched) = state.narrowed(to: patterns)
        return (narrowed, unmatched.map { Diagnostic.noSuchTarget($0.text) })
    }
}

extension Diagnostic {
    fileprivate static func noSuchTarget(_ text: String) -> Diagnostic {
        Diagnostic(
            .error,
            .noSuchTarget,
            "the target `\(text)` matches nothing that is declared",
            details: [.help("addresses are ORG/SPACE/APP, then /droplet, /processes/TYPE or /tasks/NAME")]
        )
    }
}
