package import Diagnostics

/// An approved plan held against what would be done now.
///
/// What moved elsewhere does not matter: each approved operation is looked for among those that the same declarations need
/// now. There and the same, it is performed; not there, it is in place; there and different, the approval is stale. Other
/// fields of the same resource are left as they are.
package struct ApprovalReview: Sendable {
    /// What is left to do, as planned now; nothing that was not approved.
    package private(set) var plan: Plan
    /// Why the plan must not be performed; empty when it may.
    package private(set) var stale: [Diagnostic] = []
    /// What becomes of each approved operation, in the order of the approved plan.
    private var verdicts: [Verdict] = []

    private enum Verdict {
        /// Nothing is left to do.
        case inPlace(Plan.Operation)
        /// Not known before somebody else's deployment has ended.
        case postponed(Plan.Operation)
        /// The operation at this place of `plan`.
        case perform(Int)
    }

    package init(of approved: ApprovedPlan, against planning: Reconciler.Planning) {
        plan = planning.plan
        plan.operations = []
        plan.declaredApps = approved.plan.declaredApps
        let known = ApprovedPlan.identities(of: approved.declarations, in: planning.observed)
        let absences = Absences(planning.plan, approved: approved.identities, observed: known)
        var rest = Dictionary(grouping: planning.plan.operations) { $0.address.appending(.app) }
        for operation in approved.plan.operations {
            let app = operation.address.appending(.app)
            if let reason = absences.replacement(of: app) {
                stale.append(.planStale(operation, [reason]))
                continue
            }
            guard let place = rest[app]?.firstIndex(where: { $0.continues(operation) }),
                let now = rest[app]?.remove(at: place)
            else {
                if let reason = absences.reason(for: operation) { stale.append(.planStale(operation, [reason])) }
                verdicts.append(absences.isWaiting(app) ? .postponed(operation) : .inPlace(operation))
                continue
            }
            guard let left = now.limited(to: operation) else {
                verdicts.append(.inPlace(operation))
                continue
            }
            let isWhole = left.changes.count == now.changes.count
            let differences = operation.differences(from: left, comparingBodies: isWhole)
            if !differences.isEmpty { stale.append(.planStale(operation, differences)) }
            plan.operations.append(left)
            verdicts.append(.perform(plan.operations.count - 1))
        }
    }

    /// The approved operations for which nothing is left to do.
    package var inPlace: [Plan.Operation] {
        verdicts.compactMap { if case .inPlace(let operation) = $0 { operation } else { nil } }
    }

    /// What became of the approved operations, where the left ones were performed.
    func report(_ performed: ApplyReport) -> ApplyReport {
        let entries = verdicts.map { verdict -> ApplyReport.Entry in
            switch verdict {
            case .inPlace(let operation): .init(operation, .inPlace(note: nil))
            case .postponed(let operation): .init(operation, .wouldSend(operation.requests))
            case .perform(let index): performed.entries[index].endingPostponed
            }
        }
        var report = ApplyReport(entries: entries)
        report.problems = performed.problems
        return report
    }
}

extension ApplyReport.Entry {
    /// An operation that a deployment of somebody else got ahead of has failed: the same plan is applied once more when it has
    /// ended.
    fileprivate var endingPostponed: ApplyReport.Entry {
        guard case .postponed(let deployment) = outcome else { return self }
        let app = operation.address.appending(.app)
        let wait = Plan.Wait(address: app, origin: operation.origin, deployment: deployment)
        return .init(operation, .failed(.deploymentNotEnded(wait, reason: deployment.reason, after: 0)))
    }
}

/// Why an approved operation may be missing from what is planned now, other than that it is in place.
private struct Absences {
    private let plan: Plan
    private let approved: [Address: String]
    private let observed: [Address: String]
    private let waiting: Set<Address>

    init(_ plan: Plan, approved: [ApprovedPlan.Identity], observed: [ApprovedPlan.Identity]) {
        self.plan = plan
        self.approved = Dictionary(approved.map { ($0.address, $0.guid) }) { first, _ in first }
        self.observed = Dictionary(observed.map { ($0.address, $0.guid) }) { first, _ in first }
        waiting = Set(plan.waits.map(\.address))
    }

    func isWaiting(_ app: Address) -> Bool { waiting.contains(app) }

    func replacement(of app: Address) -> String? {
        guard let guid = observed[app] else { return "the app does not exist any more, or cannot be seen" }
        return guid == approved[app] ? nil : "the app was deleted and created anew"
    }

    func reason(for operation: Plan.Operation) -> String? {
        let app = operation.address.appending(.app)
        if plan.erroneous.contains("\(app)") || plan.erroneous.contains("\(operation.address)") {
            return "it cannot be planned any more"
        }
        let fields = Set(operation.changes.map(\.field))
        if plan.unknowns.contains(where: { $0.address == operation.address && fields.contains($0.field) }) {
            return "its value is hidden from `\(plan.user)`, so nobody knows whether it is in place"
        }
        return nil
    }
}

extension Plan.Operation {
    /// The operation is what an approved one is now.
    fileprivate func continues(_ approved: Plan.Operation) -> Bool {
        guard address == approved.address, step == approved.step else { return false }
        // A run that an interrupted apply has started is only waited for.
        return request.path == approved.request.path || (approved.action == .run && action == .wait)
    }

    /// The operation without changes that were not approved; nil when nothing is left of it.
    ///
    /// A field that the approved request sends beside its changes stays, so that its change is noticed.
    fileprivate func limited(to approved: Plan.Operation) -> Plan.Operation? {
        let known = Set(approved.changes.map(\.field) + approved.expected.map(\.field))
        let others = Set(changes.map(\.field)).subtracting(known)
        guard !others.isEmpty else { return self }
        var left = self
        left.changes.removeAll { others.contains($0.field) }
        guard !left.changes.isEmpty else { return nil }
        left.expected.removeAll { others.contains($0.field) }
        left.preconditions.removeAll { precondition in others.contains { $0.definition.name == precondition.name } }
        let body = others.reduce(request.body) { $0?.removing($1.definition.path[...]) }
        left.request = Request(request.kind, path: request.path, body: body)
        return left
    }

    /// What is different now, in words; empty when what is left to do was approved.
    fileprivate func differences(from now: Plan.Operation, comparingBodies: Bool) -> [String] {
        switch (action, now.action) {
        case (.run, .wait): return run?.fingerprint == now.run?.fingerprint ? [] : ["another run is in progress"]
        case (.update, .adopt), (.update, .release): return []
        case (let before, let after) where before != after:
            return ["approved: \(before.rawValue), now: \(after.rawValue)"]
        default: break
        }
        let changed = now.changes.compactMap { change -> String? in
            let before = changes.first { $0.field == change.field }
            guard let before else { return "`\(change.field.definition.name)`: now \(change.words), not approved" }
            guard !before.isAsked(like: change) else { return nil }
            return "`\(change.field.definition.name)`: approved \(before.words), now \(change.words)"
        }
        if !changed.isEmpty { return changed }
        // Another attempt at the run that was approved, because the one before it has failed.
        let isRepetition =
            action == .run && attempts.contains(now.run?.attempt ?? 1) && run?.attempt != now.run?.attempt
        let moved = now.preconditions.compactMap { precondition -> String? in
            guard let approved = preconditions.first(where: { $0.name == precondition.name }),
                !approved.holds(like: precondition), !(isRepetition && precondition.name == "run")
            else { return nil }
            if precondition.isMasked || approved.isMasked {
                return "`\(precondition.name)`: another value was observed"
            }
            return "`\(precondition.name)`: approved with \(approved.value.json.compact), "
                + "now \(precondition.value.json.compact)"
        }
        let isComparable = comparingBodies && !isRepetition && now.changes.count == changes.count
        if !moved.isEmpty || !isComparable { return moved }
        return now.isLike(self) ? [] : ["the request says something else now"]
    }

    private var attempts: ClosedRange<Int> {
        let first = run?.attempt ?? 1
        return first...max(first, run?.lastAttempt ?? first)
    }

    /// The requests ask for the same.
    private func isLike(_ approved: Plan.Operation) -> Bool {
        let bodies = [request.body, approved.request.body].map { $0?.withoutBookkeeping }
        return bodies[0] == bodies[1]
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
    fileprivate var withoutBookkeeping: JSON {
        switch self {
        case .null, .bool, .number, .text, .symbol, .template: self
        case .masked(_, let shown): .masked(.null, shown: shown)
        case .list(let elements): .list(elements.map(\.withoutBookkeeping))
        case .object(let members):
            .object(members.map { Member($0.name, $0.name.isBookkeeping ? .null : $0.value.withoutBookkeeping) })
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

extension Plan.Precondition {
    /// The same was observed; one of them may have been hidden by a secrets file that the other did not have.
    fileprivate func holds(like other: Plan.Precondition) -> Bool {
        if isMasked == other.isMasked { return self == other }
        let (masked, plain) = isMasked ? (self, other) : (other, self)
        return masked == Plan.Precondition(plain.name, plain.value, isMasked: true)
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
}
