import Diagnostics

/// Waits for deployments that somebody else started: meanwhile the server refuses changes of web, or loses them
/// (`cloud_controller_ng app/actions/process_update.rb`).
struct DeploymentWaiting: Sendable {
    let platform: any Platform
    let clock: any Clock<Duration>
    /// Seconds for an app, all its deployments together.
    let patience: Int
    let progress: Applier.Progress
    private var spent: [Address: Int] = [:]

    init(platform: any Platform, clock: any Clock<Duration>, patience: Int, progress: @escaping Applier.Progress) {
        self.platform = platform
        self.clock = clock
        self.patience = patience
        self.progress = progress
    }

    /// The apps whose deployments have ended, and what is to be said of the others; they are waited for side by side.
    mutating func wait(for waits: [Plan.Wait]) async -> (ended: Set<Address>, problems: [Diagnostic]) {
        let results = await withTaskGroup(of: (wait: Plan.Wait, problem: Diagnostic?, seconds: Int).self) { tasks in
            for wait in waits {
                let left = max(0, patience - spent[wait.address, default: 0])
                tasks.addTask { [self] in
                    var poll = Poll(seconds: left)
                    let problem = await problem(with: wait, &poll)
                    return (wait, problem, left - poll.left)
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        // A wait of no time counts as a second, so that deployments that follow each other do not go on for ever.
        for result in results { spent[result.wait.address, default: 0] += max(1, result.seconds) }
        let problems = results.sorted { $0.wait.address < $1.wait.address }.compactMap(\.problem)
        return (Set(results.filter { $0.problem == nil }.map(\.wait.address)), problems)
    }

    /// Nil when the deployment has ended.
    private func problem(with wait: Plan.Wait, _ poll: inout Poll) async -> Diagnostic? {
        var deployment = wait.deployment
        await progress(
            .waiting(wait.address, "deployment \(deployment.guid) is \(deployment.reason), it has to end first")
        )
        while deployment.isActive {
            if deployment.reason == "PAUSED" { return .deploymentPaused(deployment, wait.address, at: wait.origin) }
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                if Task.isCancelled { return trouble(with: wait, PlatformError(.cancelled)) }
                return .deploymentNotEnded(wait, reason: deployment.reason, after: patience)
            }
            do {
                guard let now = try await platform.deployment(deployment.guid) else { return nil }
                deployment = now
            } catch {
                return trouble(with: wait, error)
            }
        }
        return nil
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

    /// The operations of the apps that have to be waited for.
    var postponed: [Operation] {
        let waiting = Set(waits.map(\.address))
        return operations.filter { waiting.contains($0.address.appending(.app)) }
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
