/// What somebody must be allowed to do on the platform for a request to be taken.
///
/// `cloud_controller_ng lib/cloud_controller/permissions.rb` and the controllers under `app/controllers/v3`.
package enum Permission: Hashable, Sendable {
    /// Developers and supporters: change, scale and restart processes, cancel tasks, build packages, assign droplets.
    case manageProcesses
    /// Developers only: labels of apps and droplets, tasks, packages.
    case develop
    /// The droplet's image: a scope, no role helps.
    case updateImage
    /// What everybody may who sees the app.
    case read
}

extension Request.Kind {
    /// What the server asks for; the image of a droplet has a stricter rule than its labels.
    func permission(changesImage: Bool) -> Permission {
        switch self {
        case .patchProcess, .scaleProcess, .cancelTask, .restartApp, .createDeployment, .cancelDeployment,
            .terminateInstance, .createBuild, .assignDroplet:
            .manageProcesses
        case .patchApp, .createTask, .patchTask, .createPackage, .createProcess: .develop
        case .patchDroplet: changesImage ? .updateImage : .develop
        case .awaitTask, .awaitBuild, .takeDroplet: .read
        }
    }
}

extension Permission {
    /// What is missing, in words that follow "needs"; nil when the caller may do it, or when
    /// nobody can tell.
    func missing(for identity: Identity, roles: Set<String>?) -> String? {
        if self == .read || identity.scopes.contains("cloud_controller.admin") { return nil }
        guard identity.scopes.contains("cloud_controller.write") else { return "the scope cloud_controller.write" }
        switch self {
        case .read: return nil
        case .manageProcesses:
            return roles?.isDisjoint(with: ["space_developer", "space_supporter"]) == true
                ? "space developer or space supporter" : nil
        case .develop:
            return roles?.contains("space_developer") == false ? "space developer" : nil
        case .updateImage:
            return identity.scopes.contains("cloud_controller.update_build_state")
                ? nil : "the scope cloud_controller.admin or cloud_controller.update_build_state"
        }
    }
}
