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
        case .createProcess: return apply(manifest: request.body, to: &app) ? .job("job") : nil
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
        for type in (app.droplet?.detectedCommands ?? [:]).keys.sorted()
        where !app.processes.contains(where: { $0.type == type }) {
            app.processes.append(brought(type, by: app))
        }
    }

    /// What new droplets bring.
    static let newCommands: [Text: Text] = ["web": "detected", "worker": "detected", "clock": "detected"]

    /// A process as the server makes it for a type that the app did not have.
    private func brought(_ type: Text, by app: ObservedApp) -> ObservedProcess {
        var fields = observedProcessFields
        fields[.instances] = .value(.number(0))
        fields[.command] = .value(.text("detected"))
        return ObservedProcess(guid: "\(app.guid)-new-\(type)", type: type, version: "v", fields: fields)
    }

    /// Makes the processes of a manifest of the server's own kind.
    func apply(manifest: JSON?, to app: inout ObservedApp) -> Bool {
        guard case .list(let applications) = manifest?["applications"] ?? .null, let application = applications.first,
            application["name"] == .text(app.name), case .list(let processes) = application["processes"] ?? .null
        else { return false }
        for process in processes {
            guard case .text(let type) = process["type"] ?? .null, case .text(let command) = process["command"] ?? .null
            else { continue }
            var made = brought(type, by: app)
            made.fields[.command] = .value(.text(command))
            app.processes.append(made)
        }
        return true
    }

    func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        apps.first { $0.guid == appGUID }?.staging ?? ObservedStaging()
    }

    func job(_ guid: String) async throws(PlatformError) -> ObservedJob? { ObservedJob(guid: guid, state: .complete) }

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
        droplet.detectedCommands = ModelPlatform.newCommands
        if app.staging.builds[index].state == .staging { app.staging.droplets.append(droplet) }
        app.staging.builds[index].state = .staged(droplet: droplet.guid)
        return app.staging.builds[index]
    }

    func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] { [:] }

    func deployments(ofApp appGUID: String, rollout: String) async throws(PlatformError) -> [ObservedDeployment] { [] }

    /// Every deployment that was asked for has succeeded.
    func deployments(ofApp appGUID: String, approval id: String) async throws(PlatformError) -> [ObservedDeployment] {
        sent.filter { request in
            request.kind == .createDeployment
                && request.body?["relationships"]?["app"]?["data"]?["guid"] == .text(Text(appGUID))
                && request.body?["metadata"]?["labels"]?["evenkeel.dev/plan"] == .text(Text(id))
        }
        .map { _ in
            var deployment = ObservedDeployment(guid: "deployment", reason: "DEPLOYED", createdAt: "")
            deployment.isActive = false
            return deployment
        }
    }
}
