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
        return (narrowed, unmatched.map { Diagnostic.noSuchTarget($0.text, among: state.addresses) })
    }
}

extension Diagnostic {
    fileprivate static func noSuchTarget(_ text: String, among addresses: [Address]) -> Diagnostic {
        let printed = addresses.map { "\($0)" }
        // A name with a `/` written as it is.
        let meant =
            zip(addresses, printed).first { $0.0.plain == Text(text) }?.1 ?? NearestName.of(text, in: printed)
        let advice = meant.map { [Detail.help("did you mean `--target \(ShellWord.quoted(Text($0)))`?")] } ?? []
        return Diagnostic(
            .error,
            .noSuchTarget,
            "the target `\(text)` matches nothing that is declared",
            details: advice + [
                .note(
                    "addresses are ORG/SPACE/APP, then /droplet, /processes/TYPE or /tasks/NAME; "
                        + "in a name `/` is written %2F and `%` is written %25"
                )
            ]
        )
    }
}

extension Address {
    /// The address with every name as it is, which does not say where a name ends.
    fileprivate var plain: Text {
        let names = [organization, space, app].map(\.string)
        let rest: [String] =
            switch part {
            case .app: []
            case .droplet: ["droplet"]
            case .process(let type): ["processes", type.string]
            case .task(let name): ["tasks", name.string]
            }
        return Text((names + rest).joined(separator: "/"))
    }
}

extension DesiredState {
    /// Of everything that is declared.
    fileprivate var addresses: [Address] {
        apps.flatMap { space, app -> [Address] in
            let address = Address(organization: space.organization.value, space: space.space.value, app: app.name)
            let droplet = app.droplet == nil ? [] : [Address.Part.droplet]
            let parts = droplet + app.processes.map { .process($0.type) } + app.tasks.map { .task($0.name) }
            return [address] + parts.map { address.appending($0) }
        }
    }
}
