import Diagnostics

// Process types that a new droplet brings. They appear when it is assigned, by a deployment or by itself
// (`cloud_controller_ng app/actions/process_create_from_app_droplet.rb`), without instances and with the server's defaults.

extension AppPlanner {
    /// A declared process that is not there: a mistake, unless a new droplet may bring its type.
    mutating func planMissing(_ declared: DesiredProcess, _ place: Address) {
        let types = observed.processes.map(\.type)
        guard let restage else {
            var diagnostic = Diagnostic.noProcess(place, declared.type, among: types, at: declared.origin)
            if pendingImageOutsideTargets != nil {
                diagnostic.details.append(
                    .help("let `--target` cover the droplet, too: its new image may bring the type")
                )
            }
            diagnostics.append(diagnostic)
            return
        }
        let brought = restage.droplet?.detectedCommands.map { Set($0.keys) }
        if let brought, !brought.contains(declared.type) {
            let all = types + brought.subtracting(types).sorted()
            diagnostics.append(.notBrought(place, declared.type, by: brought.sorted(), among: all, at: declared.origin))
            return
        }
        if brought == nil {
            diagnostics.append(.notThereYet(place, declared.type, among: types, at: declared.origin))
        }
        newProcesses.append(declared)
    }

    /// What is declared of them, right behind what brings them: instances start with it.
    mutating func planNewProcesses() {
        for process in newProcesses { planNew(process) }
    }

    private mutating func planNew(_ declared: DesiredProcess) {
        let place = address.appending(.process(declared.type))
        let observed = ObservedProcess.new(declared)
        let isCreated = declared.commandOfManifest != nil
        let drift = drift(of: declared.fields.filter { !(isCreated && $0.field == .command) }, from: observed)
        let merge = merge(place, at: declared.origin, declared.fields, observed)
        var draft = Draft(.newProcesses, place, at: declared.origin, .patchProcess, "/v3/processes/{process.guid}")
        draft.effect = effectOfNewProcesses
        draft.notes = [bringer]
        draft.take(merge, for: drift.changes, in: observed)
        append(drift.changes(carriedBy: .settings, .metadata), of: declared.fields, draft)
        let scaled = drift.changes(carriedBy: .scale)
        let path = "/v3/processes/{process.guid}/actions/scale"
        var scale = Draft(.newProcesses, place, at: declared.origin, .scaleProcess, path)
        scale.effect = effectOfNewProcesses
        scale.notes = [bringer]
        append(scaled, of: declared.fields, scale)
    }

    /// Makes a process that has a declared command before anything brings its type, without instances.
    ///
    /// The command has to be there when the instances start, and the server forgets one that is set while a deployment goes
    /// on. So it is made by a manifest of the server's own kind.
    ///
    /// `cloud_controller_ng app/actions/app_apply_manifest.rb`, `process_create.rb`.
    mutating func create(_ declared: DesiredProcess) {
        guard let command = declared.commandOfManifest else { return }
        let place = address.appending(.process(declared.type))
        let path = "/v3/spaces/{space.guid}/actions/apply_manifest"
        var draft = Draft(.newProcesses, place, at: declared.origin, .createProcess, path)
        draft.effect = effectOfNewProcesses
        draft.notes = ["of a new process type, made before anything brings it, and without instances"]
        let fields: ObservedFields = [.command: .value(.null)]
        let drift = drift(of: [command], from: fields)
        let process: JSON = [
            "type": .text(declared.type), "command": command.json ?? .null, "instances": .number(0),
        ]
        let manifest: JSON = ["applications": [["name": .text(observed.name), "processes": [process]]]]
        append(draft, changes: drift.changes, body: manifest, expected: [command])
    }

    private var bringer: String {
        isDeployed
            ? "of a new process type, as soon as the deployment has brought it"
            : "of a new process type, as soon as the droplet is assigned"
    }

    /// Nothing of the type runs before.
    private var effectOfNewProcesses: Plan.Operation.Effect {
        guard self.observed.isStarted else { return .atStart }
        return isRolledOut ? .afterRollout : .atOnce
    }
}

extension ObservedProcess {
    /// What is known of a process before there is one: it has no instances, and nothing that is declared.
    fileprivate static func new(_ declared: DesiredProcess) -> ObservedFields {
        var fields: ObservedFields = [:]
        for field in declared.fields where field.field.definition.carrier != .metadata {
            fields[field.field] = .value(.null)
        }
        if declared.type != "web" { fields[.instances] = .value(.number(0)) }
        return fields
    }
}

extension DesiredProcess {
    /// A declared command that a manifest of the server can set: it takes two words for none
    /// (`cloud_controller_ng app/messages/manifest_process_update_message.rb`).
    fileprivate var commandOfManifest: DeclaredField? {
        guard let declared = fields.first(where: { $0.field == .command }), case .text(let command) = declared.value,
            command != "null", command != "default"
        else { return nil }
        return declared
    }
}
