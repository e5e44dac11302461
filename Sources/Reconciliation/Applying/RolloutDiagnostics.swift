import Diagnostics

// What rollouts, and waits for what goes on without us, have to say.

extension Diagnostic {
    /// The deployment ended as CANCELED or SUPERSEDED.
    static func deploymentEnded(_ operation: Plan.Operation, _ deployment: ObservedDeployment) -> Diagnostic {
        let details: [Detail] =
            deployment.reason == "SUPERSEDED"
            ? [
                .note("somebody started another deployment, which has taken the place of \(deployment.guid)"),
                .help("run again: that one is waited for, and what it leaves to do is planned"),
            ]
            : [
                .note("somebody cancelled deployment \(deployment.guid)"),
                .help("run again to try once more: what was set is not live"),
            ]
        return rolloutFailed(
            operation,
            "the deployment of `\(operation.address)` is \(deployment.reason)",
            details
        )
    }

    static func deploymentGone(_ operation: Plan.Operation, _ deployment: ObservedDeployment) -> Diagnostic {
        rolloutFailed(
            operation,
            "the deployment of `\(operation.address)` is gone",
            [.note("deployment \(deployment.guid) was deleted while it was \(deployment.reason)")]
        )
    }

    /// Somebody has deleted the app meanwhile.
    static func appGone(_ operation: Plan.Operation) -> Diagnostic {
        let app = operation.address.appending(.app)
        return rolloutFailed(operation, "`\(app)` is gone", [.note("the app was deleted while it was waited for")])
    }

    /// Somebody has stopped the app meanwhile.
    static func stoppedWhileDeployed(_ operation: Plan.Operation, _ deployment: ObservedDeployment) -> Diagnostic {
        rolloutFailed(
            operation,
            "`\(operation.address)` was stopped while it was deployed",
            deployment.detailsOfStop(of: operation.address.app)
        )
    }

    /// The app did not come up in the time that was declared.
    ///
    /// - Parameter deployment: nil when it has ended or was a restart, so that what does not run is the new version.
    static func rolloutTimedOut(
        _ operation: Plan.Operation,
        _ deployment: ObservedDeployment?,
        _ end: CancelledDeployment?,
        _ seconds: Int,
        _ troubled: [String],
        after trouble: PlatformError?
    ) -> Diagnostic {
        var details: [Detail] = []
        if let deployment {
            details.append(.note("deployment \(deployment.guid) was \(deployment.reason)"))
            if let error = deployment.error { details.append(.api(error)) }
        }
        if let end { details += end.details }
        details += troubled.prefix(10).map { .note($0) }
        details += Detail.lastLook(trouble)
        let app = operation.address.app
        if end?.refusal != nil { details.append(.help("cancel it with `\(ShellWord.cf("cancel-deployment", app))`")) }
        let next =
            deployment == nil
            ? "it was restarted, so the next apply does that again only for another change"
            : "run again to try once more"
        details.append(.help("look at `\(ShellWord.cf("logs", app, "--recent"))`; \(next)"))
        return rolloutFailed(operation, "`\(operation.address)` is not running after \(seconds) seconds", details)
    }

    /// What a rollout of an earlier apply left does not run, so the task behind it is not created.
    static func notReady(
        _ operation: Plan.Operation,
        _ seconds: Int,
        _ troubled: [String],
        after trouble: PlatformError?
    ) -> Diagnostic {
        let app = operation.address.appending(.app)
        let details =
            troubled.prefix(10).map { Detail.note($0) } + Detail.lastLook(trouble) + [
                .note("the task stands behind the rollout, so it was not created"),
                .help("look at `\(ShellWord.cf("logs", operation.address.app, "--recent"))`"),
            ]
        return rolloutFailed(operation, "`\(app)` is not running after \(seconds) seconds", details)
    }

    private static func rolloutFailed(
        _ operation: Plan.Operation,
        _ message: String,
        _ details: [Detail]
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .rolloutFailed,
            message,
            subject: "\(operation.address)",
            at: operation.place,
            details: details
        )
    }
}

// MARK: - Interrupted waits

extension Diagnostic {
    static func interrupted(_ operation: Plan.Operation, _ deployment: ObservedDeployment) -> Diagnostic {
        interrupted(
            operation.address,
            at: operation.place,
            "deployment \(deployment.guid) of `\(operation.address)`",
            "it goes on; the next apply waits for it"
        )
    }

    static func interrupted(_ operation: Plan.Operation, _ build: ObservedBuild) -> Diagnostic {
        interrupted(
            operation.address,
            at: operation.place,
            "build \(build.guid) of `\(operation.address.appending(.app))`",
            "it goes on; the next apply takes it up"
        )
    }

    static func interruptedStart(_ operation: Plan.Operation) -> Diagnostic {
        let app = operation.address.appending(.app)
        return interrupted(
            operation.address,
            at: operation.place,
            "the instances of `\(app)`",
            "they go on starting; look with `\(ShellWord.cf("app", app.app))`"
        )
    }

    static func interrupted(_ wait: Plan.Wait, _ deployment: ObservedDeployment) -> Diagnostic {
        interrupted(
            wait.address,
            at: Annotation(wait.origin),
            "deployment \(deployment.guid) of `\(wait.address)`",
            "it goes on; the next apply waits for it, too"
        )
    }

    private static func interrupted(
        _ address: Address,
        at place: Annotation,
        _ what: String,
        _ note: String
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .interrupted,
            "interrupted while waiting for \(what)",
            subject: "\(address)",
            at: place,
            details: [.note(note)]
        )
    }
}

// MARK: - Waits for deployments

extension Diagnostic {
    /// A deployment outlasted the wait for it.
    static func deploymentNotEnded(
        _ wait: Plan.Wait,
        reason: String,
        after seconds: Int,
        _ end: CancelledDeployment? = nil,
        trouble: PlatformError? = nil
    ) -> Diagnostic {
        let guid = wait.deployment.guid
        var details: [Detail] = [.note("deployment \(guid) is \(reason); nothing of this app is changed meanwhile")]
        if let end { details += end.details }
        details += Detail.lastLook(trouble)
        details.append(
            .help(
                "run again when it is finished, allow more time with `--wait-for-deployments`, "
                    + "or end it with `\(ShellWord.cf("cancel-deployment", wait.address.app))`"
            )
        )
        return Diagnostic(
            .error,
            .deploymentInFlight,
            "a deployment of `\(wait.address)` has not ended after \(seconds) seconds",
            subject: "\(wait.address)",
            at: Annotation(wait.origin),
            details: details
        )
    }

    /// A deployment does not get on, since its app is stopped.
    static func deploymentStopped(
        _ wait: Plan.Wait,
        _ deployment: ObservedDeployment,
        _ end: CancelledDeployment?
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .deploymentInFlight,
            "`\(wait.address)` is stopped in the middle of a deployment",
            subject: "\(wait.address)",
            at: Annotation(wait.origin),
            details: (end?.details ?? []) + deployment.detailsOfStop(of: wait.address.app)
        )
    }

    /// A deployment that an earlier apply made and did not follow to its end was given up.
    ///
    /// - Parameter seconds: nil where the app was found stopped.
    static func deploymentAbandoned(_ wait: Plan.Wait, reason: String, after seconds: Int?) -> Diagnostic {
        let state = seconds.map { "was still \(reason) after \($0) seconds" } ?? "was \(reason), and the app is stopped"
        return Diagnostic(
            .warning,
            .rolloutFailed,
            "a deployment of `\(wait.address)` that an earlier apply began was cancelled",
            subject: "\(wait.address)",
            at: Annotation(wait.origin),
            details: [
                .note("deployment \(wait.deployment.guid) \(state)"),
                .note("the app is planned again"),
            ]
        )
    }
}

extension ObservedDeployment {
    /// What becomes of it while the app is stopped.
    fileprivate func detailsOfStop(of app: Text) -> [Diagnostic.Detail] {
        [
            .note("deployment \(guid) is \(reason), and goes on when the app is started"),
            .help(
                "start it with `\(ShellWord.cf("start", app))`, or end the deployment with "
                    + "`\(ShellWord.cf("cancel-deployment", app))`; then run again"
            ),
        ]
    }
}

extension CancelledDeployment {
    /// What is true of it now.
    var details: [Diagnostic.Detail] {
        if let refusal {
            return [.note("it could not be cancelled")] + Diagnostic.Detail.facts(of: refusal)
        }
        return switch deployment?.reason {
        case "CANCELED": [.note("it was cancelled: the version before it runs")]
        case "SUPERSEDED": [.note("somebody started another deployment, which has taken its place")]
        default: [.note("it is being cancelled, which brings the version before it back")]
        }
    }
}

extension Diagnostic.Detail {
    /// Why the last look of a poll brought nothing; empty when it brought something.
    static func lastLook(_ trouble: PlatformError?) -> [Diagnostic.Detail] {
        guard let trouble, trouble.code != .cancelled else { return [] }
        return [.note("the last looks brought nothing")] + facts(of: trouble)
    }

    /// The request, the server's words about it, and its id: no advice.
    fileprivate static func facts(of error: PlatformError) -> [Diagnostic.Detail] {
        error.diagnostic(intent: "", api: "").details.filter { if case .help = $0 { false } else { true } }
    }
}
