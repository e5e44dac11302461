import Diagnostics
import Reconciliation

/// Packages, builds and the droplets that come of them.
extension ModelPlatform {
    func stage(_ app: inout ObservedApp, by request: Request) -> Answer? {
        switch request.kind {
        case .createPackage where request.body?["relationships"]?["app"]?["data"]?["guid"] == .text(Text(app.guid)):
            guard case .text(let image) = request.body?["data"]?["image"] ?? .null else { return nil }
            let guid = "\(app.guid)-package-\(app.staging.packages.count)"
            let package = ObservedPackage(guid: guid, state: "READY", image: image)
            app.staging.packages.append(package)
            return .package(package)
        case .createBuild:
            let package = app.staging.packages.first { request.body?["package"]?["guid"] == .text(Text($0.guid)) }
            guard let package else { return nil }
            let guid = "\(app.guid)-build-\(app.staging.builds.count)"
            let build = ObservedBuild(guid: guid, packageGUID: package.guid, state: .staging, createdAt: "now")
            app.staging.builds.append(build)
            return .build(build)
        case .assignDroplet where request.path == "/v3/apps/\(app.guid)/relationships/current_droplet":
            assign(request.body?["data"]?["guid"], in: &app)
            return .currentDroplet(app.currentDropletGUID ?? "")
        case .patchDroplet:
            let index = app.staging.droplets.firstIndex { request.path == "/v3/droplets/\($0.guid)" }
            guard let index, app.staging.droplets[index].guid != app.droplet?.guid else { return nil }
            merge(request.body, into: &app.staging.droplets[index].fields)
            return .droplet(app.staging.droplets[index])
        case .patchApp, .patchProcess, .scaleProcess, .createTask, .patchTask, .cancelTask, .awaitTask, .restartApp,
            .createDeployment, .cancelDeployment, .terminateInstance, .createPackage, .assignDroplet, .awaitBuild,
            .takeDroplet:
            return nil
        }
    }

    func assign(_ guid: JSON?, in app: inout ObservedApp) {
        guard case .text(let guid) = guid ?? .null,
            let index = app.staging.droplets.firstIndex(where: { $0.guid == guid.string })
        else { return }
        app.droplet = app.staging.droplets.remove(at: index)
        app.currentDropletGUID = guid.string
    }

    func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        apps.first { $0.guid == appGUID }?.staging ?? ObservedStaging()
    }

    /// Looking at a build again finds that it has ended.
    func build(_ guid: String) async throws(PlatformError) -> ObservedBuild? {
        for space in state.spaces.indices {
            for app in state.spaces[space].apps.indices {
                if let build = end(guid, in: &state.spaces[space].apps[app]) { return build }
            }
        }
        return nil
    }

    private func end(_ guid: String, in app: inout ObservedApp) -> ObservedBuild? {
        guard let index = app.staging.builds.firstIndex(where: { $0.guid == guid }) else { return nil }
        let package = app.staging.packages.first { $0.guid == app.staging.builds[index].packageGUID }
        var droplet = ObservedDroplet(guid: "\(guid)-droplet", state: "STAGED", isDocker: true)
        // The stager may write the image in another way.
        droplet.fields[.image] = .value(.text(Text("\(package?.image ?? "")@sha256")))
        droplet.packageGUID = package?.guid
        droplet.detectedCommands = app.droplet?.detectedCommands
        if app.staging.builds[index].state == .staging { app.staging.droplets.append(droplet) }
        app.staging.builds[index].state = .staged(droplet: droplet.guid)
        return app.staging.builds[index]
    }

    func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] { [:] }

    func deployments(ofApp appGUID: String, rollout: String) async throws(PlatformError) -> [ObservedDeployment] { [] }
}
