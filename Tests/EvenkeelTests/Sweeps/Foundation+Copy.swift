import Diagnostics

@testable import Sandbox

extension Store {
    /// A foundation like this one, for a sandbox of its own.
    ///
    /// Tokens, faults and the journal are not copied.
    func copy(_ options: SandboxServer.Options) async -> Store {
        let copy = Store(seed: Seed(), options: options)
        await copy.take(from: state)
        return copy
    }

    fileprivate struct State: Sendable {
        let guids: GUIDSource
        let secondsAdvanced: Int
        let places: (Table<UserRow>, Table<OrganizationRow>, Table<SpaceRow>, Table<RoleRow>)
        let apps: (Table<AppRow>, Table<ProcessRow>, Table<DropletRow>, Table<TaskRow>)
        let records: (Table<DeploymentRow>, Table<RevisionRow>, Table<PackageRow>, Table<BuildRow>, Table<EventRow>)
        let inFlight: (Set<String>, Set<String>, Set<String>)
        let runtime: RuntimeState
        let prunings: (Int, Int, Int)
        let taskRuns: [Seed.TaskRun]
    }

    private var state: State {
        State(
            guids: guids,
            secondsAdvanced: secondsAdvanced,
            places: (users, organizations, spaces, roles),
            apps: (apps, processes, droplets, tasks),
            records: (deployments, revisions, packages, builds, events),
            inFlight: (tasksInFlight, deploymentsInFlight, buildsInFlight),
            runtime: runtime,
            prunings: (lastExpiry, lastPruning, lastEventPruning),
            taskRuns: taskRuns
        )
    }

    private func take(from state: State) {
        guids = state.guids
        secondsAdvanced = state.secondsAdvanced
        (users, organizations, spaces, roles) = state.places
        (apps, processes, droplets, tasks) = state.apps
        (deployments, revisions, packages, builds, events) = state.records
        (tasksInFlight, deploymentsInFlight, buildsInFlight) = state.inFlight
        runtime = state.runtime
        (lastExpiry, lastPruning, lastEventPruning) = state.prunings
        taskRuns = state.taskRuns
    }
}
