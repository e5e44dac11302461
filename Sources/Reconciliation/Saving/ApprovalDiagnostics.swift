package import Diagnostics

extension Diagnostic {
    /// An approved operation that is not what would be done now.
    static func planStale(_ operation: Plan.Operation, _ differences: [String]) -> Diagnostic {
        Diagnostic(
            .error,
            .planStale,
            "the approved \(operation.action.rawValue) of `\(operation.address)` is not what would be done now",
            subject: "\(operation.address)",
            at: Annotation(operation.origin, "asked for here when it was approved"),
            details: differences.map { .note($0) } + [.help("plan again, and have the new plan approved")]
        )
    }

    /// A plan that is not the one whose checksum was given.
    package static func otherChecksum(_ checksum: String, approved: String) -> Diagnostic {
        Diagnostic(
            .error,
            .planStale,
            "this is not the plan that was approved",
            details: [
                .note("approved: \(approved)"), .note("planned now: \(checksum)"),
                .help("read the plan, and pass the checksum that it prints"),
            ]
        )
    }

    /// A secret that is not the one that was planned with.
    package static func otherSecret(_ field: DeclaredField) -> Diagnostic {
        Diagnostic(
            .error,
            .planStale,
            "`\(field.field.definition.name)` has another secret than the one that was approved",
            at: Annotation(field.origin, "asked for here when it was approved"),
            details: [
                .note("the value of `\(field.masked ?? "")` has another hash"),
                .help("pass the same `--secrets-file`, or plan again, and have the new plan approved"),
            ]
        )
    }
}
