import Diagnostics

/// What an app's planner does with the records of managers.
extension AppPlanner {
    /// Compares a resource with what is recorded on it; what the comparison has to say is kept.
    mutating func merge(
        _ place: Address,
        at origin: SourceRange,
        _ declared: [DeclaredField],
        _ fields: ObservedFields,
        context: FieldContext = FieldContext()
    ) -> OwnershipMerge {
        let resource = OwnershipMerge.Resource(
            place,
            at: origin,
            declared,
            fields,
            context: context,
            appGUID: observed.guid
        )
        let merge = OwnershipMerge(
            resource,
            manager: desired.manager?.value,
            isForced: server.options.forcesConflicts
        )
        diagnostics += merge.diagnostics
        if !merge.noLongerManaged.isEmpty {
            noLongerManaged.append(Plan.NoLongerManaged(address: place, fields: merge.noLongerManaged.map(\.words)))
        }
        return merge
    }

    /// Processes that the manifest does not mention, in the order of their types; our records on them may be left over.
    var undeclaredProcesses: [ObservedProcess] {
        guard desired.manager != nil else { return [] }
        return observed.processes.filter { process in
            desired.covers(address.appending(.process(process.type)))
                && !desired.processes.contains { $0.type == process.type }
        }
        .sorted { $0.type < $1.type }
    }

    /// The process has left the manifest, or never was in it.
    mutating func letGo(of process: ObservedProcess) {
        let place = address.appending(.process(process.type))
        let merge = merge(place, at: desired.origin, [], process.fields)
        var draft = Draft(.processSettings, place, at: desired.origin, .patchProcess, "/v3/processes/{process.guid}")
        draft.take(merge, for: [], in: process.fields)
        append(merge.removals, of: [], draft)
    }

    /// The droplet has left the manifest, or never was in it.
    mutating func letGo(of droplet: ObservedDroplet, _ place: Address) {
        guard desired.manager != nil else { return }
        let merge = merge(place, at: desired.origin, [], droplet.fields)
        var draft = Draft(.dropletMetadata, place, at: desired.origin, .patchDroplet, "/v3/droplets/{droplet.guid}")
        draft.take(merge, for: [], in: droplet.fields)
        append(merge.removals, of: [], draft)
    }

    /// What a run is created with; a record holds labels and annotations only.
    mutating func firstRecord(of task: DesiredTask, _ place: Address) -> [DeclaredField] {
        guard desired.manager != nil else { return [] }
        let declared = task.fields.filter { $0.field.definition.carrier == .metadata && $0.value != .null }
        return merge(place, at: task.origin, declared, [:]).writes
    }

    /// Refuses what would not fit beside the annotations of others (`cloud_controller_ng
    /// app/actions/annotations_update.rb`): only growth counts, and nothing of the request would be kept.
    mutating func checkRoom(for sent: [DeclaredField], _ draft: Draft) {
        var keys = Set(
            draft.observed.keys.filter { field in
                if case .annotation = field { draft.observed[field] != .value(.null) } else { false }
            }
        )
        let before = keys.count
        for declared in sent {
            guard case .annotation = declared.field else { continue }
            if declared.value == .null { keys.remove(declared.field) } else { keys.insert(declared.field) }
        }
        if draft.marker != nil { keys.insert(.annotation(RestartMarker.key)) }
        guard keys.count > before, keys.count > AnnotationLimit.usual, draft.marker != nil || !draft.records.isEmpty
        else {
            return
        }
        diagnostics.append(.noRoom(draft.address, count: keys.count, at: draft.origin))
    }
}

/// How many annotations a resource holds (`cloud_controller_ng config/cloud_controller.yml`).
enum AnnotationLimit {
    static let usual = 200
}

extension AppPlanner.Draft {
    /// Lets the request bring the records up to date, where it changes the resource or the records ask for it.
    ///
    /// `only` names what is recorded of our own by this request; another request of the same resource does the rest.
    mutating func take(
        _ merge: OwnershipMerge,
        for changes: [FieldChange],
        in fields: ObservedFields,
        only: [Field]? = nil
    ) {
        observed = fields
        let isChanged = !changes.isEmpty || !merge.removals.isEmpty
        guard isChanged || merge.needsWrite else { return }
        records = only.map { merge.interimWrites(recording: $0) } ?? merge.writes
        preconditions += merge.preconditions(for: (changes + merge.removals).map(\.field))
        if only == nil { notes += merge.notes }
        guard !isChanged, marker == nil else { return }
        action = merge.isAdopting ? .adopt : .release
    }
}

extension Diagnostic {
    fileprivate static func noRoom(_ address: Address, count: Int, at origin: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .recordTooLarge,
            "`\(address)` has no room for another annotation",
            subject: "\(address)",
            at: Annotation(origin),
            details: [
                .note("it would have \(count), and the platform takes \(AnnotationLimit.usual)"),
                .help("remove annotations that nobody needs"),
            ]
        )
    }
}
