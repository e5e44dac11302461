package import Reconciliation

extension CloudControllerPlatform {
    /// Waiting longer for a task's POST would outlast the claims that guard it.
    private static let taskTimeout = Duration.seconds(30)

    package func send(_ request: Request) async throws(PlatformError) -> Answer {
        let message = message(for: request)
        let response = try await client.answer(to: message)
        switch request.kind {
        case .patchApp:
            return .app(try APIClient.decoded(WireApp.self, from: response, to: message).app.fields)
        case .patchProcess, .scaleProcess:
            return .process(try APIClient.decoded(WireProcess.self, from: response, to: message).process)
        case .patchDroplet:
            return .droplet(try APIClient.decoded(WireDroplet.self, from: response, to: message).droplet)
        case .restartApp: return .app(try APIClient.decoded(WireApp.self, from: response, to: message).app.fields)
        case .createDeployment:
            return .deployment(try APIClient.decoded(WireDeployment.self, from: response, to: message).deployment)
        case .cancelDeployment: return .app([:])
        // 204, without a body.
        case .terminateInstance: return .accepted
        case .createPackage:
            return .package(try APIClient.decoded(WirePackage.self, from: response, to: message).package)
        case .createBuild, .awaitBuild:
            return .build(try APIClient.decoded(WireBuild.self, from: response, to: message).build)
        case .takeDroplet: return .droplet(try APIClient.decoded(WireDroplet.self, from: response, to: message).droplet)
        case .assignDroplet:
            return .currentDroplet(try APIClient.decoded(WireRelationship.self, from: response, to: message).guid ?? "")
        case .createTask, .patchTask, .cancelTask, .awaitTask:
            return .task(try APIClient.decoded(WireTask.self, from: response, to: message).task)
        }
    }

    private func message(for request: Request) -> TransportRequest {
        let method: TransportRequest.Method =
            switch request.method {
            case .get: .get
            case .post: .post
            case .patch: .patch
            case .delete: .delete
            }
        var message = TransportRequest(method, request.path, of: client.endpoint)
        if let body = request.body {
            message.headers.append(.init("Content-Type", "application/json"))
            message.body = Array(body.wire.utf8)
        }
        if request.kind == .createTask {
            let timeout = min(
                request.timeout ?? CloudControllerPlatform.taskTimeout,
                CloudControllerPlatform.taskTimeout
            )
            message.timeout = timeout
            // Where a claim guards the request, nothing may hold it up for longer than the claim stands.
            if request.timeout != nil { message.deadline = ContinuousClock.now + timeout }
        }
        return message
    }
}
