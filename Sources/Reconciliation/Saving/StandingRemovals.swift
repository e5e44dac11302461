import Diagnostics

/// Keys whose removal was approved, that are still there, and that would be left alone now.
///
/// Leaving them alone is a release, which forgets them for ever: nobody has approved that. Only a key that is gone is in
/// place (docs/ownership.md, "What leaves the manifest").
struct StandingRemovals {
    private let apps: [Address: ObservedApp]
    private let managers: [Address: Text]
    /// Images that are staged into a new droplet, which then is the one that is meant.
    private let images: [Address: Text]

    init(of declarations: DesiredState, in observed: ObservedState, managers: [Address: Text]) {
        apps = Dictionary(declarations.found(in: observed)) { first, _ in first }
        self.managers = managers
        images = Dictionary(declarations.restagedImages) { first, _ in first }
    }

    /// Why an approved operation is not what would be done now, a key a line; empty when none is left alone.
    ///
    /// - Parameter now: what would be done of it; nil when nothing is.
    func reasons(against operation: Plan.Operation, now: Plan.Operation?) -> [String] {
        let removed = Set(now?.changes.filter { $0.after == .null }.map(\.field) ?? [])
        let left = operation.changes.filter { $0.isRemoval && !removed.contains($0.field) }
        let app = operation.address.appending(.app)
        guard !left.isEmpty, let observed = apps[app] else { return [] }
        let fields = fields(of: operation, in: observed)
        let ownership = Ownership(of: fields, inApp: observed.guid)
        return left.compactMap { change in
            guard case .value(let value) = fields[change.field], value != .null else { return nil }
            let others = ownership.others(than: managers[app], holding: OwnershipRecord.Name(change.field))
            let reason = others.first.map { "managed by `\($0)`, too" } ?? "changed by someone else since"
            return "`\(change.field.definition.name)`: approved to be removed, now left alone: \(reason)"
        }
    }

    private func fields(of operation: Plan.Operation, in app: ObservedApp) -> ObservedFields {
        switch operation.address.part {
        case .app: app.fields
        case .process(let type): app.processes.first { $0.type == type }?.fields ?? [:]
        case .task: app.tasks.first { $0.sequenceID == operation.run?.sequenceID }?.fields ?? [:]
        case .droplet: droplet(of: app, images[operation.address.appending(.app)])?.fields ?? [:]
        }
    }

    private func droplet(of app: ObservedApp, _ image: Text?) -> ObservedDroplet? {
        guard let image, let current = app.droplet, app.staging.image(of: current) != .value(.text(image)),
            case .droplet(let new) = app.staging.supply(of: image, besides: current.guid)
        else { return app.droplet }
        return new
    }
}

extension DesiredState {
    fileprivate var restagedImages: [(Address, Text)] {
        apps.compactMap { space, app in
            guard case .text(let image) = app.restagedImage?.value else { return nil }
            return (Address(organization: space.organization.value, space: space.space.value, app: app.name), image)
        }
    }
}
