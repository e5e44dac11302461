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
        case .createProcess: return .job(try response.jobGUID(answering: message))
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
            let isManifest = request.kind == .createProcess
            message.headers.append(.init("Content-Type", isManifest ? "application/x-yaml" : "application/json"))
            message.body = Array((isManifest ? inYAML(body.wire) : body.wire).utf8)
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

extension TransportResponse {
    /// The work that goes on behind the answer (`cloud_controller_ng app/controllers/v3/space_manifests_controller.rb`).
    fileprivate func jobGUID(answering request: TransportRequest) throws(PlatformError) -> String {
        guard let guid = header("location")?.split(separator: "/").last else {
            throw PlatformError(.unexpectedAnswer, cause: "the answer names no job").about(request, self)
        }
        return String(guid)
    }
}

/// JSON as YAML, of which it is nearly a part: some letters are line breaks there, and others are refused.
private func inYAML(_ json: String) -> String {
    // Outside of texts JSON is ASCII.
    json.unicodeScalars.reduce(into: "") { text, scalar in
        if (0x20..<0x7F).contains(scalar.value) {
            text.unicodeScalars.append(scalar)
        } else {
            let digits = String(scalar.value, radix: 16)
            text += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
}
