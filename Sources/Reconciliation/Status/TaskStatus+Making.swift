import Diagnostics

extension TaskStatus {
    /// The declared task with the newest of its runs, and the live ones.
    ///
    /// As for a plan, rows decide as long as that of the newest attempt is there, then the record on the app.
    init(of task: DesiredTask, _ app: DesiredApp, _ observed: ObservedApp, at address: Address) {
        let history = RunHistory(of: task.name, in: observed)
        let refused = history.record.refused
        // The server's name filter ignores case; names are compared exactly here.
        let named = observed.tasks.filter { $0.name == task.name && !refused.contains($0.guid) }
            .sorted { $0.sequenceID < $1.sequenceID }
        let fingerprint = TaskStatus.fingerprint(of: task, app, observed)
        let declared = fingerprint.flatMap { history.rows(of: $0).last }
        let entry = fingerprint.flatMap { history.record.entry($0) }
        var (run, recorded) = (declared, entry)
        if let declared, declared.attempt >= entry?.attempts ?? 1 { recorded = nil } else { run = nil }
        let isDeclaredRun = run != nil || recorded != nil
        if !isDeclaredRun {
            (run, recorded) = (named.last, named.isEmpty ? history.record.runs.first { $0.state != .refused } : nil)
        }
        self.init(
            address: address.appending(.task(task.name)),
            origin: task.origin,
            isToBeCanceled: task.canceled?.value == true,
            run: run,
            recorded: recorded,
            isDeclaredRun: isDeclaredRun,
            unreadableRecord: run != nil && isDeclaredRun ? nil : history.unreadable,
            others: named.filter { !$0.state.isTerminal && $0.guid != run?.guid }
        )
    }

    /// Which runs are those of what is declared; nil where that is to cancel them, or where the droplet is missing.
    static func fingerprint(
        of task: DesiredTask,
        _ app: DesiredApp,
        _ observed: ObservedApp
    ) -> String? {
        guard task.canceled?.value != true else { return nil }
        guard task.run == .oncePerDroplet else { return Fingerprint(of: task, droplet: nil).hex }
        guard let droplet = observed.droplet, let guid = dropletOfRun(app, observed, droplet) else { return nil }
        return Fingerprint(of: task, droplet: (guid, app.pin(of: droplet).image)).hex
    }

    /// The droplet that a run would use now, as for a plan; nil while it has to be staged.
    private static func dropletOfRun(
        _ app: DesiredApp,
        _ observed: ObservedApp,
        _ droplet: ObservedDroplet
    ) -> String? {
        guard droplet.isDocker, case .text(let image)? = app.restagedImage?.value,
            observed.staging.image(of: droplet) != .value(.text(image))
        else { return droplet.guid }
        guard case .droplet(let staged) = observed.staging.supply(of: image, besides: observed.currentDropletGUID)
        else { return nil }
        return staged.guid
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
