import Diagnostics

// What planning and applying have to say about the records and claims of runs.

extension Diagnostic {
    /// A run without a record could run twice, so nothing is created.
    static func unreadableRecord(
        of task: Address,
        named name: Text,
        _ reason: String,
        at origin: SourceRange,
        severity: Severity = .error
    ) -> Diagnostic {
        let key = RunRecord.key(of: name)
        let note =
            severity == .error
            ? "nothing is created: it may have run already" : "nothing is recorded until it can be read"
        return Diagnostic(
            severity,
            .unreadableRecord,
            "the record of the runs of `\(task)` \(reason)",
            subject: "\(task)",
            at: Annotation(origin),
            details: [
                .note("it is the annotation `\(key)` of the app; \(note)"),
                .help(
                    "update Evenkeel if a newer one wrote it; else remove the annotation, which forgets earlier runs"
                ),
            ]
        )
    }

    static func noRoomForRecords(_ task: Address, count: Int, at origin: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .recordLimit,
            "the app of `\(task)` has no room for another annotation",
            subject: "\(task)",
            at: Annotation(origin),
            details: [
                .note(
                    "with the record and the claim of the run it would have \(count); Cloud Foundry allows "
                        + "\(AppPlanner.mostAnnotations)"
                ),
                .help("remove annotations from the app, such as records of tasks that are no longer declared"),
            ]
        )
    }

    /// The record says how an earlier attempt ended, and its row is gone.
    static func recordedEnd(_ operation: Plan.Operation, _ entry: RunRecord.Entry) -> Diagnostic {
        let outcome: RunOutcome = entry.state == .canceled ? .canceled : .failed
        return Diagnostic(
            .error,
            .runFailed,
            "`\(operation.address)` \(outcome.words)",
            subject: "\(operation.address)",
            at: Annotation(operation.origin),
            details: [
                .note("it is recorded as \(entry.state.rawValue)\(entry.when); its row is gone"),
                .help("give it another `revision` to run it again"),
            ]
        )
    }

    /// A claim so old that the row could be deleted already.
    static func mayHaveRun(_ address: Address, _ words: String, at origin: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .unknownOutcome,
            "it is unknown whether `\(address)` has run",
            subject: "\(address)",
            at: Annotation(origin),
            details: [
                .note(words),
                .note("Cloud Foundry deletes rows of tasks 31 days after their end, so nobody can tell any more"),
                .help("find out whether it has run; give it another `revision` to run it"),
            ]
        )
    }

    static func claimedByOthers(_ operation: Plan.Operation, _ claim: Claim?, after seconds: Int) -> Diagnostic {
        Diagnostic(
            .error,
            .runInProgress,
            "others keep claiming `\(operation.address)` for more than \(seconds) seconds",
            subject: "\(operation.address)",
            at: Annotation(operation.origin),
            details: [
                .note(claim.map { "the last claim is \($0.words)" } ?? "they take our claims down"),
                .help("run again when they are done"),
            ]
        )
    }

    /// Others take a claim for dead after three times as long as it holds, so nothing is created with an older one.
    static func tooSlowToClaim(_ operation: Plan.Operation, _ times: ClaimTimes, after seconds: Int) -> Diagnostic {
        Diagnostic(
            .error,
            .requestTimedOut,
            "the API answers too slowly for `--claim-timeout` to run `\(operation.address)`",
            subject: "\(operation.address)",
            at: Annotation(operation.origin),
            details: [
                .note(
                    "a claim holds for \(times.hold.components.seconds) s, and what has to be read meanwhile took longer "
                        + "each time, for \(seconds) s by now"
                ),
                .note("nothing was created"),
                .help(
                    "allow more than `--claim-timeout \(times.dead.components.seconds)s`, in everything that applies this "
                        + "app"
                ),
            ]
        )
    }

    /// Two rows of one attempt exist, and ours is the later one.
    static func startedTwice(_ operation: Plan.Operation, _ own: ObservedTask, _ other: ObservedTask) -> Diagnostic {
        Diagnostic(
            .error,
            .startedTwice,
            "`\(operation.address)` was started twice",
            subject: "\(operation.address)",
            at: Annotation(operation.origin),
            details: [
                .note("run \(other.sequenceID) (task \(other.guid)) was there first and goes on"),
                .note("run \(own.sequenceID) (task \(own.guid)) is ours and was cancelled"),
                .help("look at what both have done: `\(ShellWord.cf("logs", operation.address.app, "--recent"))`"),
            ]
        )
    }

    /// It runs, but the app does not know of it yet.
    static func notRecorded(_ operation: Plan.Operation, _ run: ObservedTask, _ error: PlatformError) -> Diagnostic {
        var diagnostic = refused(operation, error)
        diagnostic.message = "run \(run.sequenceID) of `\(operation.address)` exists, but could not be recorded"
        diagnostic.details.append(.help("run again: the next apply records it"))
        return diagnostic
    }

    /// It runs, and the record has become unreadable since it was begun.
    static func notRecorded(
        _ operation: Plan.Operation,
        _ run: ObservedTask,
        named name: Text,
        _ reason: String
    ) -> Diagnostic {
        let origin = operation.origin
        var diagnostic = unreadableRecord(of: operation.address, named: name, reason, at: origin, severity: .warning)
        diagnostic.severity = .error
        diagnostic.message =
            "run \(run.sequenceID) of `\(operation.address)` exists, but could not be recorded: the record \(reason)"
        return diagnostic
    }

    /// It has ended, but the app does not know how.
    static func endNotRecorded(_ operation: Plan.Operation, _ run: ObservedTask, _ error: PlatformError) -> Diagnostic {
        var diagnostic = refused(operation, error)
        diagnostic.message =
            "run \(run.sequenceID) of `\(operation.address)` is \(run.state.rawValue), but that could not be recorded"
        diagnostic.details.append(.help("run again: the next apply records it"))
        return diagnostic
    }
}

extension Claim {
    /// Whose it is and since when, in words that follow "is".
    var words: String {
        guard let time, Moment(time) != nil else { return "that of \(holder)" }
        return "that of \(holder), put up at \(time)"
    }
}
