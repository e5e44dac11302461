package import Diagnostics

/// An app that a manager has set something on and that no manifest declares any more.
package struct Leftover: Hashable, Sendable {
    package let address: Address
    package let manager: Text
    /// The app, its processes or its current droplet, whichever carry the manager's record.
    package let resources: [Address]
}

/// The apps of the declared spaces that carry a record of their manifests' managers and are not declared.
///
/// Nothing removes them: whoever reads the list decides.
///
/// - Parameter spaces: the declared spaces with all of their apps.
package func leftovers(of desired: DesiredState, in spaces: [ObservedSpace]) -> [Leftover] {
    desired.spaces.flatMap { declared -> [Leftover] in
        guard !declared.managers.isEmpty,
            let space = spaces.first(where: {
                $0.organization.caseFolded == declared.organization.value.caseFolded
                    && $0.name.caseFolded == declared.space.value.caseFolded
            })
        else { return [] }
        let names = Set(declared.apps.map(\.name.caseFolded))
        return space.apps.filter { !names.contains($0.name.caseFolded) }.flatMap { app in
            declared.managers.compactMap { manager in leftover(app, of: manager, in: declared) }
        }
    }
    .sorted { ($0.address, $0.manager) < ($1.address, $1.manager) }
}

private func leftover(_ app: ObservedApp, of manager: Text, in space: DesiredSpace) -> Leftover? {
    let address = Address(organization: space.organization.value, space: space.space.value, app: app.name)
    var resources: [Address] = []
    if app.fields.carryRecord(of: manager) { resources.append(address) }
    if app.droplet?.fields.carryRecord(of: manager) == true { resources.append(address.appending(.droplet)) }
    for process in app.processes.sorted(by: { $0.type < $1.type }) where process.fields.carryRecord(of: manager) {
        resources.append(address.appending(.process(process.type)))
    }
    return resources.isEmpty ? nil : Leftover(address: address, manager: manager, resources: resources)
}

extension ObservedFields {
    fileprivate func carryRecord(of manager: Text) -> Bool {
        keys.contains { field in
            if case .annotation(let key) = field { OwnershipRecord.manager(ofKey: key) == manager } else { false }
        }
    }
}
