import Diagnostics

// An approved operation held against the same one as it is planned now.

extension Plan.Operation {
    /// The operation is what an approved one is now.
    func continues(_ approved: Plan.Operation) -> Bool {
        guard address == approved.address else { return false }
        guard step == approved.step || isOfProcess && approved.isOfProcess else { return false }
        // What an interrupted apply has left of a staging is taken up by another request.
        if stagingProgress != nil, approved.stagingProgress != nil { return true }
        // A run that an interrupted apply has started is only waited for, or written down.
        if approved.action == .run, action == .wait { return true }
        if [.run, .wait].contains(approved.action), adoptsRuns { return true }
        // A run that was to be waited for has failed by now.
        if approved.action == .wait, action == .run { return true }
        return request.path == approved.request.path
    }

    /// The operation without changes that were not approved; nil when nothing is left of it.
    ///
    /// A field that the approved request sends beside its changes stays, so that its change is noticed. So does everything
    /// where only records were approved and something has to be changed now.
    func limited(to approved: Plan.Operation) -> Plan.Operation? {
        if approved.action == .wait, action == .run { return self }
        let known = Set(approved.changes.map(\.field) + approved.expected.map(\.field))
        let others = Set(changes.map(\.field)).subtracting(known)
        guard !others.isEmpty else { return self }
        if approved.changes.isEmpty, action != approved.action {
            // Records are about labels and annotations; a setting that moved is left to another plan.
            return others.contains { $0.definition.carrier == .metadata } ? self : nil
        }
        var left = self
        left.changes.removeAll { others.contains($0.field) }
        guard !left.changes.isEmpty || approved.changes.isEmpty else { return nil }
        left.expected.removeAll { others.contains($0.field) }
        let names = Set(others.map(\.definition.name))
        let written = recordsWritten
        left.preconditions.removeAll { precondition in
            guard let (manager, field) = precondition.owner else { return names.contains(precondition.name) }
            // A record that the request changes for the sake of a field that it does not set is noticed.
            return names.contains(field) && !written.contains(manager)
        }
        let body = others.reduce(request.body) { $0?.removing($1.definition.path[...]) }
        left.request = Request(request.kind, path: request.path, body: body)
        return left
    }

    /// What is different now, in words; empty when what is left to do was approved.
    ///
    /// - Parameter manager: whose manifest it is.
    func differences(from now: Plan.Operation, comparingBodies: Bool, manager: Text?) -> [String] {
        let owners = newOwners(in: now, besides: manager)
        switch (action, now.action) {
        case (.run, .wait), (.run, .adopt), (.wait, .adopt):
            // Without a fingerprint it is the run of the droplet that was still to be staged.
            return isOpen || run?.fingerprint == now.run?.fingerprint ? [] : ["another run is in progress"]
        case (.wait, .run):
            let left = run?.retriesLeft ?? 0
            let next = (run?.attempt ?? 1) + 1
            let isApproved = run?.fingerprint == now.run?.fingerprint && next..<next + left ~= now.run?.attempt ?? 1
            return isApproved ? [] : ["approved: waiting for a run, now: starting one"]
        case (.update, .adopt), (.update, .release): return owners
        case (let before, let after) where before != after:
            return ["approved: \(before.rawValue), now: \(after.rawValue)"] + now.changes.map(\.notApproved)
        default: break
        }
        if let before = stagingProgress, let after = now.stagingProgress, after < before {
            return ["approved: taking up what is staged already, now: staging anew"]
        }
        let changed = now.changes.compactMap { change -> String? in
            let before = changes.first { $0.field == change.field }
            guard let before else { return change.notApproved }
            guard !before.isAsked(like: change), !(step == .newProcesses && before.after == change.after) else {
                return nil
            }
            return "`\(change.field.definition.name)`: approved \(before.words), now \(change.words)"
        }
        let restarted = startOrStop(before: now)
        if !changed.isEmpty { return changed + restarted }
        // Of a type that was not there nothing was observed, and since it is there it has the server's defaults.
        if step == .newProcesses, now.step != .newProcesses { return owners }
        // Another attempt at the run that was approved, because the one before it has failed.
        let isRepetition =
            action == .run && attempts.contains(now.run?.attempt ?? 1) && run?.attempt != now.run?.attempt
        let moved = owners + self.moved(in: now) { isRepetition && $0 == "run" } + restarted
        let isComparable = comparingBodies && !isRepetition && now.changes.count == changes.count
        if !moved.isEmpty || !isComparable || stagingProgress != nil { return moved }
        return now.isLike(self) ? [] : ["the request says something else now"]
    }

    /// What somebody has done to the app, where the settings are live at another moment than was approved.
    ///
    /// Of a stopped app nothing remembers that a restart is owed, so the requests are others (docs/rollouts.md).
    private func startOrStop(before now: Plan.Operation) -> [String] {
        guard effect != .atOnce, now.effect != .atOnce, (effect == .atStart) != (now.effect == .atStart) else {
            return []
        }
        return now.effect == .atStart
            ? [
                "the app was stopped since the plan was made: approved to be live after a restart, now at its next start"
            ]
            : [
                "the app was started since the plan was made: approved to be live at its next start, now after a restart"
            ]
    }

    /// What was observed with another value when it was approved.
    private func moved(in now: Plan.Operation, besides isExpected: (String) -> Bool) -> [String] {
        now.preconditions.compactMap { precondition -> String? in
            guard let approved = preconditions.first(where: { $0.name == precondition.name }),
                !approved.holds(like: precondition), !isExpected(precondition.name)
            else { return nil }
            if precondition.isMasked || approved.isMasked {
                return "`\(precondition.name)`: another value was observed"
            }
            return "`\(precondition.name)`: approved with \(approved.value.json.compact), "
                + "now \(precondition.value.json.compact)"
        }
    }

    /// Other managers that hold now what the operation sets or takes over, and did not when it was approved.
    private func newOwners(in now: Plan.Operation, besides manager: Text?) -> [String] {
        now.preconditions.compactMap { precondition in
            guard let (owner, field) = precondition.owner, owner != manager,
                !preconditions.contains(where: { $0.name == precondition.name })
            else { return nil }
            return "`\(field)`: managed by `\(owner)` now, which was not approved"
        }
    }

    /// Settings or scale of a process, whether it is there or still to be brought.
    private var isOfProcess: Bool { step == .processSettings || step == .scale || step == .newProcesses }

    private var attempts: ClosedRange<Int> {
        let first = run?.attempt ?? 1
        return first...max(first, run?.lastAttempt ?? first)
    }

    /// The run's fingerprint contains a droplet that is still to be staged.
    private var isOpen: Bool { run?.specification != nil }

    /// How far a new droplet is that the operation brings about; nil for other operations.
    private var stagingProgress: Int? {
        switch request.kind {
        case .createBuild: 0
        case .awaitBuild: 1
        case .takeDroplet: 2
        case .patchApp, .patchProcess, .scaleProcess, .patchDroplet, .createTask, .patchTask, .cancelTask, .awaitTask,
            .restartApp, .createDeployment, .cancelDeployment, .terminateInstance, .createPackage, .assignDroplet,
            .createProcess:
            nil
        }
    }

    /// The managers whose records the request changes.
    private var recordsWritten: Set<Text> {
        let annotations = request.body?["metadata"]?["annotations"]?.members ?? []
        return Set(annotations.compactMap { OwnershipRecord.manager(ofKey: $0.name) })
    }

    /// The requests ask for the same.
    private func isLike(_ approved: Plan.Operation) -> Bool {
        var before = approved.request.body
        // A deployment that takes no droplet along any more: the new one is the current one already.
        if request.kind == .createDeployment, request.body?["droplet"] == nil { before = before?.removing(["droplet"]) }
        return request.body?.comparable(withoutRun: approved.isOpen) == before?.comparable(withoutRun: approved.isOpen)
    }
}

extension Plan.Precondition {
    /// What a manager's record says of a field.
    init(owner manager: Text, of name: OwnershipRecord.Name, _ hash: Text) {
        self.init("owner.\(manager).\(name.words)", .text(hash))
    }

    /// The same was observed; one of them may have been hidden by a secrets file that the other did not have.
    fileprivate func holds(like other: Plan.Precondition) -> Bool {
        if isMasked == other.isMasked { return self == other }
        let (masked, plain) = isMasked ? (self, other) : (other, self)
        return masked == Plan.Precondition(plain.name, plain.value, isMasked: true)
    }

    /// The manager and the field's name, of a precondition about a record; nil for others.
    fileprivate var owner: (manager: Text, field: String)? {
        // Names of managers have no dots.
        let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "owner" else { return nil }
        return (Text(String(parts[1])), String(parts[2]))
    }
}

extension JSON {
    /// The value without what stands at the path, and without objects that this leaves empty.
    fileprivate func removing(_ path: ArraySlice<String>) -> JSON {
        guard case .object(let members) = self, let name = path.first else { return self }
        return .object(
            members.compactMap { member in
                guard member.name == Text(name) else { return member }
                guard path.count > 1 else { return nil }
                let value = member.value.removing(path.dropFirst())
                return value == .object([]) ? nil : Member(member.name, value)
            }
        )
    }

    /// The body without the values under masks, which a file does not hold, and without what Evenkeel notes for itself: that
    /// tells of more than the approved change.
    ///
    /// - Parameter withoutRun: which run is meant was not known when it was approved.
    fileprivate func comparable(withoutRun: Bool) -> JSON {
        switch self {
        case .null, .bool, .number, .text, .symbol, .template: self
        case .masked(_, let shown): .masked(.null, shown: shown)
        case .list(let elements): .list(elements.map { $0.comparable(withoutRun: withoutRun) })
        case .object(let members):
            .object(
                members.map { member in
                    let isNote = member.name.isBookkeeping || (withoutRun && member.name == RunLabel.run)
                    return Member(member.name, isNote ? .null : member.value.comparable(withoutRun: withoutRun))
                }
            )
        }
    }
}

extension Text {
    /// The key of a marker, of a record or of a claim; the labels of a run are no bookkeeping, they say which run is meant.
    fileprivate var isBookkeeping: Bool {
        self == RestartMarker.key
            || ["owner.", "run.", "claim."].contains { string.utf8.starts(with: "evenkeel.dev/\($0)".utf8) }
    }
}

extension FieldChange {
    /// The same is asked for, of the same value as far as that is shown; preconditions hold the hashes of the others.
    fileprivate func isAsked(like other: FieldChange) -> Bool {
        guard isBeforeHidden != other.isBeforeHidden else { return substance == other.substance }
        return after == other.after && masked == other.masked
    }

    /// Before and after, as in `"port" -> "http"`.
    fileprivate var words: String {
        let before = isBeforeHidden ? "(hidden)" : before == .null ? "nothing" : before.json.compact
        let after = masked?.string ?? (after == .null ? "nothing" : after.json?.compact ?? "a number in the band")
        return "\(before) -> \(after)"
    }

    fileprivate var notApproved: String { "`\(field.definition.name)`: now \(words), not approved" }
}
