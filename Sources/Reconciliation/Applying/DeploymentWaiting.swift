import Diagnostics

/// Waits for deployments that somebody else started: meanwhile the server refuses changes of web, or loses them
/// (`cloud_controller_ng app/actions/process_update.rb`).
struct DeploymentWaiting: Sendable {
    let platform: any Platform
    let clock: any Clock<Duration>
    /// Seconds for an app, all its deployments together.
    let patience: Int
    let progress: Applier.Progress
    /// How long one that is cancelled may take to end.
    private static let cancelSeconds = 300
    private var spent: [Address: Int] = [:]

    init(platform: any Platform, clock: any Clock<Duration>, patience: Int, progress: @escaping Applier.Progress) {
        self.platform = platform
        self.clock = clock
        self.patience = patience
        self.progress = progress
    }

    private struct End {
        let wait: Plan.Wait
        var isReached = true
        var diagnostics: [Diagnostic] = []
        var seconds = 0
    }

    /// The apps whose deployments have ended, and what is to be said of them and of the others; they are waited for side by
    /// side.
    mutating func wait(for waits: [Plan.Wait]) async -> (ended: Set<Address>, problems: [Diagnostic]) {
        let ends = await withTaskGroup(of: End.self) { tasks in
            for wait in waits {
                let left = max(0, patience - spent[wait.address, default: 0])
                tasks.addTask { [self] in await end(of: wait, within: left) }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        // A wait of no time counts as a second, so that deployments that follow each other do not go on for ever.
        for end in ends { spent[end.wait.address, default: 0] += max(1, end.seconds) }
        let problems = ends.sorted { $0.wait.address < $1.wait.address }.flatMap(\.diagnostics)
        return (Set(ends.filter(\.isReached).map(\.wait.address)), problems)
    }

    /// Waits for one.
    ///
    /// What an earlier apply began is held to the time that its rollout has, since nobody else ends it: the server knows no
    /// failed deployment. That time counts from here; clocks of machines are not compared.
    private func end(of wait: Plan.Wait, within left: Int) async -> End {
        var end = End(wait: wait)
        var deployment = wait.deployment
        var patience = Patience(seconds: wait.timeout ?? left, clock: clock)
        var cancelled: CancelledDeployment?
        let words =
            deployment.isActive
            ? "deployment \(deployment.guid) is \(deployment.reason), it has to end first"
            : "deployment \(deployment.guid) is \(deployment.reason): looking again"
        await progress(.waiting(wait.address, words))
        var isStopped = false
        waiting: while deployment.isActive {
            if deployment.reason == "PAUSED" {
                return stuck(end, .deploymentPaused(deployment, wait.address, at: wait.origin))
            }
            let wasStopped = isStopped
            isStopped = false
            if await patience.sleep() {
                do {
                    switch try await look(at: deployment, &patience) {
                    case nil: continue
                    case .found(let now):
                        deployment = now
                        continue
                    case .stopped(let now):
                        deployment = now
                        isStopped = true
                        // Who restarts an app with `cf restart` stops it for a moment.
                        guard wasStopped else {
                            patience.beginAgain()
                            await progress(.waiting(wait.address, "the app is STOPPED, looking once more"))
                            continue
                        }
                    // Planning again tells what is not there any more.
                    case .gone, .appGone: break waiting
                    }
                } catch {
                    return stuck(end, trouble(with: wait, error))
                }
            } else if Task.isCancelled {
                return stuck(end, .interrupted(wait, deployment))
            }
            if wait.timeout != nil, cancelled == nil {
                let seconds = isStopped ? nil : patience.seconds
                await progress(.waiting(wait.address, "deployment \(deployment.guid) is given up and cancelled"))
                let result = await platform.cancel(deployment, clock: clock)
                cancelled = result
                if result.refusal == nil {
                    // It may have ended by itself in the last moment.
                    let reason = result.deployment?.reason ?? "CANCELING"
                    if ["CANCELING", "CANCELED"].contains(reason) {
                        end.diagnostics.append(.deploymentAbandoned(wait, reason: deployment.reason, after: seconds))
                    }
                    deployment = result.deployment ?? deployment
                    patience = Patience(seconds: Self.cancelSeconds, clock: clock)
                    continue
                }
            }
            if isStopped { return stuck(end, .deploymentStopped(wait, deployment, cancelled)) }
            return stuck(
                end,
                .deploymentNotEnded(
                    wait,
                    reason: deployment.reason,
                    after: wait.timeout ?? self.patience,
                    cancelled,
                    trouble: patience.trouble
                )
            )
        }
        // The patience of the command line is for deployments of others.
        end.seconds = wait.timeout == nil ? patience.spent : 0
        return end
    }

    private func look(
        at deployment: ObservedDeployment,
        _ patience: inout Patience
    ) async throws(PlatformError) -> DeploymentLook? {
        try await patience.look { () async throws(PlatformError) in
            try await platform.look(at: deployment.guid, ofApp: deployment.appGUID)
        }
    }

    private func stuck(_ end: End, _ diagnostic: Diagnostic) -> End {
        var end = end
        end.isReached = false
        end.diagnostics.append(diagnostic)
        return end
    }

    private func trouble(with wait: Plan.Wait, _ error: PlatformError) -> Diagnostic {
        var diagnostic = error.diagnostic(intent: "show a deployment of `\(wait.address)`", api: "the API")
        diagnostic.primary = Diagnostic.Annotation(wait.origin)
        return diagnostic
    }
}

extension Plan {
    /// The plan without the apps that have to be waited for.
    var withoutWaits: Plan {
        let waiting = Set(waits.map(\.address))
        var plan = self
        plan.operations.removeAll { waiting.contains($0.address.appending(.app)) }
        plan.waits = []
        return plan
    }
}

extension DesiredState {
    /// Only these apps.
    func keeping(_ addresses: Set<Address>) -> DesiredState {
        let kept = spaces.compactMap { space -> DesiredSpace? in
            var space = space
            space.apps.removeAll { app in
                let address = Address(
                    organization: space.organization.value,
                    space: space.space.value,
                    app: app.name
                )
                return !addresses.contains(address)
            }
            return space.apps.isEmpty ? nil : space
        }
        return narrowed(to: kept)
    }
}
