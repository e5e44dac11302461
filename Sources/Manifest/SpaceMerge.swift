import Diagnostics
import Reconciliation

/// Brings the documents of all files together: one entry a space, one declaration an app.
struct SpaceMerge {
    private(set) var diagnostics: [Diagnostic] = []
    private var spaces: [DesiredSpace] = []
    private var indices: [[Text]: Int] = [:]
    private var managers: [Set<Text>] = []
    /// Where each app was declared, by the names that the server compares without regard to case.
    private var origins: [[Text]: SourceRange] = [:]

    /// The first document that names a space gives it its place; a second declaration of an app is left out.
    mutating func add(_ space: DesiredSpace) {
        let key = [space.organization.value.caseFolded, space.space.value.caseFolded]
        let index = indices[key] ?? spaces.count
        if index == spaces.count {
            indices[key] = index
            spaces.append(DesiredSpace(organization: space.organization, space: space.space))
            managers.append([])
        }
        for manager in space.managers where managers[index].insert(manager).inserted {
            spaces[index].managers.append(manager)
        }
        for app in space.apps {
            let appKey = key + [app.name.caseFolded]
            if let first = origins[appKey] {
                let address = Address(
                    organization: space.organization.value,
                    space: space.space.value,
                    app: app.name
                )
                diagnostics.append(.declaredTwice(address, at: app.origin, first: first))
                continue
            }
            origins[appKey] = app.origin
            spaces[index].apps.append(app)
        }
    }

    /// Spaces by organization and name, apps by name.
    var sorted: [DesiredSpace] {
        spaces.map { space in
            var space = space
            space.apps.sort { $0.name < $1.name }
            return space
        }
        .sorted {
            [$0.organization.value, $0.space.value].lexicographicallyPrecedes([$1.organization.value, $1.space.value])
        }
    }
}

extension Diagnostic {
    fileprivate static func declaredTwice(_ address: Address, at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .duplicateResource,
            "app `\(address)` is declared twice",
            subject: address.description,
            at: Annotation(range, "declared again here"),
            secondary: [Annotation(first, "first declared here")],
            details: [.help("declare an app in one place; names that differ only in upper and lower case are the same")]
        )
    }
}
