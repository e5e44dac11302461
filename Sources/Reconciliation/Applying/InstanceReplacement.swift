import Diagnostics

/// Has the platform replace one instance of a process: it ends the instance and starts another in its place.
package struct InstanceReplacement: Sendable {
    /// The instance that is meant, as it was observed.
    package struct Target: Sendable {
        /// Of the process.
        package let address: Address
        package let index: Int
        package let api: String
        package let user: String
        package let processGUID: String
        /// Nil when the runtime did not say.
        package let instance: ObservedInstance?
        /// What the caller lacks to replace it, in words that follow "needs".
        package let needs: String?
        /// Settings that wait for a restart of the app.
        package let restartOwed: [String]
        /// One that is ACTIVE; then the process is the one that it makes.
        package let deployment: ObservedDeployment?
    }

    private let platform: any Platform
    private let clock: any Clock<Duration>

    package init(on platform: any Platform, clock: any Clock<Duration> = ContinuousClock()) {
        self.platform = platform
        self.clock = clock
    }

    /// Nothing is sent that the server would refuse.
    ///
    /// The request is never repeated: it would end the new instance, too. After an answer that was lost or was an error of
    /// the server the instance is looked at.
    package func perform(_ target: Target) async -> Outcome {
        if let needs = target.needs { return .failed(.notPermitted(target, needs: needs)) }
        let path = "/v3/processes/\(target.processGUID)/instances/\(target.index)"
        let request = Request(.terminateInstance, path: path, body: nil)
        do {
            if case .notSent = try await platform.send(request) { return .wouldSend([request]) }
            return .applied(note: nil)
        } catch {
            guard error.mayHaveHappened else { return .failed(.refused(target, error)) }
            switch await verdict(on: target) {
            case .replaced: return .applied(note: "the answer was lost or was an error, but it has happened")
            case .same: return .failed(.stillThere(target, error))
            case .unknown: return .failed(.unknownReplacement(target, error))
            }
        }
    }

    /// Waits until another instance runs and is ready.
    package func awaitReadiness(of target: Target, upTo seconds: Int, progress: Applier.Progress) async -> Outcome {
        var poll = Poll(seconds: seconds)
        var said = ""
        while true {
            do {
                let now = try await instance(of: target)
                if let now, now.isReady, now.isAnother(than: target.instance) == true { return .applied(note: nil) }
                let words = now.map(\.standing) ?? "not there"
                if words != said { await progress(.waiting(target.address, "instance \(target.index) is \(words)")) }
                said = words
            } catch {
                return .failed(.refused(target, error))
            }
            guard let pause = poll.next(), (try? await clock.sleep(for: pause)) != nil else {
                if Task.isCancelled { return .failed(.refused(target, PlatformError(.cancelled))) }
                return .failed(.notReady(target, after: seconds, said: said))
            }
        }
    }

    private enum Verdict {
        case replaced, same, unknown
    }

    /// Whether the instance was replaced, by looking a few times.
    private func verdict(on target: Target) async -> Verdict {
        var verdict = Verdict.unknown
        for pause in [1, 2, 4] {
            guard (try? await clock.sleep(for: .seconds(pause))) != nil else { return .unknown }
            guard let now = try? await instance(of: target) else { continue }
            switch now.isAnother(than: target.instance) {
            case true?: return .replaced
            case false?: verdict = .same
            case nil: break
            }
        }
        return verdict
    }

    private func instance(of target: Target) async throws(PlatformError) -> ObservedInstance? {
        try await platform.instances(ofProcess: target.processGUID).first { $0.index == target.index }
    }
}

extension ObservedInstance {
    /// True when this one has taken the place of the other; nil when that cannot be told.
    ///
    /// Only what runs has a guid, and a time in a state that has become shorter began anew.
    fileprivate func isAnother(than other: ObservedInstance?) -> Bool? {
        guard let other else { return nil }
        if guid != other.guid { return true }
        guard let uptime, let earlier = other.uptime else { return guid == nil ? nil : false }
        return uptime < earlier
    }

    /// In words that follow "is".
    fileprivate var standing: String {
        let words = state == "RUNNING" && !isReady ? "RUNNING and not ready" : state
        return words + (details.map { ": \($0)" } ?? "")
    }
}

extension Diagnostic {
    private static func intent(_ target: InstanceReplacement.Target) -> String {
        "replace instance \(target.index) of `\(target.address)`"
    }

    fileprivate static func refused(_ target: InstanceReplacement.Target, _ error: PlatformError) -> Diagnostic {
        var diagnostic = error.diagnostic(intent: intent(target), api: target.api)
        diagnostic.subject = "\(target.address)"
        return diagnostic
    }

    fileprivate static func stillThere(_ target: InstanceReplacement.Target, _ error: PlatformError) -> Diagnostic {
        var diagnostic = refused(target, error)
        diagnostic.details.append(.note("7 seconds later it was still the same instance"))
        return diagnostic
    }

    fileprivate static func unknownReplacement(
        _ target: InstanceReplacement.Target,
        _ error: PlatformError
    ) -> Diagnostic {
        var diagnostic = refused(target, error)
        diagnostic.code = .unknownOutcome
        diagnostic.message = "it is unknown whether instance \(target.index) of `\(target.address)` was replaced"
        diagnostic.details += [
            .note("it was not sent again: that could end the new instance, too"),
            .help("look at `cf app \(target.address.app)`, and run again when it is still the old one"),
        ]
        return diagnostic
    }

    fileprivate static func notReady(
        _ target: InstanceReplacement.Target,
        after seconds: Int,
        said: String
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .waitTimedOut,
            "the new instance \(target.index) of `\(target.address)` is not ready after \(seconds) seconds",
            subject: "\(target.address)",
            details: [
                .note("it is \(said)"), .help("look at `cf logs \(target.address.app) --recent`"),
            ]
        )
    }

    fileprivate static func notPermitted(_ target: InstanceReplacement.Target, needs: String) -> Diagnostic {
        Diagnostic(
            .error,
            .notPermitted,
            "to \(intent(target)) needs \(needs)",
            subject: "\(target.address)",
            details: [.note("nothing was sent")]
        )
    }
}
