import Diagnostics

extension AppApplier {
    /// How long a build may take: the usual limit of platforms, after which they fail it themselves.
    private static let stagingSeconds = 900

    /// Stages a new droplet, and takes up what there is of it already.
    ///
    /// The server has no idempotency key, and a package or build whose POST was answered with an error may exist. So what
    /// exists decides, before the first request and after each that failed.
    func stage(_ operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Outcome {
        bindings.beginRestage()
        guard let image = operation.stagedImage else { return .notAttempted }
        guard platform.canWrite else { return dryRun(operation, image, &bindings) }
        var attempt = StagingAttempt(image: image, patience: Patience(seconds: AppApplier.stagingSeconds, clock: clock))
        while true {
            let staging = try await platform.staging(ofApp: bindings.app.guid)
            if let (build, error) = attempt.refused(in: staging) {
                return .failed(.stagingFailed(operation, build, error))
            }
            switch try await supply(of: image, from: staging, bindings) {
            case .droplet(let droplet):
                bindings.stage(droplet)
                let note = "droplet \(droplet.guid) is staged"
                return attempt.hasBegun ? .applied(note: note) : .inPlace(note: note)
            case .build(let build):
                return try await awaitEnd(of: build, operation, &attempt, &bindings)
            case .package where operation.request.method == .get, .nothing where operation.request.method == .get:
                // The build that the plan saw under way has come to nothing.
                return .failed(gone(operation, staging))
            case .package, .nothing:
                if let other = staging.builds.last(where: { $0.state == .staging }) {
                    // One build of an app at a time: cloud_controller_ng app/actions/build_create.rb.
                    if let outcome = try await awaitEnd(ofOther: other, operation, &attempt) { return outcome }
                } else if let outcome = try await make(operation, from: staging, &attempt, &bindings) {
                    return outcome
                }
            }
        }
    }

    /// What there is of the image; a droplet that was finished between the lists is read.
    ///
    /// The lists are not of one moment. The build says STAGED and names the droplet in the transaction that finishes it
    /// (`cloud_controller_ng lib/cloud_controller/diego/staging_completion_handler.rb`), so a list of droplets without it is
    /// older than that of the builds, or the droplet is gone.
    private func supply(
        of image: Text,
        from staging: ObservedStaging,
        _ bindings: Bindings
    ) async throws(PlatformError) -> ObservedStaging.Supply {
        let current = bindings.app.currentDropletGUID
        let supply = staging.supply(of: image, besides: current)
        switch supply {
        case .droplet, .build: return supply
        case .package, .nothing: break
        }
        guard let guid = staging.unlistedDroplet(of: image), guid != current,
            let droplet = try await platform.droplet(guid), droplet.state == "STAGED",
            staging.image(of: droplet) == .value(.text(image))
        else { return supply }
        return .droplet(droplet)
    }

    private func gone(_ operation: Plan.Operation, _ staging: ObservedStaging) -> Diagnostic {
        let packages = Set(staging.packages.filter { $0.image == operation.stagedImage }.map(\.guid))
        let build = staging.builds.last { packages.contains($0.packageGUID) }
        guard let build, case .failed = build.state else { return .stagingGone(operation, "the build") }
        return .stagingFailed(operation, build, nil)
    }

    /// A droplet that was staged before the plan was made, if it is still there.
    func take(_ operation: Plan.Operation, _ bindings: inout Bindings) async throws(PlatformError) -> Outcome {
        bindings.beginRestage()
        guard let image = operation.stagedImage,
            case .droplet(let planned) = bindings.app.staging
                .supply(of: image, besides: bindings.app.currentDropletGUID)
        else { return .notAttempted }
        guard let droplet = try await platform.droplet(planned.guid), droplet.state == "STAGED" else {
            return .failed(.stagingGone(operation, "droplet \(planned.guid)"))
        }
        bindings.stage(droplet)
        return .inPlace(note: "droplet \(droplet.guid) is staged")
    }

    /// Sends the next request on the way to the droplet; nil goes on.
    private func make(
        _ operation: Plan.Operation,
        from staging: ObservedStaging,
        _ attempt: inout StagingAttempt,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome? {
        attempt.begin(with: staging)
        do {
            if let package = staging.readyPackage(of: attempt.image) {
                bindings.packageGUID = package.guid
            } else if let request = operation.preparing.first {
                let answer = try await platform.send(request.filled(with: bindings.values(for: operation)))
                guard case .package(let package) = answer, package.image == attempt.image else {
                    return .failed(.otherPackage(operation))
                }
                bindings.packageGUID = package.guid
            } else {
                return .failed(.stagingGone(operation, "the package"))
            }
            guard case .build(let build) = try await platform.send(bindings.fill(operation)) else { return nil }
            return try await awaitEnd(of: build, operation, &attempt, &bindings)
        } catch {
            if error.isStagingInProgress, await attempt.patience.sleep() { return nil }
            guard error.method == "POST", error.mayHaveHappened, error.code != .cancelled,
                let pause = attempt.pause(after: error), (try? await clock.sleep(for: pause)) != nil
            else { throw error }
            return nil
        }
    }

    /// Follows a build of the image to its end.
    private func awaitEnd(
        of build: ObservedBuild,
        _ operation: Plan.Operation,
        _ attempt: inout StagingAttempt,
        _ bindings: inout Bindings
    ) async throws(PlatformError) -> Outcome {
        await progress(.waiting(operation.address, "build \(build.guid) is STAGING"))
        var build = build
        while build.state == .staging {
            if let outcome = await pause(&attempt, build, operation) { return outcome }
            let guid = build.guid
            let found = try await attempt.patience.look { () async throws(PlatformError) in
                try await platform.build(guid)
            }
            guard let found else { continue }
            guard let now = found else { return .failed(.stagingGone(operation, "build \(guid)")) }
            build = now
        }
        guard case .staged(let guid) = build.state else { return .failed(.stagingFailed(operation, build, nil)) }
        guard let droplet = try await platform.droplet(guid) else {
            return .failed(.stagingGone(operation, "droplet \(guid)"))
        }
        bindings.stage(droplet)
        return .applied(note: "droplet \(droplet.guid) is staged")
    }

    /// Waits for a build of another package; nil when it has ended.
    private func awaitEnd(
        ofOther build: ObservedBuild,
        _ operation: Plan.Operation,
        _ attempt: inout StagingAttempt
    ) async throws(PlatformError) -> Outcome? {
        await progress(.waiting(operation.address, "build \(build.guid) of another package has to end first"))
        while true {
            let found = try await attempt.patience.look { () async throws(PlatformError) in
                try await platform.build(build.guid)
            }
            if let found, found?.state != .staging { return nil }
            if let outcome = await pause(&attempt, build, operation) { return outcome }
        }
    }

    /// Sleeps before the next look; an outcome when there is no time left.
    private func pause(
        _ attempt: inout StagingAttempt,
        _ build: ObservedBuild,
        _ operation: Plan.Operation
    ) async -> Outcome? {
        if await attempt.patience.sleep() { return nil }
        if Task.isCancelled { return .failed(.interrupted(operation, build)) }
        return .failed(
            .stagingNotEnded(operation, build, after: AppApplier.stagingSeconds, attempt.patience.trouble)
        )
    }

    /// What would be sent, as far as it is known without sending it.
    private func dryRun(_ operation: Plan.Operation, _ image: Text, _ bindings: inout Bindings) -> Outcome {
        guard operation.request.method != .get else { return .inPlace(note: "an apply waits for its end") }
        bindings.packageGUID = operation.preparing.isEmpty ? bindings.app.staging.readyPackage(of: image)?.guid : nil
        return .wouldSend(bindings.fillAll(operation))
    }
}

/// One attempt to stage an image: what was there before, and what went wrong on the way.
private struct StagingAttempt {
    let image: Text
    var patience: Patience
    /// The builds that there were before the first request; nil before that.
    private var known: Set<String>?
    /// The last error after which nobody knows whether the request has happened.
    private var error: PlatformError?
    private var pauses: [Int] = [1, 2, 4]

    init(image: Text, patience: Patience) {
        self.image = image
        self.patience = patience
    }

    var hasBegun: Bool { known != nil }

    mutating func begin(with staging: ObservedStaging) {
        if known == nil { known = Set(staging.builds.map(\.guid)) }
    }

    mutating func pause(after error: PlatformError) -> Duration? {
        self.error = error
        return pauses.isEmpty ? nil : .seconds(pauses.removeFirst())
    }

    /// A build of ours that the platform kept as FAILED although it answered with an error.
    func refused(in staging: ObservedStaging) -> (ObservedBuild, PlatformError)? {
        guard let error, let known else { return nil }
        let packages = Set(staging.packages.filter { $0.image == image }.map(\.guid))
        let failed = staging.builds.last { build in
            guard case .failed = build.state else { return false }
            return !known.contains(build.guid) && packages.contains(build.packageGUID)
        }
        return failed.map { ($0, error) }
    }
}

extension ObservedStaging {
    /// The newest package of the image that can be built.
    fileprivate func readyPackage(of image: Text) -> ObservedPackage? {
        packages.last { $0.image == image && $0.state == "READY" }
    }
}

extension Plan.Operation {
    /// The image that the operation stages.
    fileprivate var stagedImage: Text? {
        guard case .text(let image) = expected.first(where: { $0.field == .image })?.value else { return nil }
        return image
    }
}

extension PlatformError {
    /// Another build of the app is STAGING (`cloud_controller_ng errors/v2.yml`).
    fileprivate var isStagingInProgress: Bool { status == 422 && messages.contains { $0.code == 170_017 } }
}
