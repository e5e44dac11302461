package import Diagnostics

/// An approved plan held against what would be done now.
///
/// What moved elsewhere does not matter: each approved operation is looked for among those that the same declarations need
/// now. There and the same, it is performed; not there, it is in place; there and different, the approval is stale. Other
/// fields of the same resource are left as they are.
package struct ApprovalReview: Sendable {
    /// What becomes of an approved operation.
    enum Verdict {
        /// Nothing is left to do; the note says what is unusual about it.
        case inPlace(note: String?)
        /// Not known before somebody else's deployment has ended.
        case postponed
        /// The operation at this place of `plan`.
        case perform(Int)
        /// It is not what would be done now, for these reasons.
        case stale([String])
    }

    /// What is left to do, as planned now; nothing that was not approved.
    package private(set) var plan: Plan
    private let approval: String
    /// In the order of the approved plan.
    private(set) var verdicts: [(operation: Plan.Operation, verdict: Verdict)] = []

    package init(of approved: ApprovedPlan, against planning: Reconciler.Planning) {
        approval = approved.id
        plan = planning.plan
        plan.operations = []
        plan.declaredApps = approved.plan.declaredApps
        // What is hidden matters where it was approved.
        let fields = Dictionary(grouping: approved.plan.operations, by: \.address)
            .mapValues { Set($0.flatMap(\.changes).map(\.field)) }
        plan.unknowns.removeAll { fields[$0.address]?.contains($0.field) != true }
        let found = approved.declarations.found(in: planning.observed)
        let absences = Absences(planning.plan, approved: approved.identities, found: found)
        let managers = approved.declarations.managers
        let removals = StandingRemovals(of: approved.declarations, in: planning.observed, managers: managers)
        var rest = Dictionary(grouping: planning.plan.operations) { $0.address.appending(.app) }
        for operation in approved.plan.operations {
            let app = operation.address.appending(.app)
            let place = rest[app]?.firstIndex { $0.continues(operation) }
            let now = place.flatMap { rest[app]?.remove(at: $0) }
            let kept = removals.reasons(against: operation, now: now)
            let verdict = judge(operation, as: now, absences, keeping: kept, manager: managers[app])
            verdicts.append((operation, verdict))
        }
    }

    /// - Parameters:
    ///   - now: the operation as it is planned now; nil when none is.
    ///   - kept: approved removals that would be none now, in words.
    private mutating func judge(
        _ operation: Plan.Operation,
        as now: Plan.Operation?,
        _ absences: Absences,
        keeping kept: [String],
        manager: Text?
    ) -> Verdict {
        let app = operation.address.appending(.app)
        if let reason = absences.replacement(of: app) { return .stale([reason]) }
        guard let now else {
            if let reason = absences.reason(for: operation) { return .stale([reason]) }
            if absences.isWaiting(app) { return .postponed }
            guard kept.isEmpty else { return .stale(kept) }
            let isLeftStopped = operation.action == .restart && absences.isStopped(app)
            return .inPlace(note: isLeftStopped ? AppApplier.stoppedMeanwhile : nil)
        }
        guard kept.isEmpty else { return .stale(kept) }
        guard var left = now.limited(to: operation) else { return .inPlace(note: nil) }
        if operation.step == .newProcesses, left.step != .newProcesses, let count = absences.instances(of: operation) {
            return .stale(["the process exists by now, with \(count) instances"])
        }
        let isWhole = left.changes.count == now.changes.count
        let differences = operation.differences(from: left, comparingBodies: isWhole, manager: manager)
        guard differences.isEmpty else { return .stale(differences) }
        if operation.isConditional, !setsHiddenValue(of: app), !absences.owesRestart(app, approval) {
            return .inPlace(note: "the hidden value needs none")
        }
        // Of a process that is there by now it was approved behind the rollout all the same.
        if operation.step == .newProcesses { left.step = .newProcesses }
        plan.operations.append(left.marked(by: approval))
        return .perform(plan.operations.count - 1)
    }

    /// A value that was hidden from the planner is another one than approved, and is set before.
    private func setsHiddenValue(of app: Address) -> Bool {
        verdicts.contains { operation, verdict in
            guard case .perform(let index) = verdict, operation.address.appending(.app) == app else { return false }
            let unseen = operation.changes.filter(\.isUnseen).map(\.field)
            return plan.operations[index].changes.contains { unseen.contains($0.field) }
        }
    }

    /// The plan with the operations that these verdicts are about and no others.
    func plan(of verdicts: [Verdict]) -> Plan {
        var left = plan
        left.operations = verdicts.compactMap {
            if case .perform(let index) = $0 { plan.operations[index] } else { nil }
        }
        return left
    }

    /// Why the plan must not be performed; empty when it may.
    package var stale: [Diagnostic] {
        verdicts.compactMap { operation, verdict in
            if case .stale(let reasons) = verdict { .planStale(operation, reasons) } else { nil }
        }
    }

    /// The approved operations for which nothing is left to do.
    package var inPlace: [Plan.Operation] {
        verdicts.compactMap { if case .inPlace = $0.verdict { $0.operation } else { nil } }
    }
}

/// Why an approved operation may be missing from what is planned now, other than that it is in place.
private struct Absences {
    private let plan: Plan
    private let approved: [Address: String]
    private let observed: [Address: String]
    private let waiting: Set<Address>
    private let stopped: Set<Address>
    private let apps: [Address: ObservedApp]

    init(_ plan: Plan, approved: [ApprovedPlan.Identity], found: [(Address, ObservedApp)]) {
        self.plan = plan
        self.approved = Dictionary(approved.map { ($0.address, $0.guid) }) { first, _ in first }
        observed = Dictionary(found.map { ($0, $1.guid) }) { first, _ in first }
        apps = Dictionary(found) { first, _ in first }
        stopped = Set(found.filter { !$1.isStarted }.map(\.0))
        waiting = Set(plan.waits.map(\.address))
    }

    func isStopped(_ app: Address) -> Bool { stopped.contains(app) }

    /// An apply of that saved plan has set something on a process that is not live yet.
    func owesRestart(_ app: Address, _ approval: String) -> Bool {
        (apps[app]?.processes ?? []).contains { process in
            RestartMarker.owed(by: process) != nil && RestartMarker.isOf(approval, in: process.fields)
        }
    }

    /// Instances of a process that somebody has given some; nil where it has none, as when a droplet has just brought it.
    func instances(of operation: Plan.Operation) -> Int? {
        let process = apps[operation.address.appending(.app)]?.processes.first {
            operation.address.part == .process($0.type)
        }
        guard case .value(.number(let count)) = process?.fields[.instances], count > 0 else { return nil }
        return count
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
        let isElsewhere = plan.operations.contains { other in
            other.address == operation.address && other.changes.contains { $0.field == .command }
        }
        if operation.request.kind == .createProcess, isElsewhere {
            return "the process exists by now, with another command"
        }
        return nil
    }
}

extension DesiredState {
    /// The managers of the apps that have one.
    fileprivate var managers: [Address: Text] {
        let managers = apps.compactMap { space, app -> (Address, Text)? in
            guard let manager = app.manager?.value else { return nil }
            let (organization, space) = (space.organization.value, space.space.value)
            return (Address(organization: organization, space: space, app: app.name), manager)
        }
        return Dictionary(managers) { first, _ in first }
    }
}
