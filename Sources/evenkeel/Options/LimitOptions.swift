import ArgumentParser
import Reconciliation

/// How much may be disturbed, and what may be taken over.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Apps that may be disturbed, as a number or a share of all apps that the manifests declare, such as 5 or "
                + "20%; else a third, from 10 declared apps up. --target does not change the number of declared apps.",
            valueName: "count"
        )
    )
    var maxChanges: String?

    @Flag(help: "Disturb apps with `protected: true`, too.")
    var allowProtected = false

    @Flag(help: "Take over labels, annotations and fields that another manager holds with another value.")
    var forceConflicts = false

    func validate() throws {
        guard let maxChanges, SafetyLimits.Allowance(maxChanges) == nil else { return }
        throw ValidationError("--max-changes takes a number of apps or a percentage, not `\(maxChanges)`")
    }

    /// What the plan may do.
    var planOptions: PlanOptions { PlanOptions(forcesConflicts: forceConflicts) }

    var limits: SafetyLimits {
        SafetyLimits(maxChanges: maxChanges.flatMap { SafetyLimits.Allowance($0) }, allowsProtected: allowProtected)
    }
}
