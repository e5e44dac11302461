import Diagnostics
import Reconciliation

/// A plan for programs: the value under `plan` of the JSON output.
struct PlanDocument {
    let plan: Plan

    var json: JSON {
        [
            "checksum": plan.approvableChecksum.map { .text(Text($0)) } ?? .null,
            "api": .text(Text(plan.api)),
            "user": .text(Text(plan.user)),
            "spaces": .list(plan.spaces.map { .text(Text($0)) }),
            "operations": .list(plan.operations.map(operation)),
            "unknown": .list(
                plan.unknowns.map { unknown in
                    [
                        "address": .text(Text("\(unknown.address)")),
                        "field": .text(Text(unknown.field.definition.name)),
                        "origin": DiagnosticDocument.place(unknown.origin),
                    ]
                }
            ),
            "waits": .list(
                plan.waits.map { wait in
                    [
                        "address": .text(Text("\(wait.address)")),
                        "origin": DiagnosticDocument.place(wait.origin),
                        "deployment": .text(Text(wait.deployment.guid)),
                        "reason": .text(Text(wait.deployment.reason)),
                    ]
                }
            ),
            "restart_owed": .list(
                plan.owed.map { owed in
                    [
                        "address": .text(Text("\(owed.address)")),
                        "fields": .list(owed.fields.map { .text(Text($0)) }),
                    ]
                }
            ),
            "no_longer_managed": .list(
                plan.noLongerManaged.map { entry in
                    [
                        "address": .text(Text("\(entry.address)")),
                        "fields": .list(entry.fields.map { .text(Text($0)) }),
                    ]
                }
            ),
            "failed": .list(
                plan.failedRuns.map { run in
                    [
                        "address": .text(Text("\(run.address)")),
                        "origin": DiagnosticDocument.place(run.origin),
                        "outcome": .text(Text(run.outcome.rawValue)),
                        "reason": run.reason.map { .text(Text($0)) } ?? .null,
                    ]
                }
            ),
            "unseen": .list(
                plan.unseenRuns.map { run in
                    [
                        "address": .text(Text("\(run.address)")),
                        "origin": DiagnosticDocument.place(run.origin),
                        "run": .number(run.sequenceID),
                    ]
                }
            ),
        ]
    }

    var summary: JSON {
        let summary = PlanSummary(plan)
        return [
            "run": .number(summary.run),
            "update": .number(summary.update),
            "cancel": .number(summary.cancel),
            "restart": .number(summary.restart),
            "unchanged": .number(summary.unchanged),
            "adopted": .number(summary.adopted),
            "released": .number(summary.released),
            "waited_for": .number(summary.waitedFor),
            "failed": .number(summary.failed),
            "unknown": .number(summary.unknown),
            "with_errors": .number(summary.withErrors),
            "disturbed_apps": .number(plan.disturbances.count),
            "declared_apps": .number(plan.declaredApps),
            "text": .text(Text(summary.line)),
        ]
    }

    private func operation(_ operation: Plan.Operation) -> JSON {
        [
            "address": .text(Text("\(operation.address)")),
            "action": .text(Text(operation.action.rawValue)),
            "step": .text(Text(operation.step.rawValue)),
            "origin": DiagnosticDocument.place(operation.origin),
            "if_needed": .bool(operation.isConditional),
            "live": .text(Text(operation.effect.rawValue)),
            "changes": .list(operation.changes.map(change)),
            "requests": .list(operation.requests.map(PlanDocument.request)),
            "preconditions": .object(
                operation.preconditions.map { JSON.Member(Text($0.name), $0.isMasked ? "(hidden)" : $0.value.json) }
            ),
            "needs": operation.needs.map { .text(Text($0)) } ?? .null,
            "blocked": operation.blocked.map { .text(Text($0)) } ?? .null,
            "notes": .list(operation.notes.map { .text(Text($0)) }),
        ]
    }

    private func change(_ change: FieldChange) -> JSON {
        [
            "field": .text(Text(change.field.definition.name)),
            "before": change.isBeforeHidden ? "(hidden)" : change.before.json,
            "after": change.masked.map { JSON.text($0) } ?? change.after.json ?? .null,
            "hidden": .bool(change.isUnseen),
            "by_server": .bool(change.isImplied),
            "no_longer_declared": .bool(change.isRemoval),
        ]
    }

    /// One request as programs are shown it.
    static func request(_ request: Request) -> JSON {
        [
            "method": .text(Text(request.method.rawValue)),
            "path": .text(Text(request.path)),
            "body": request.body ?? .null,
        ]
    }
}
