import Diagnostics

// What applying has to say about an operation, each at the line of the manifest that asked for it.

extension Diagnostic {
    /// The request was not taken; the server's words with the place that asked for it.
    static func refused(_ operation: Plan.Operation, _ error: PlatformError) -> Diagnostic {
        let api = error.path?.hasPrefix("http") == true ? error.path ?? "" : "Cloud Controller"
        var diagnostic = error.masking(operation.expected).diagnostic(intent: operation.intent, api: api)
        diagnostic.subject = "\(operation.address)"
        diagnostic.primary = operation.place
        if error.status == 403, operation.step == .dropletImage, operation.request.kind == .patchDroplet {
            diagnostic.details.append(.restageInstead)
        }
        return diagnostic
    }

    /// The server answered with success and another value.
    static func notTaken(_ operation: Plan.Operation, _ mismatch: Mismatch, isForeign: Bool) -> Diagnostic {
        let name = mismatch.field.field.definition.name
        let asked = mismatch.field.masked?.string ?? words(for: mismatch.field.value)
        let note =
            isForeign
            ? "it was changed meanwhile by someone else; run again to set it"
            : "the server answered with success and dropped the change"
        return Diagnostic(
            .error,
            .notTaken,
            "`\(name)` of `\(operation.address)` is not as asked after the change",
            subject: "\(operation.address)",
            at: Annotation(mismatch.field.origin, name),
            details: [.note("asked for \(asked), answered \(answered(mismatch))"), .note(note)]
        )
    }

    /// The server ran the task with a droplet that was not asked for.
    static func otherDroplet(_ operation: Plan.Operation, run: Int, used: String) -> Diagnostic {
        Diagnostic(
            .error,
            .notTaken,
            "run \(run) of `\(operation.address)` does not use the droplet that was asked for",
            subject: "\(operation.address)",
            at: operation.place,
            details: [.note("it uses droplet \(used)")]
        )
    }

    /// Interrupted before anything was asked of the server.
    ///
    /// - Parameter reason: what it waited for, as a clause; nil where it did not wait.
    static func interruptedBefore(_ operation: Plan.Operation, heldBy reason: String?) -> Diagnostic {
        Diagnostic(
            .error,
            .interrupted,
            "interrupted before `\(operation.address)` was started",
            subject: "\(operation.address)",
            at: operation.place,
            details: (reason.map { [.note($0)] } ?? []) + [.note("nothing was asked of the server, and nothing runs")]
        )
    }

    /// Nobody knows whether the task runs.
    static func unknownOutcome(
        _ operation: Plan.Operation,
        _ error: PlatformError,
        after search: Duration,
        isInterrupted: Bool
    ) -> Diagnostic {
        var diagnostic = refused(operation, error)
        diagnostic.code = .unknownOutcome
        diagnostic.message = "it is unknown whether `\(operation.address)` was started"
        let search =
            error.code == .cancelled
            ? "interrupted before an answer came"
            : isInterrupted
                ? "interrupted while a run with its label was looked for; none had appeared"
                : "no run with its label appeared within \(search.components.seconds) seconds"
        diagnostic.details += [
            .note("\(search); it was not sent again, so that it cannot run twice"),
            .help("run again: the next apply finds out whether the run exists, and creates it only if not"),
        ]
        return diagnostic
    }

    /// The platform kept a FAILED row for a run that it could not start.
    ///
    /// - Parameter isCertain: it counts as no run.
    static func runRefused(
        _ operation: Plan.Operation,
        _ run: ObservedTask,
        _ error: PlatformError,
        isCertain: Bool = false
    ) -> Diagnostic {
        var diagnostic = refused(operation, error)
        diagnostic.code = .runFailed
        diagnostic.message = "`\(operation.address)` \(RunOutcome(failureReason: run.failureReason).words)"
        diagnostic.details.append(.note("run \(run.sequenceID) is FAILED: \(run.failureReason ?? "no reason given")"))
        let help = isCertain ? "run again: it counts as not run" : "give it another `revision` to run it again"
        diagnostic.details.append(.help(help))
        return diagnostic
    }

    /// A run that was waited for has ended as FAILED.
    static func runEnded(
        _ operation: Plan.Operation,
        _ run: ObservedTask,
        knowing entry: RunRecord.Entry? = nil
    ) -> Diagnostic {
        let outcome = run.outcome(knowing: entry)
        let next = "give it another `revision` to run it again"
        return Diagnostic(
            .error,
            .runFailed,
            "`\(operation.address)` \(outcome.words)",
            subject: "\(operation.address)",
            at: operation.place,
            details: [
                .note("run \(run.sequenceID) is FAILED: \(run.failureReason ?? "no reason given")"),
                .help("look at `\(ShellWord.cf("logs", operation.address.app, "--recent"))`; \(next)"),
            ]
        )
    }

    /// The time that was declared is over; the run goes on.
    static func runNotEnded(
        _ operation: Plan.Operation,
        _ run: ObservedTask,
        after seconds: Int,
        _ trouble: PlatformError?
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .waitTimedOut,
            "`\(operation.address)` has not ended after \(seconds) seconds",
            subject: "\(operation.address)",
            at: operation.place,
            details: [.note("run \(run.sequenceID) is \(run.state.rawValue) and goes on")] + Detail.lastLook(trouble)
                + [
                    .help("run again to wait for it, or allow more time with `wait: {timeout: ...}`")
                ]
        )
    }

    /// Looking for the end of a run did not work, or was interrupted; the run goes on.
    static func waitBroken(_ operation: Plan.Operation, _ run: ObservedTask, _ error: PlatformError) -> Diagnostic {
        let api = error.path?.hasPrefix("http") == true ? error.path ?? "" : "Cloud Controller"
        var diagnostic = error.diagnostic(intent: "show run \(run.sequenceID) of `\(operation.address)`", api: api)
        if error.code == .cancelled { diagnostic.message = "interrupted while waiting for `\(operation.address)`" }
        diagnostic.subject = "\(operation.address)"
        diagnostic.primary = operation.place
        diagnostic.details += [
            .note("run \(run.sequenceID) is \(run.state.rawValue) and goes on"),
            .help("run again to wait for it"),
        ]
        return diagnostic
    }

    /// Nobody can tell any more how a run ended that was waited for.
    static func endUnseen(_ operation: Plan.Operation, _ sequenceID: Int, _ state: String) -> Diagnostic {
        Diagnostic(
            .error,
            .unknownOutcome,
            "it is unknown how `\(operation.address)` ended",
            subject: "\(operation.address)",
            at: operation.place,
            details: [
                .note("run \(sequenceID) was \(state), then its row was gone"),
                .help("find out what it has done; the next apply counts it as run, another `revision` runs it again"),
            ]
        )
    }

    static func stillInProgress(
        _ operation: Plan.Operation,
        patience: Int,
        _ trouble: PlatformError?
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .runInProgress,
            "another run of `\(operation.address)` has not ended after \(patience) seconds",
            subject: "\(operation.address)",
            at: operation.place,
            details: Detail.lastLook(trouble) + [
                .help("run again when it has ended, or cancel it with `cf terminate-task`")
            ]
        )
    }

    static func notPermitted(_ operation: Plan.Operation, needs: String) -> Diagnostic {
        Diagnostic(
            .error,
            .notPermitted,
            "the change of `\(operation.address)` needs \(needs)",
            subject: "\(operation.address)",
            at: operation.place,
            details: [.note("nothing of this app was changed")]
                + (operation.step == .dropletImage && operation.request.kind == .patchDroplet ? [.restageInstead] : [])
        )
    }

    private static func words(for value: DesiredValue) -> String {
        value.json?.compact ?? "a number within the band"
    }

    private static func answered(_ mismatch: Mismatch) -> String {
        guard mismatch.field.masked == nil else { return "something else" }
        return switch mismatch.answered {
        case .value(.null), nil: "nothing"
        case .value(.text(let text)): JSON.text(text).compact
        case .value(.number(let number)): "\(number)"
        case .hidden: "a hidden value"
        }
    }
}

extension Plan.Operation {
    /// What it does, as an infinitive: ``update `acme/production/storefront/processes/web` ``.
    var intent: String {
        switch request.kind {
        case .createProcess: "create `\(address)`"
        case .patchApp, .patchProcess, .patchDroplet: "update `\(address)`"
        case .createPackage, .createBuild, .awaitBuild, .takeDroplet: "stage a new `\(address)`"
        case .assignDroplet: "assign the new `\(address)`"
        case .scaleProcess: "scale `\(address)`"
        case .createTask: "run `\(address)`"
        case .patchTask: "relabel `\(address)`"
        case .cancelTask: "cancel `\(address)`"
        case .awaitTask: "wait for `\(address)`"
        case .restartApp: "restart `\(address)`"
        case .createDeployment: "deploy `\(address)`"
        case .cancelDeployment: "cancel the deployment of `\(address)`"
        case .terminateInstance: "replace an instance of `\(address)`"
        }
    }

    /// The declared value where there is one change, else the resource.
    var place: Diagnostic.Annotation {
        let declared = changes.filter { !$0.isImplied }
        guard let change = declared.first, declared.count == 1, action == .update else {
            return Diagnostic.Annotation(origin)
        }
        return Diagnostic.Annotation(change.origin, change.field.definition.name)
    }
}
