package import Diagnostics

// What planning has to say about an app, each at the line of the manifest that asked for it.

extension Diagnostic {
    static func noSpace(_ space: DesiredSpace, in observed: ObservedState) -> Diagnostic {
        let organization = space.organization.value
        // Names of spaces are kept by the organization's own name, which the manifest may spell in another case.
        let names = observed.spaceNames.first { $0.key.caseFolded == organization.caseFolded }?.value
        let isMissing = names == nil
        let subject = isMissing ? "\(organization)" : "\(organization)/\(space.space.value)"
        let origin = isMissing ? space.organization.origin : space.space.origin
        let candidates = names ?? observed.organizationNames
        return notFound(
            isMissing ? "organization `\(organization)`" : "space `\(subject)`",
            subject: subject,
            hiddenFrom: observed.identity.name,
            details: .didYouMean(isMissing ? organization : space.space.value, among: candidates),
            at: origin
        )
    }

    static func noApp(_ address: Address, _ app: DesiredApp, among names: [Text], user: String) -> Diagnostic {
        notFound(
            "app `\(address)`",
            subject: "\(address)",
            hiddenFrom: user,
            details: .didYouMean(app.name, among: names),
            at: app.origin
        )
    }

    static func noProcess(_ address: Address, _ type: Text, among types: [Text], at origin: SourceRange) -> Diagnostic {
        notFound(
            "process `\(address)`",
            subject: "\(address)",
            details: [.note("the app has \(listed(types, as: "process"))")] + .didYouMean(type, among: types),
            at: origin
        )
    }

    /// A type that only a droplet which is still to be staged may bring.
    static func notThereYet(
        _ address: Address,
        _ type: Text,
        among types: [Text],
        at origin: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .warning,
            .notThereYet,
            "process `\(address)` is not there yet",
            subject: "\(address)",
            at: .init(origin),
            details: [
                .note("the app has \(listed(types, as: "process")); the new image has to bring `\(type)`"),
                .note("`apply` looks for it in the new droplet, before any task of the rollout"),
            ] + .didYouMean(type, among: types)
        )
    }

    /// A type that the new droplet does not bring.
    static func notBrought(
        _ address: Address,
        _ type: Text,
        by brought: [Text],
        among types: [Text],
        at origin: SourceRange
    ) -> Diagnostic {
        notFound(
            "process `\(address)`",
            subject: "\(address)",
            details: [.note("the new droplet brings \(listed(brought, as: "process"))")]
                + .didYouMean(type, among: types),
            at: origin
        )
    }

    static func noTemplate(_ address: Address, _ type: Text, among types: [Text], at origin: SourceRange) -> Diagnostic
    {
        notFound(
            "process `\(type)`, the template of `\(address)`,",
            subject: "\(address)",
            details: [.note("the app has \(listed(types, as: "process"))")] + .didYouMean(type, among: types),
            at: origin
        )
    }

    /// - Parameter image: what a new droplet would be staged from; nil where none would.
    static func noDroplet(_ address: Address, app: ObservedApp, image: Text?, at origin: SourceRange) -> Diagnostic {
        var details: [Detail] = [.note("nothing was pushed to the app yet, or no droplet is assigned to it")]
        if let image {
            let push = ShellWord.cf("push", app.name, "--docker-image", ShellWord.quoted(image))
            details += [
                .note(
                    "`image_update: restage` replaces a droplet that is there; the first one cannot come from a manifest"
                ),
                app.lifecycle == .docker
                    ? .help("push it once with `\(push)`, then apply")
                    : .help("remove `image`: the app is not one of docker images"),
            ]
        }
        return notFound(
            "the current droplet of app `\(app.name)`",
            subject: "\(address)",
            details: details,
            at: origin
        )
    }

    /// Missing permission looks like absence (`cloud_controller_ng lib/cloud_controller/permissions.rb`).
    private static func notFound(
        _ what: String,
        subject: String,
        hiddenFrom user: String? = nil,
        details: [Detail],
        at origin: SourceRange
    ) -> Diagnostic {
        let label = "declared here"
        return Diagnostic(
            .error,
            .notFound,
            "\(what) does not exist" + (user.map { ", or `\($0)` may not see it" } ?? ""),
            subject: subject,
            at: Annotation(origin, label),
            details: details
        )
    }

    static func notSupportedByServer(
        _ field: Field,
        _ address: Address,
        version: String?,
        at origin: SourceRange
    ) -> Diagnostic {
        let server = version.map { "this server (API version \($0))" } ?? "this server"
        return Diagnostic(
            .error,
            .notSupportedByServer,
            "\(server) does not know `\(field.definition.name)` of `\(address)`",
            subject: "\(address)",
            at: Annotation(origin),
            details: [.help("remove it from the manifest, or update the platform")]
        )
    }

    static func imageNotChangeable(_ droplet: ObservedDroplet, _ address: Address, at origin: SourceRange) -> Diagnostic
    {
        let why =
            droplet.isDocker
            ? "the droplet is \(droplet.state), only a STAGED one can be given another image"
            : "the droplet was not made from a docker image"
        return Diagnostic(
            .error,
            .imageNotChangeable,
            "the image of `\(address)` cannot be changed",
            subject: "\(address)",
            at: Annotation(origin),
            details: [.note(why)] + (droplet.isDocker ? [.restageInstead] : [])
        )
    }

    static func imageOutsideTargets(_ task: Address, _ image: DeclaredField, at origin: SourceRange) -> Diagnostic {
        let droplet = task.appending(.droplet)
        return Diagnostic(
            .error,
            .targetTooNarrow,
            "`\(task)` runs once for an image that the droplet does not have yet",
            subject: "\(task)",
            at: Annotation(origin),
            secondary: [Annotation(image.origin, "left out by `--target`")],
            details: [.help("pass `--target \(ShellWord.quoted(Text("\(droplet)")))`, too, or apply the image first")]
        )
    }

    static func deploymentPaused(
        _ deployment: ObservedDeployment,
        _ address: Address,
        at origin: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .deploymentInFlight,
            "a deployment of `\(address)` is paused",
            subject: "\(address)",
            at: Annotation(origin),
            details: [
                .note("deployment \(deployment.guid) is \(deployment.reason) since \(deployment.createdAt)"),
                .help(
                    "continue it with `\(ShellWord.cf("continue-deployment", address.app))`, "
                        + "or cancel it with `\(ShellWord.cf("cancel-deployment", address.app))`"
                ),
            ]
        )
    }

    static func notPermitted(
        _ address: Address,
        needs: String,
        at origin: SourceRange,
        isImageInPlace: Bool
    ) -> Diagnostic {
        Diagnostic(
            .warning,
            .notPermitted,
            "the change of `\(address)` needs \(needs)",
            subject: "\(address)",
            at: Annotation(origin),
            details: isImageInPlace ? [.restageInstead] : []
        )
    }

    /// A value that is kept from this user; an error for whoever applies.
    package static func hiddenValue(
        _ field: Field,
        _ address: Address,
        user: String,
        as severity: Severity = .warning,
        at origin: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            severity,
            .hiddenValue,
            "`\(field.definition.name)` of `\(address)` is hidden from `\(user)`",
            subject: "\(address)",
            at: Annotation(origin, severity == .error ? "not compared, not sent" : "whether it differs is not known"),
            details: [
                .help(
                    severity == .error
                        ? "apply as a space developer"
                        : "plan as a space developer, or save the plan with `--out` and let one apply it"
                )
            ]
        )
    }

    private static func listed(_ names: [Text], as noun: String) -> String {
        guard !names.isEmpty else { return "no \(noun)" }
        let quoted = names.prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        return "the \(noun) \(names.count == 1 ? "type" : "types") \(quoted)\(names.count > 10 ? " and more" : "")"
    }
}

extension Diagnostic.Detail {
    /// The way to another image for those who may not change one in place.
    static let restageInstead = help(
        "write `image_update: restage` beside `image`, which a space developer may do: a new droplet is staged"
    )
}

extension [Diagnostic.Detail] {
    fileprivate static func didYouMean(_ name: Text, among names: [Text]) -> [Diagnostic.Detail] {
        guard let nearest = NearestName.of(name.string, in: names.map(\.string)) else { return [] }
        return [.help("did you mean `\(nearest)`?")]
    }
}
