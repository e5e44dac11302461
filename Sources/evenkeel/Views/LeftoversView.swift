import Diagnostics
import Reconciliation

/// Apps that are no longer declared and still carry a record, for people and for programs.
struct LeftoversView {
    let leftovers: [Leftover]
    /// Declared spaces without a manager, in which no record could be looked for.
    let unmanaged: [Text]
    let hasManagers: Bool

    init(leftovers: [Leftover], of declared: DesiredState? = nil) {
        self.leftovers = leftovers
        let spaces = declared?.spaces ?? []
        unmanaged = spaces.filter(\.managers.isEmpty).map { Text("\($0.organization.value)/\($0.space.value)") }
        hasManagers = spaces.isEmpty || unmanaged.count < spaces.count
    }

    /// Ends with an empty line: the plan follows.
    var lines: [String] {
        guard hasManagers else {
            return ["No leftovers could be looked for: no manifest names a `manager`, whose records tell them.", ""]
        }
        let rest =
            unmanaged.isEmpty
            ? []
            : ["Not looked for, without a `manager`: \(unmanaged.map { FieldText.value($0) }.joined(separator: ", "))."]
        guard !leftovers.isEmpty else {
            return ["No leftovers: every app that carries our record is declared."] + rest + [""]
        }
        return ["Leftovers, not declared any more; nothing removes them:"]
            + leftovers.map { leftover in
                let address = FieldText.value(Text("\(leftover.address)"))
                return "    \(address)  managed by \(FieldText.value(leftover.manager)) (\(parts(of: leftover)))"
            } + rest + [""]
    }

    var json: JSON {
        .list(
            leftovers.map { leftover in
                [
                    "address": .text(Text("\(leftover.address)")),
                    "manager": .text(leftover.manager),
                    "resources": .list(leftover.resources.map { .text(Text("\($0)")) }),
                ]
            }
        )
    }

    private func parts(of leftover: Leftover) -> String {
        leftover.resources.map { resource in
            switch resource.part {
            case .app: "app"
            case .droplet: "droplet"
            case .process(let type): "process \(FieldText.value(type))"
            case .task(let name): "task \(FieldText.value(name))"
            }
        }
        .joined(separator: ", ")
    }
}
