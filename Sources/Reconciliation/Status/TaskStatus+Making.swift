import Diagnostics

extension TaskStatus {
    /// The declared task with the newest of its runs, and the live ones.
    init(of task: DesiredTask, _ app: DesiredApp, _ observed: ObservedApp, at address: Address) {
        // The server's name filter ignores case; names are compared exactly here.
        let named = observed.tasks.filter { $0.name == task.name }.sorted { $0.sequenceID < $1.sequenceID }
        let declared = TaskStatus.declaredRuns(among: named, of: task, app, observed)
        let run = declared.last ?? named.last
        self.init(
            address: address.appending(.task(task.name)),
            origin: task.origin,
            isToBeCanceled: task.canceled?.value == true,
            run: run,
            isDeclaredRun: !declared.isEmpty,
            others: named.filter { !$0.state.isTerminal && $0.guid != run?.guid }
        )
    }

    /// The runs that carry the fingerprint of what is declared; none where that is to cancel them.
    private static func declaredRuns(
        among runs: [ObservedTask],
        of task: DesiredTask,
        _ app: DesiredApp,
        _ observed: ObservedApp
    ) -> [ObservedTask] {
        guard task.canceled?.value != true else { return [] }
        var pinned: (guid: String, image: Text?)?
        if task.run == .oncePerDroplet {
            guard let droplet = observed.droplet else { return [] }
            pinned = app.pin(of: droplet)
        }
        let fingerprint = Text(Fingerprint(of: task, droplet: pinned).hex)
        return runs.filter { $0.fields[.label(RunLabel.run)] == .value(.text(fingerprint)) }
    }
}

extension DesiredApp {
    /// What `once_per_droplet` puts into a fingerprint: the declared image of a docker droplet, else the observed one.
    func pin(of droplet: ObservedDroplet) -> (guid: String, image: Text?) {
        guard droplet.isDocker else { return (droplet.guid, nil) }
        if let declared = declaredImage, case .text(let image) = declared.value { return (droplet.guid, image) }
        guard case .value(.text(let image)) = droplet.fields[.image] else { return (droplet.guid, nil) }
        return (droplet.guid, image)
    }
}
