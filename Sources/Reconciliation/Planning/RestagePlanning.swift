import Diagnostics

extension AppPlanner {
    /// A droplet that is staged from the declared image, or was by an earlier apply, to take the current one's place.
    struct Restage {
        /// Nil while it has to be staged.
        let droplet: ObservedDroplet?
        /// The place of the key `droplet`.
        let origin: SourceRange
    }

    /// What the droplet shows, with the image that it was made from where a new one would be staged.
    func compared(_ droplet: ObservedDroplet) -> ObservedFields {
        guard desired.restagedImage != nil, droplet.isDocker else { return droplet.fields }
        var fields = droplet.fields
        fields[.image] = observed.staging.image(of: droplet)
        return fields
    }

    /// A new droplet from the declared image; what an interrupted restage has left of it is taken up.
    ///
    /// `cloud_controller_ng app/actions/package_create.rb`, `build_create.rb`.
    mutating func planRestage(_ change: FieldChange, of declared: DesiredDroplet, _ place: Address) {
        guard case .text(let image) = change.after else { return }
        let supply = observed.staging.supply(of: image, besides: observed.currentDropletGUID)
        var draft = staging(from: supply, at: declared.origin, place)
        if case .nothing = supply { draft.preparing = [package(of: change)] }
        draft.preconditions = [Plan.Precondition("image", change.before, isMasked: change.masked != nil)]
        // What others have recorded on the droplet that is replaced still holds.
        if let current = observed.droplet {
            let merge = merge(place, at: declared.origin, declared.fields, current.fields)
            draft.preconditions += merge.preconditionsOfOthers(for: declared.fields.map(\.field))
        }
        let sent = sentFields(for: [change], declared: declared.fields)
        let body: JSON? = draft.kind == .createBuild ? ["package": ["guid": .symbol("package.guid")]] : nil
        append(draft, changes: [change], body: body, expected: sent)
        let droplet: ObservedDroplet? = if case .droplet(let droplet) = supply { droplet } else { nil }
        restage = Restage(droplet: droplet, origin: declared.origin)
        label(droplet, of: declared, change, place)
    }

    /// All that is declared of labels and annotations, since a new droplet has none, and whose they are.
    private mutating func label(
        _ droplet: ObservedDroplet?,
        of declared: DesiredDroplet,
        _ image: FieldChange,
        _ place: Address
    ) {
        var fields = droplet?.fields ?? [:]
        if case .text(let text) = image.after { fields[.image] = .value(.text(text)) }
        let metadata = declared.fields.filter { $0.field.definition.carrier == .metadata }
        let drift = drift(of: metadata, from: fields)
        let records = merge(place, at: declared.origin, declared.fields, fields)
        let path = "/v3/droplets/{droplet.guid}"
        var draft = Draft(.dropletMetadata, place, at: declared.origin, .patchDroplet, path)
        draft.notes = ["of the new droplet, before it is assigned"]
        draft.take(records, for: drift.changes, in: fields)
        if desired.manager != nil { draft.records = records.writes }
        append(drift.changes + records.removals, of: declared.fields, draft)
    }

    private func staging(
        from supply: ObservedStaging.Supply,
        at origin: SourceRange,
        _ place: Address
    ) -> Draft {
        let (kind, path): (Request.Kind, String) =
            switch supply {
            case .nothing, .package: (.createBuild, "/v3/builds")
            case .build: (.awaitBuild, "/v3/builds/{build.guid}")
            case .droplet: (.takeDroplet, "/v3/droplets/{droplet.guid}")
            }
        let source =
            switch supply {
            case .nothing: "a new droplet is staged"
            case .package(let package): "a new droplet is staged from package \(package.guid), which has that image"
            case .build(let build): "build \(build.guid) of that image is STAGING since \(build.createdAt)"
            case .droplet(let droplet): "droplet \(droplet.guid) was staged from that image before"
            }
        var draft = Draft(.dropletImage, place, at: origin, kind, path)
        draft.notes = ["\(source), then \(assignment)"]
        if case .nothing = supply, hasCredentials {
            draft.notes.append("the package before it has credentials for the registry, the new one has none")
        }
        return draft
    }

    /// Who makes the new droplet the current one, in words that follow "then".
    private var assignment: String {
        guard observed.isStarted else { return "assigned; the app is stopped and stays so" }
        return switch desired.rollout?.value.strategy ?? DesiredRollout.Strategy.none {
        case .rolling: "rolled out by the deployment"
        case .restart: "assigned, and the app is restarted"
        case .none: "assigned; it is not live until somebody restarts the app"
        }
    }

    private var hasCredentials: Bool {
        observed.staging.packages.first { $0.guid == observed.droplet?.packageGUID }?.hasCredentials ?? false
    }

    private func package(of change: FieldChange) -> Request {
        let image = DeclaredField(
            change.field,
            change.after,
            at: change.origin,
            key: change.origin,
            masked: change.masked
        )
        return Request(
            .createPackage,
            path: "/v3/packages",
            body: [
                "type": "docker",
                "data": ["image": image.json ?? .null],
                "relationships": ["app": ["data": ["guid": .symbol("app.guid")]]],
            ]
        )
    }

    /// Makes the new droplet the current one, where no deployment does.
    ///
    /// A deployment of a stopped app would start it (`cloud_controller_ng app/actions/deployment_create.rb`). That a restart
    /// is owed is written on the droplet before: it has to say so from the moment in which it is the current one.
    mutating func planAssignment() {
        guard let restage, !isDeployed else { return }
        let path = "/v3/apps/{app.guid}/relationships/current_droplet"
        var draft = Draft(.rollout, address.appending(.droplet), at: restage.origin, .assignDroplet, path)
        draft.notes = ["the new droplet becomes the current one"]
        draft.effect = effectOfSettings
        if observed.isStarted {
            let marker = JSON.Member(RestartMarker.key, RestartMarker.ofAssignment(observed.processes))
            let body: JSON = ["metadata": ["annotations": .object([marker])]]
            draft.preparing = [Request(.patchDroplet, path: "/v3/droplets/{droplet.guid}", body: body)]
        }
        append(draft, changes: [], body: ["data": ["guid": .symbol("droplet.guid")]], expected: [])
    }

    /// A deployment takes the new droplet along.
    var isDeployed: Bool { observed.isStarted && desired.rollout?.value.strategy == .rolling }
}
