import Diagnostics
import Reconciliation

/// Apps that are no longer declared and still carry a record, for people and for programs.
struct LeftoversView {
    let leftovers: [Leftover]

    /// Ends with an empty line: the plan follows.
    var lines: [String] {
        guard !leftovers.isEmpty else { return ["No leftovers: every app that carries our record is declared.", ""] }
        return ["Leftovers, not declared any more; nothing removes them:"]
            + leftovers.map { leftover in
                let address = FieldText.value(Text("\(leftover.address)"))
                return "    \(address)  managed by \(FieldText.value(leftover.manager)) (\(parts(of: leftover)))"
            } + [""]
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
