import CloudController
import Diagnostics
import Reconciliation

/// The one document that `status --format json` writes to stdout.
struct StatusDocument {
    /// Raised when a program that reads it would have to change.
    static let formatVersion = 1

    var report: StatusReport?
    var diagnostics: [Diagnostic] = []
    var costs: RequestCosts?

    var text: String {
        let document: JSON = [
            "format_version": .number(StatusDocument.formatVersion),
            "status": report.map(status) ?? .null,
            "diagnostics": .list(diagnostics.inOrder.map(DiagnosticDocument.json)),
            "summary": report.map(summary) ?? .null,
            "run": costs.map(run) ?? .null,
        ]
        return document.pretty + "\n"
    }

    private func status(_ report: StatusReport) -> JSON {
        [
            "api": .text(Text(report.api)),
            "user": .text(Text(report.user)),
            "spaces": .list(report.spaces.map { .text(Text($0)) }),
            "apps": .list(report.apps.map(app)),
        ]
    }

    private func app(_ app: AppStatus) -> JSON {
        [
            "address": .text(Text("\(app.address)")),
            "origin": DiagnosticDocument.place(app.origin),
            "state": app.isStarted ? "STARTED" : "STOPPED",
            "processes": .list(app.processes.map { ProcessDocument(process: $0).json }),
            "deployments": .list(app.deployments.map(deployment)),
            "restart_owed": .list(app.restartOwed.map { .text(Text($0)) }),
            "tasks": .list(app.tasks.map(task)),
        ]
    }

    private func deployment(_ deployment: ObservedDeployment) -> JSON {
        [
            "guid": .text(Text(deployment.guid)),
            "reason": .text(Text(deployment.reason)),
            "created_at": .text(Text(deployment.createdAt)),
            "error": deployment.error.map { .text(Text($0)) } ?? .null,
            "new_processes": .list(deployment.newProcessGUIDs.map { .text(Text($0)) }),
        ]
    }

    private func task(_ task: TaskStatus) -> JSON {
        [
            "address": .text(Text("\(task.address)")),
            "origin": DiagnosticDocument.place(task.origin),
            "declared": task.isToBeCanceled ? "canceled" : "run",
            "run": task.run.map { run($0, isDeclared: task.isDeclaredRun) } ?? .null,
            "recorded": task.recorded.map { recorded($0, isDeclared: task.isDeclaredRun) } ?? .null,
            "record_error": task.unreadableRecord.map { .text(Text("the record \($0)")) } ?? .null,
            "other_live_runs": .list(task.others.map { run($0, isDeclared: false) }),
        ]
    }

    private func run(_ run: ObservedTask, isDeclared: Bool) -> JSON {
        [
            "guid": .text(Text(run.guid)),
            "sequence_id": .number(run.sequenceID),
            "is_declared": .bool(isDeclared),
            "state": .text(Text(run.state.rawValue)),
            "created_at": .text(Text(run.createdAt)),
            "outcome": run.state == .failed
                ? .text(Text(RunOutcome(failureReason: run.failureReason).rawValue)) : .null,
            "failure_reason": run.failureReason.map { .text(Text($0)) } ?? .null,
        ]
    }

    /// What the app remembers of a run whose row is deleted.
    private func recorded(_ entry: RunRecord.Entry, isDeclared: Bool) -> JSON {
        [
            "sequence_id": entry.sequenceID == 0 ? .null : .number(entry.sequenceID),
            "is_declared": .bool(isDeclared),
            "state": .text(Text(entry.state.rawValue)),
            "attempts": .number(entry.attempts),
            "recorded_at": entry.recordedAt.map { .text(Text($0)) } ?? .null,
        ]
    }

    private func summary(_ report: StatusReport) -> JSON {
        let summary = StatusSummary(report)
        return [
            "apps": .number(summary.apps),
            "stopped": .number(summary.stopped),
            "processes": .number(summary.processes),
            "instances": .number(summary.instances),
            "ready": .number(summary.ready),
            "unknown": .number(summary.unknown),
            "deployments": .number(summary.deployments),
            "paused": .number(summary.paused),
            "restarts_owed": .number(summary.restartsOwed),
            "failed_tasks": .number(summary.failedTasks),
            "with_errors": .number(summary.withErrors),
            "text": .text(Text(summary.line)),
        ]
    }

    /// What it cost; it never repeats.
    private func run(_ costs: RequestCosts) -> JSON {
        [
            "requests": .number(costs.requests),
            "rate_limit_remaining": costs.rateLimit.map { .number($0.remaining) } ?? .null,
        ]
    }
}
