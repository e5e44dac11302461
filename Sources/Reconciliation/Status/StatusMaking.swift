package import Diagnostics

/// Puts the declarations, what was observed and what the runtime said of instances together.
///
/// - Parameters:
///   - desired: Narrowed to the targets.
///   - instances: By the guid of the process; what is missing is unknown.
///   - targets: Which processes of an app are shown that the declarations do not name; all without any.
package func status(
    of desired: DesiredState,
    against observed: ObservedState,
    instances: [String: InstanceReading] = [:],
    targets: [TargetPattern] = []
) -> (report: StatusReport, diagnostics: [Diagnostic]) {
    var maker = StatusMaker(desired: desired, observed: observed, instances: instances, targets: targets)
    for space in desired.spaces { maker.add(space) }
    maker.report.apps.sort { $0.address < $1.address }
    return (maker.report, maker.diagnostics)
}

private struct StatusMaker {
    let observed: ObservedState
    let instances: [String: InstanceReading]
    let targets: [TargetPattern]
    var report: StatusReport
    var diagnostics: [Diagnostic] = []

    init(
        desired: DesiredState,
        observed: ObservedState,
        instances: [String: InstanceReading],
        targets: [TargetPattern]
    ) {
        self.observed = observed
        self.instances = instances
        self.targets = targets
        report = StatusReport(
            api: observed.api,
            user: observed.identity.name,
            spaces: desired.spaces.map { "\($0.organization.value)/\($0.space.value)" }.sorted { Text($0) < Text($1) }
        )
    }

    mutating func add(_ space: DesiredSpace) {
        let found = observed.space(organization: space.organization.value, space: space.space.value)
        guard let found else {
            let diagnostic = Diagnostic.noSpace(space, in: observed)
            diagnostics.append(diagnostic)
            report.erroneous.formUnion(
                space.apps.isEmpty ? [diagnostic.subject ?? ""] : space.apps.map { "\(address(of: $0, in: space))" }
            )
            return
        }
        let apps = found.appsByName
        for app in space.apps {
            let address = address(of: app, in: space)
            if let observedApp = apps[app.name.caseFolded] {
                add(app, observedApp, at: address)
            } else if let error = found.unseenApps[app.name.caseFolded] {
                diagnostics.append(.unseenApp(address, error, api: observed.api, at: app.origin))
                report.erroneous.insert("\(address)")
            } else {
                diagnostics.append(.noApp(address, app, among: found.appNames, user: observed.identity.name))
                report.erroneous.insert("\(address)")
            }
        }
    }

    private mutating func add(_ app: DesiredApp, _ observed: ObservedApp, at address: Address) {
        let complaints = app.complaints(observed, at: address, api: self.observed.api)
        diagnostics += complaints
        if complaints.hasErrors { report.erroneous.insert("\(address)") }
        for process in app.processes
        where observed.unseen[.processes] == nil && !observed.processes.contains(where: { $0.type == process.type }) {
            let place = address.appending(.process(process.type))
            let types = observed.processes.map(\.type)
            if app.mayBring(process.type, observed) {
                diagnostics.append(.notThereYet(place, process.type, among: types, at: process.origin))
            } else {
                diagnostics.append(.noProcess(place, process.type, among: types, at: process.origin))
                report.erroneous.insert("\(place)")
            }
        }
        report.apps.append(
            AppStatus(
                address: address,
                origin: app.origin,
                isStarted: observed.isStarted,
                rollout: app.rollout?.value.strategy ?? .none,
                processes: shownProcesses(of: observed, at: address, targets: targets).map { process in
                    status(of: process, app, observed, at: address)
                },
                deployments: observed.deployments,
                tasks: observed.unseen[.tasks] == nil
                    ? app.tasks.map { TaskStatus(of: $0, app, observed, at: address) } : [],
                restartOwed: observed.owedFields,
                failedTask: failedTask(before: app, observed, at: address)
            )
        )
    }

    private func status(
        of process: ObservedProcess,
        _ app: DesiredApp,
        _ observed: ObservedApp,
        at address: Address
    ) -> ProcessStatus {
        let declaration = app.processes.first { $0.type == process.type }
        let context = FieldContext(app: observed, type: process.type)
        let role = observed.role(of: process)
        let fields = Field.inStatus.map { field in
            // A deployment moves the instances of web from one process to the other.
            let isMoving = field == .instances && role != .only
            let declared = isMoving ? nil : declaration?.fields.first { $0.field == field }
            return FieldStatus(
                field: field,
                observed: process.fields[field],
                declared: declared,
                standing: declared.map { standing(of: $0, in: process.fields, context: context) }
            )
        }
        return ProcessStatus(
            address: address.appending(.process(process.type)),
            origin: declaration?.origin,
            guid: process.guid,
            role: role,
            wanted: process.wanted,
            instances: reading(of: process, observed),
            fields: fields
        )
    }

    private func reading(of process: ObservedProcess, _ app: ObservedApp) -> InstanceReading {
        guard app.isStarted else { return .stopped }
        guard process.wanted > 0 else { return .known([]) }
        return instances[process.guid] ?? .unknown("not asked")
    }

    private func address(of app: DesiredApp, in space: DesiredSpace) -> Address {
        Address(organization: space.organization.value, space: space.space.value, app: app.name)
    }
}

/// The processes of an app that a status shows: web first, the others by type, an older one before a newer.
func shownProcesses(of app: ObservedApp, at address: Address, targets: [TargetPattern]) -> [ObservedProcess] {
    func order(_ process: ObservedProcess) -> (Int, Text) { (process.type == "web" ? 0 : 1, process.type) }
    return (app.olderProcesses + app.processes)
        .filter { process in
            targets.isEmpty || targets.contains { $0.covers(address.appending(.process(process.type))) }
        }
        .enumerated()
        .sorted { left, right in
            let (one, other) = (order(left.element), order(right.element))
            return one == other ? left.offset < right.offset : one < other
        }
        .map(\.element)
}

extension ObservedApp {
    /// What a deployment makes of the process; a type that has one process has no part in it.
    fileprivate func role(of process: ObservedProcess) -> ProcessStatus.Role {
        guard (olderProcesses + processes).count(where: { $0.type == process.type }) > 1 else { return .only }
        let isNew =
            deployments.isEmpty
            ? processes.contains { $0.guid == process.guid }
            : deployments.contains { $0.newProcessGUIDs.contains(process.guid) }
        return isNew ? .new : .old
    }
}

extension ObservedProcess {
    /// How many instances the platform is to run.
    var wanted: Int {
        if case .value(.number(let count)) = fields[.instances] { count } else { 0 }
    }
}

extension Field {
    /// What a status shows of a process, with what is declared of it.
    fileprivate static let inStatus: [Field] = ofProcess.filter { field in
        switch field {
        case .instances, .healthCheck, .readinessHealthCheck: true
        case .image, .command, .user, .memory, .disk, .logRateLimit, .label, .annotation: false
        }
    }
}

extension DesiredApp {
    /// A new image is declared and not the current one yet, and nobody knows that it does not bring the process type.
    fileprivate func mayBring(_ type: Text, _ observed: ObservedApp) -> Bool {
        guard case .text(let image) = restagedImage?.value, let droplet = observed.droplet, droplet.isDocker,
            observed.staging.image(of: droplet) != .value(.text(image))
        else { return false }
        let staged = observed.staging.droplet(of: image, besides: observed.currentDropletGUID)
        return staged?.detectedCommands.map { $0[type] != nil } ?? true
    }
}
