/// What a look at a deployment in flight brings.
enum DeploymentLook: Sendable {
    case found(ObservedDeployment)
    /// Its app is stopped: it stays as it is until somebody starts the app or cancels it.
    case stopped(ObservedDeployment)
    case gone
    case appGone
}

extension PlatformReader {
    /// A deployment that is in flight, and whether its app lets it go on.
    ///
    /// The server leaves a deployment of a stopped app DEPLOYING for ever, and names no reason
    /// (`cloud_controller_ng lib/cloud_controller/deployment_updater/updater.rb`): only the app tells.
    func look(at guid: String, ofApp app: String?) async throws(PlatformError) -> DeploymentLook {
        let deployment = try await deployment(guid)
        // Whatever is over, or being cancelled, ends without instances.
        if let deployment, !deployment.isActive || deployment.reason == "CANCELING" { return .found(deployment) }
        guard let app else { return deployment.map { .found($0) } ?? .gone }
        guard let app = try await self.app(app) else { return .appGone }
        guard let deployment else { return .gone }
        return app.isStarted ? .found(deployment) : .stopped(deployment)
    }
}
