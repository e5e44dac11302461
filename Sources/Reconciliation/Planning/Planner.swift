package import Diagnostics

/// What the person at the command line allows a plan to do.
package struct PlanOptions: Hashable, Sendable, Codable {
    /// What another manager holds with another value is taken over.
    package var forcesConflicts: Bool

    package init(forcesConflicts: Bool = false) {
        self.forcesConflicts = forcesConflicts
    }
}

/// Decides what should happen: the desired state against the observed one.
///
/// What cannot be planned is in the diagnostics; the apps that they are about get no operations, the others go on.
///
/// - Parameter debts: approved restarts of apps that nobody has made.
package func plan(
    _ desired: DesiredState,
    against observed: ObservedState,
    options: PlanOptions = PlanOptions(),
    debts: [Address: RestartDebt] = [:]
) -> (plan: Plan, diagnostics: [Diagnostic]) {
    var planner = Planner(observed: observed, desired: desired, options: options, debts: debts)
    for space in desired.spaces.sorted(by: Planner.order) { planner.plan(space) }
    return (planner.result, planner.diagnostics)
}

private struct Planner {
    let observed: ObservedState
    let options: PlanOptions
    let debts: [Address: RestartDebt]
    var result: Plan
    var diagnostics: [Diagnostic] = []

    init(
        observed: ObservedState,
        desired: DesiredState,
        options: PlanOptions,
        debts: [Address: RestartDebt]
    ) {
        self.observed = observed
        self.debts = debts
        self.options = options
        let spaces = desired.spaces.sorted(by: Planner.order)
        result = Plan(
            api: observed.api,
            user: observed.identity.name,
            spaces: spaces.map { "\($0.organization.value)/\($0.space.value)" }
        )
        result.declaredApps = desired.declaredApps
    }

    /// So many apps that are not found may be mistyped, and each is compared with all that there are; more are another space's.
    private static let mostMistyped = 20

    static func order(_ left: DesiredSpace, _ right: DesiredSpace) -> Bool {
        (left.organization.value, left.space.value) < (right.organization.value, right.space.value)
    }

    mutating func plan(_ space: DesiredSpace) {
        let found = observed.space(organization: space.organization.value, space: space.space.value)
        guard let found else {
            let diagnostic = Diagnostic.noSpace(space, in: observed)
            diagnostics.append(diagnostic)
            // Whatever is declared in the space has the same error.
            result.erroneous.formUnion(
                space.apps.isEmpty ? [diagnostic.subject ?? ""] : space.apps.map { "\(address(of: $0, in: space))" }
            )
            return
        }
        let server = AppPlanner.Server(
            apiVersion: observed.apiVersion,
            identity: observed.identity,
            api: observed.api,
            roles: found.roles,
            options: options
        )
        let apps = found.appsByName
        var missing = 0
        let declared = Rule.ordersApps.holds ? space.apps.sorted { $0.name < $1.name } : space.apps
        for app in declared {
            let address = address(of: app, in: space)
            guard let observedApp = apps[app.name.caseFolded] else {
                if let error = found.unseenApps[app.name.caseFolded] {
                    diagnostics.append(.unseenApp(address, error, api: observed.api, at: app.origin))
                    result.erroneous.insert("\(address)")
                    continue
                }
                let user = observed.identity.name
                missing += 1
                let names = missing > Planner.mostMistyped ? [] : found.appNames
                diagnostics.append(.noApp(address, app, among: names, user: user))
                result.erroneous.insert("\(address)")
                continue
            }
            var planner = AppPlanner(address: address, desired: app, observed: observedApp, server: server)
            planner.debt = debts[address]
            planner.plan()
            take(planner)
        }
    }

    private mutating func take(_ app: AppPlanner) {
        diagnostics += app.diagnostics
        let errors = app.diagnostics.filter { $0.severity == .error }
        guard errors.isEmpty else {
            result.erroneous.formUnion(errors.compactMap(\.subject))
            return
        }
        result.operations += app.operations
        if let protected = app.desired.isProtected, protected.value {
            result.protections.append(Plan.Protection(address: app.address, origin: protected.origin))
        }
        result.unknowns += app.unknowns
        result.failedRuns += app.failedRuns
        result.unseenRuns += app.unseenRuns
        result.owed += app.owed
        result.noLongerManaged += app.noLongerManaged
        result.waits += app.waits
        let busy = Set(
            app.operations.map(\.address) + app.unknowns.map(\.address) + app.failedRuns.map(\.address)
        )
        result.unchanged += app.resources.count { !busy.contains($0) }
    }

    private func address(of app: DesiredApp, in space: DesiredSpace) -> Address {
        Address(organization: space.organization.value, space: space.space.value, app: app.name)
    }
}
