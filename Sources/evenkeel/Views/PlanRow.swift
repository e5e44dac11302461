import Diagnostics
import Reconciliation

/// One entry of a plan's list, whatever it is about and whatever form it is shown in.
///
/// Its texts are safe for a terminal and on one line each; other forms escape them once more.
struct PlanRow {
    let sign: String
    let color: TextStyle.Color
    let word: String
    let address: String
    let origin: String
    let remarks: [String]
    let fields: [(name: String, text: String)]
    let notes: [String]
}

extension Plan {
    /// Everything that the plan lists, in order.
    var rows: [PlanRow] {
        waits.map(row) + operations.map(row) + failedRuns.map(row)
    }

    private func row(_ operation: Plan.Operation) -> PlanRow {
        let sign =
            switch operation.action {
            case _ where operation.isUncertain: "?"
            case .update: "~"
            case .run: "+"
            case .cancel: "-"
            case .adopt: "="
            case .release: "<"
            case .wait: "."
            case .restart: "!"
            }
        let effect: String? =
            switch (operation.action, operation.effect) {
            case (.update, .atOnce): "live at once"
            case (.update, .afterRestart): "live after a restart"
            case (.update, .afterRollout): "live after the rollout"
            case (.update, .atStart): "live when the app is started"
            case (.run, _), (.cancel, _), (.wait, _), (.restart, _), (.adopt, _), (.release, _): nil
            }
        return PlanRow(
            sign: sign,
            color: operation.action == .cancel ? .red : operation.action == .run ? .green : .yellow,
            word: operation.action.rawValue,
            address: text(of: operation.address),
            origin: place(operation.origin),
            remarks: [
                operation.isConditional ? "restart if needed" : nil,
                operation.changes.contains(where: \.isUnseen) ? "hidden from \(FieldText.value(Text(user)))" : nil,
                effect, operation.run?.wait.map { "waited for up to \(FieldText.duration($0))" },
                operation.needs.map { "needs \($0)" },
                operation.blocked.map { "not attempted: \($0)" },
            ].compactMap { $0.map { cleaned($0) } },
            fields: operation.changes.map {
                (FieldText.value(Text($0.field.definition.name)), fieldText($0, operation))
            },
            notes: operation.notes.map { cleaned($0) }
        )
    }

    private func fieldText(_ change: FieldChange, _ operation: Plan.Operation) -> String {
        let text = FieldText.change(change)
        return operation.action == .run && text.hasPrefix("+ ") ? String(text.dropFirst(2)) : text
    }

    private func row(_ wait: Plan.Wait) -> PlanRow {
        PlanRow(
            sign: ".",
            color: .yellow,
            word: "wait",
            address: text(of: wait.address),
            origin: place(wait.origin),
            remarks: [],
            fields: [],
            notes: [
                cleaned(
                    "waits for deployment \(wait.deployment.guid) "
                        + "(\(wait.deployment.reason) since \(wait.deployment.createdAt)), "
                        + (wait.timeout.map { "cancelled if it has not ended after \(FieldText.duration($0)), " } ?? "")
                        + "then the app is planned again"
                )
            ]
        )
    }

    private func row(_ run: Plan.FailedRun) -> PlanRow {
        PlanRow(
            sign: "x",
            color: .red,
            word: "failed",
            address: text(of: run.address),
            origin: place(run.origin),
            remarks: [],
            fields: [],
            notes: ["it \(run.outcome.words): \(FieldText.value(Text(run.reason ?? "no reason given")))"]
        )
    }

    private func text(of address: Address) -> String { FieldText.value(Text("\(address)")) }

    private func place(_ origin: SourceRange) -> String { FieldText.place(origin) }
}
