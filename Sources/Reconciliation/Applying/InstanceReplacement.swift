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
    /// The time since right before the request.
    private let elapsed: @Sendable () -> Duration

    /// To be made right before it is performed.
    package init(on platform: any Platform, clock: any Clock<Duration> = ContinuousClock()) {
        self.platform = platform
        self.clock = clock
        elapsed = stopwatch(clock)
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
        var patience = Patience(seconds: seconds, clock: clock)
        var said = ""
        var isUnclear = false
        while true {
            do {
                let found = try await patience.look { () async throws(PlatformError) in try await instance(of: target) }
                if let found {
                    isUnclear = found?.isReady == true && isAnother(found, target) == nil
                    if found?.isReady == true, isAnother(found, target) == true { return .applied(note: nil) }
                    let words = found?.standing ?? "not there"
                    if words != said {
                        await progress(.waiting(target.address, "instance \(target.index) is \(words)"))
                    }
                    said = words
                }
            } catch {
                return .failed(.refused(target, error))
            }
            guard await patience.sleep() else {
                if Task.isCancelled { return .failed(.interruptedWait(target)) }
                if isUnclear { return .failed(.unclear(target, after: seconds)) }
                return .failed(.notReady(target, after: seconds, said: said, patience.trouble))
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
            switch isAnother(now, target) {
            case true?: return .replaced
            case false?: verdict = .same
            case nil: break
            }
        }
        return verdict
    }

    /// True when the instance has taken the place of the one that was meant; nil when that cannot be told.
    ///
    /// Where nothing was known of that one, an instance that is younger than the request is the new one.
    private func isAnother(_ now: ObservedInstance?, _ target: Target) -> Bool? {
        guard target.instance == nil else { return now?.isAnother(than: target.instance) }
        // Seconds are cut off: only one that began in the second before the request could be taken for new.
        guard let uptime = now?.uptime, .seconds(uptime) <= elapsed() else { return nil }
        return true
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
            .help("look at `\(ShellWord.cf("app", target.address.app))`, and run again when it is still the old one"),
        ]
        return diagnostic
    }

    fileprivate static func notReady(
        _ target: InstanceReplacement.Target,
        after seconds: Int,
        said: String,
        _ trouble: PlatformError?
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .waitTimedOut,
            "the new instance \(target.index) of `\(target.address)` is not ready after \(seconds) seconds",
            subject: "\(target.address)",
            details: (said.isEmpty ? [] : [.note("it is \(said)")]) + Detail.lastLook(trouble)
                + [.help("look at `\(ShellWord.cf("logs", target.address.app, "--recent"))`")]
        )
    }

    /// One runs, and nobody knows whether it is the one from before.
    fileprivate static func unclear(_ target: InstanceReplacement.Target, after seconds: Int) -> Diagnostic {
        Diagnostic(
            .error,
            .waitTimedOut,
            "it is unknown after \(seconds) seconds whether a new instance \(target.index) of `\(target.address)` runs",
            subject: "\(target.address)",
            details: [
                .note("the instance that runs may be the one from before, of which the runtime did not tell"),
                .help("look at `\(ShellWord.cf("app", target.address.app))`: the new one is younger than the request"),
            ]
        )
    }

    fileprivate static func interruptedWait(_ target: InstanceReplacement.Target) -> Diagnostic {
        Diagnostic(
            .error,
            .interrupted,
            "interrupted while waiting for the new instance \(target.index) of `\(target.address)`",
            subject: "\(target.address)",
            details: [
                .note("the platform goes on replacing it; look at it with `\(ShellWord.cf("app", target.address.app))`")
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
