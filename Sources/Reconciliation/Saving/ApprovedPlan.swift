package import Diagnostics

/// A plan that was saved for somebody to approve, with what it takes to perform it and no other.
package struct ApprovedPlan: Hashable, Sendable, Codable {
    /// Which app was meant: one that was created anew is another one.
    package struct Identity: Hashable, Sendable, Codable {
        package let address: Address
        package let guid: String
    }

    /// Tells this plan from others that say the same: 16 hex digits, in the markers and deployments of its applies.
    package let id: String
    package private(set) var plan: Plan
    /// What it may do, as it was planned.
    package let options: PlanOptions
    /// What the operations are for; it is planned again right before they are performed.
    package private(set) var declarations: DesiredState
    /// Of the apps that have operations.
    package private(set) var identities: [Identity]
    /// What was to be known when it was saved.
    package let warnings: [Diagnostic]

    package init(
        _ planning: Reconciler.Planning,
        of desired: DesiredState,
        options: PlanOptions = PlanOptions(),
        warnings: [Diagnostic],
        stamps: Stamps = Stamps()
    ) {
        let digits = String(stamps.random(), radix: 16)
        id = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        plan = planning.plan
        self.options = options
        self.warnings = warnings
        let apps = Set(planning.plan.operations.map { $0.address.appending(.app) })
        declarations = desired.keeping(apps)
        declarations.pins = []
        identities = ApprovedPlan.identities(of: declarations, in: planning.observed)
    }

    /// The same with the values of the masked fields, which no saved plan holds.
    package func replacingMasked(_ change: (DeclaredField) -> DeclaredField) -> ApprovedPlan {
        var approved = self
        approved.declarations = declarations.mappingMasked(change)
        return approved
    }

    /// The same with secrets that nothing shows.
    package func hiding(_ secrets: Secrets) -> ApprovedPlan {
        var approved = self
        approved.declarations.secrets = secrets
        return approved
    }

    /// What was approved of these apps.
    func keeping(_ apps: Set<Address>) -> ApprovedPlan {
        var approved = self
        approved.plan.operations.removeAll { !apps.contains($0.address.appending(.app)) }
        approved.declarations = declarations.keeping(apps)
        approved.identities.removeAll { !apps.contains($0.address) }
        return approved
    }

    /// The apps that the declarations name, by their addresses.
    static func identities(of declarations: DesiredState, in observed: ObservedState) -> [Identity] {
        declarations.found(in: observed).map { Identity(address: $0, guid: $1.guid) }
    }

    /// Why the values of a file that somebody made by hand cannot be used; nil when they can.
    package var problem: String? {
        if id.wholeMatch(of: #/[0-9a-f]{16}/#) == nil { return "its id is none" }
        for (_, app) in declarations.apps {
            if let rollout = app.rollout?.value, rollout.maxInFlight < 1 || rollout.timeout < 0 {
                return "a rollout is out of range"
            }
            for task in app.tasks where !(0...10).contains(task.retries?.value ?? 0) {
                return "a number of retries is out of range"
            }
        }
        return nil
    }
}

extension DesiredState {
    /// The declared apps that were found, by the addresses that the manifest gives them.
    func found(in observed: ObservedState) -> [(Address, ObservedApp)] {
        spaces.flatMap { space -> [(Address, ObservedApp)] in
            let names = (space.organization.value, space.space.value)
            let found = observed.space(organization: names.0, space: names.1)?.appsByName ?? [:]
            return space.apps.compactMap { app in
                let address = Address(organization: names.0, space: names.1, app: app.name)
                return found[app.name.caseFolded].map { (address, $0) }
            }
        }
    }
}
