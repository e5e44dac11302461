import Diagnostics

/// Plans one app that was found: its operations in order, or what is wrong with it.
struct AppPlanner {
    let address: Address
    let desired: DesiredApp
    let observed: ObservedApp
    let server: Server

    var operations: [Plan.Operation] = []
    var unknowns: [Plan.Unknown] = []
    var failedRuns: [Plan.FailedRun] = []
    var unseenRuns: [Plan.UnseenRun] = []
    var owed: [Plan.Owed] = []
    var waits: [Plan.Wait] = []
    var noLongerManaged: [Plan.NoLongerManaged] = []
    var diagnostics: [Diagnostic] = []
    /// The declared resources of the app.
    var resources: [Address] = []
    /// The new droplet that takes the place of the current one; nil when none does.
    var restage: Restage?
    /// Declared processes of types that only the new droplet may bring.
    var newProcesses: [DesiredProcess] = []
    /// An approved restart that has to be made although everything is in place; nil when there is none.
    var debt: RestartDebt?

    /// What is the same for every app of a space.
    struct Server {
        let apiVersion: String?
        let identity: Identity
        let api: String
        /// Nil when they are not known.
        let roles: Set<String>?
        let options: PlanOptions
    }

    init(address: Address, desired: DesiredApp, observed: ObservedApp, server: Server) {
        self.address = address
        self.desired = desired
        self.observed = observed
        self.server = server
    }

    /// Fills the results.
    ///
    /// An app with an error keeps its diagnostics and loses its operations.
    mutating func plan() {
        diagnostics += desired.complaints(observed, at: address, api: server.api)
        guard !diagnostics.hasErrors else { return }
        if let paused = observed.deployments.first(where: { $0.reason == "PAUSED" }) {
            diagnostics.append(.deploymentPaused(paused, address, at: desired.origin))
        } else if let deployment = observed.deployments.last {
            // Only a manifest that rolls the app out may end what an earlier apply of it has left.
            let isOurs = deployment.rollout != nil && isRolledOut && desired.isProtected?.value != true
            let timeout = isOurs ? desired.rollout?.value.timeout : nil
            waits.append(
                Plan.Wait(address: address, origin: desired.origin, deployment: deployment, timeout: timeout)
            )
        }
        planApp()
        planDroplet()
        for process in desired.processes { plan(process) }
        for process in undeclaredProcesses { letGo(of: process) }
        for task in desired.tasks { plan(task) }
        planRollout()
        if diagnostics.contains(where: { $0.severity == .error }) {
            operations = []
            return
        }
        guard Rule.ordersOperations.holds else { return }
        operations = operations.enumerated()
            .sorted { ($0.element.step.rank, $0.offset) < ($1.element.step.rank, $1.offset) }
            .map(\.element)
        checkRoomForRecords()
        if diagnostics.contains(where: { $0.severity == .error }) { operations = [] }
        requireReadiness()
        block()
        blockByTasksOutsideTargets()
        blockIdleDroplet()
    }

    private mutating func planApp() {
        guard desired.covers(address) else { return }
        if !desired.fields.isEmpty { resources.append(address) }
        let drift = drift(of: desired.fields, from: observed.fields)
        note(drift, of: address)
        let merge = merge(address, at: desired.origin, desired.fields, observed.fields)
        var draft = Draft(.appMetadata, address, at: desired.origin, .patchApp, "/v3/apps/{app.guid}")
        draft.take(merge, for: drift.changes, in: observed.fields)
        append(drift.changes + merge.removals, of: desired.fields, draft)
    }

    private mutating func planDroplet() {
        let place = address.appending(.droplet)
        guard let declared = desired.droplet, !declared.fields.isEmpty else {
            if desired.covers(place), let droplet = observed.droplet { letGo(of: droplet, place) }
            return
        }
        resources.append(place)
        guard let droplet = observed.droplet else {
            let image: Text? = if case .text(let image) = desired.restagedImage?.value { image } else { nil }
            diagnostics.append(.noDroplet(place, app: observed, image: image, at: declared.origin))
            return
        }
        let drift = drift(of: declared.fields, from: compared(droplet))
        note(drift, of: place)
        let image = drift.changes(carriedBy: .image)
        if let change = image.first, desired.restagedImage != nil, droplet.isDocker {
            return planRestage(change, of: declared, place)
        }
        if let change = image.first, !droplet.isDocker || droplet.state != "STAGED" {
            diagnostics.append(.imageNotChangeable(droplet, place, at: change.origin))
            return
        }
        let merge = merge(place, at: declared.origin, declared.fields, droplet.fields)
        let metadata = drift.changes(carriedBy: .metadata) + merge.removals
        if !image.isEmpty {
            var draft = Draft(.dropletImage, place, at: declared.origin, .patchDroplet, "/v3/droplets/{droplet.guid}")
            draft.notes = ["changed in place: no revision keeps the image before it"]
            if observed.isStarted { draft.marker = RestartMarker.ofDroplet(observed.processes) }
            // What the other request does is recorded there, so that neither claims what is not done yet.
            draft.take(merge, for: image, in: droplet.fields, only: metadata.isEmpty ? nil : [.image])
            append(image, of: declared.fields, draft)
        }
        guard image.isEmpty || !metadata.isEmpty else { return }
        var draft = Draft(.dropletMetadata, place, at: declared.origin, .patchDroplet, "/v3/droplets/{droplet.guid}")
        draft.take(merge, for: metadata, in: droplet.fields)
        append(metadata, of: declared.fields, draft)
    }

    private mutating func plan(_ declared: DesiredProcess) {
        let place = address.appending(.process(declared.type))
        resources.append(place)
        guard let process = observed.processes.first(where: { $0.type == declared.type }) else {
            return planMissing(declared, place)
        }
        let context = FieldContext(app: observed, type: declared.type)
        // A deployment moves the instances of web from one process to the other.
        let isMoving = declared.type == "web" && !observed.deployments.isEmpty
        let compared = declared.fields.filter { !(isMoving && $0.field == .instances) }
        let drift = drift(of: compared, from: process.fields, context: context)
        note(drift, of: place)
        let merge = merge(place, at: declared.origin, declared.fields, process.fields, context: context)
        var draft = Draft(.processSettings, place, at: declared.origin, .patchProcess, "/v3/processes/{process.guid}")
        draft.marker = marker(for: drift.changes, of: process)
        draft.take(merge, for: drift.changes, in: process.fields)
        let patched = drift.changes(carriedBy: .settings, .metadata) + merge.removals
        if patched.isEmpty {
            // A scale carries no metadata, so what has to be remembered goes before it.
            if draft.marker != nil { draft.notes.insert("remembers on the process that a restart is owed", at: 0) }
            if draft.marker == nil, draft.action == .update, !draft.records.isEmpty {
                draft.notes.insert("records on the process who manages what is set next", at: 0)
            }
        }
        append(patched, of: declared.fields, draft)
        let scaled = drift.changes(carriedBy: .scale)
        let path = "/v3/processes/{process.guid}/actions/scale"
        var scale = Draft(.scale, place, at: declared.origin, .scaleProcess, path)
        // Our own record goes before it, so that it says nothing of what was there when the scale was planned.
        scale.preconditions = merge.preconditionsOfOthers(for: scaled.map(\.field))
        append(scaled, of: declared.fields, scale)
    }
}

// MARK: - Operations

extension AppPlanner {
    /// What an operation is before its changes are known.
    struct Draft {
        let step: OperationStep
        let address: Address
        let origin: SourceRange
        let kind: Request.Kind
        let path: String
        var action: Plan.Operation.Action = .update
        var notes: [String] = []
        var run: Plan.Run?
        var preconditions: [Plan.Precondition] = []
        /// Remembers in the same request that a restart is owed; nil when none is.
        var marker: JSON?
        /// The annotations of managers' records that the request changes.
        var records: [DeclaredField] = []
        /// What was observed of the resource, where records are written.
        var observed: ObservedFields = [:]
        var timeout: Int?
        /// A restart only for hidden values.
        var isConditional = false
        /// Requests that go before that of the operation.
        var preparing: [Request] = []
        /// Requests that go after it.
        var concluding: [Request] = []
        /// Nil takes what is known of the fields that change.
        var effect: Plan.Operation.Effect?

        init(
            _ step: OperationStep,
            _ address: Address,
            at origin: SourceRange,
            _ kind: Request.Kind,
            _ path: String
        ) {
            self.step = step
            self.address = address
            self.origin = origin
            self.kind = kind
            self.path = path
        }
    }

    /// Appends an operation that makes the changes, none when there are none.
    mutating func append(_ changes: [FieldChange], of declared: [DeclaredField], _ draft: Draft) {
        guard !changes.isEmpty || draft.marker != nil || !draft.records.isEmpty else { return }
        var draft = draft
        let sent = sentFields(for: changes, declared: declared) + draft.records
        draft.preconditions =
            changes.filter { !$0.isUnseen }.map {
                Plan.Precondition($0.field.definition.name, $0.before, isMasked: $0.masked != nil)
            }
            + draft.preconditions
        checkRoom(for: sent, draft)
        append(draft, changes: changes, body: body(of: sent, marker: draft.marker), expected: sent)
    }

    mutating func append(_ draft: Draft, changes: [FieldChange], body: JSON?, expected: [DeclaredField]) {
        let kinds = draft.preparing.map(\.kind) + [draft.kind]
        let needs = kinds.compactMap { kind in
            kind.permission(changesImage: draft.step == .dropletImage)
                .missing(for: server.identity, roles: server.roles)
        }.first
        operations.append(
            Plan.Operation(
                address: draft.address,
                action: draft.action,
                step: draft.step,
                origin: draft.origin,
                effect: draft.effect ?? effect(of: changes, step: draft.step),
                changes: changes,
                request: Request(draft.kind, path: draft.path, body: body),
                preconditions: draft.preconditions,
                needs: needs,
                notes: draft.notes,
                expected: expected,
                run: draft.run,
                blocked: nil,
                timeout: draft.timeout,
                marksRestart: draft.marker != nil,
                isConditional: draft.isConditional,
                preparing: draft.preparing,
                concluding: draft.concluding
            )
        )
        if let needs {
            let isInPlace = draft.step == .dropletImage && draft.kind == .patchDroplet
            diagnostics.append(.notPermitted(draft.address, needs: needs, at: draft.origin, isImageInPlace: isInPlace))
        }
    }

    private func effect(of changes: [FieldChange], step: OperationStep) -> Plan.Operation.Effect {
        switch step {
        case .cancelTasks, .tasksBeforeRollout, .tasksAfterRollout, .rollout, .newProcesses: return .atOnce
        case .dropletImage, .dropletMetadata, .appMetadata, .processSettings, .scale, .taskMetadata: break
        }
        return changes.allSatisfy(\.field.definition.isLiveAtOnce) ? .atOnce : effectOfSettings
    }

    /// When settings are live that are not at once.
    var effectOfSettings: Plan.Operation.Effect {
        guard observed.isStarted else { return .atStart }
        return isRolledOut ? .afterRollout : .afterRestart
    }

    /// Keeps what can not be decided of a resource.
    mutating func note(_ drift: Drift, of place: Address) {
        unknowns += drift.hidden.map { Plan.Unknown(address: place, field: $0.field, origin: $0.keyOrigin) }
        diagnostics += drift.hidden.map { .hiddenValue($0.field, place, user: server.identity.name, at: $0.keyOrigin) }
        diagnostics += drift.notShown.map {
            .notSupportedByServer($0.field, place, version: server.apiVersion, at: $0.keyOrigin)
        }
    }
}
