import Diagnostics

/// Waits for deployments that somebody else started: meanwhile the server refuses changes of web, or loses them
/// (`cloud_controller_ng app/actions/process_update.rb`).
struct DeploymentWaiting: Sendable {
    let platform: any Platform
    let clock: any Clock<Duration>
    let progress: Applier.Progress

    /// The apps whose deployments have ended, and what is to be said of the others; they are waited for side by side.
    func wait(for waits: [Plan.Wait], upTo seconds: Int) async -> (ended: Set<Address>, problems: [Diagnostic]) {
        await withTaskGroup(of: (Plan.Wait, Diagnostic?).self) { tasks in
            for wait in waits { tasks.addTask { (wait, await problem(with: wait, upTo: seconds)) } }
            var ended: Set<Address> = []
            var problems: [Diagnostic] = []
            for await (wait, problem) in tasks {
                if let problem { problems.append(problem) } else { ended.insert(wait.address) }
            }
            return (ended, problems)
        }
    }

    /// Nil when the deployment has ended.
    private func problem(with wait: Plan.Wait, upTo seconds: Int) async -> Diagnostic? {
        var deployment = wait.deployment
        var poll = Poll(seconds: seconds)
        await progress(
            .waiting(wait.address, "deployment \(deployment.guid) is \(deployment.reason), it has to end first")
        )
        while deployment.isActive {
            if deployment.reason == "PAUSED" { return .deploymentPaused(deployment, wait.address, at: wait.origin) }
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                return .deploymentNotEnded(wait, reason: deployment.reason, after: seconds)
            }
            do {
                guard let now = try await platform.deployment(deployment.guid) else { return nil }
                deployment = now
            } catch {
                var diagnostic = error.diagnostic(intent: "show a deployment of `\(wait.address)`", api: "the API")
                diagnostic.primary = Diagnostic.Annotation(wait.origin)
                return diagnostic
            }
        }
        return nil
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
