import Diagnostics

// What the server did not show of an app, and who needs it.

extension ObservedApp {
    /// Labels of the declared runs that none of its tasks carries.
    package func labelsOfUnseenRuns(_ app: DesiredApp) -> [String] {
        let seen = Set(tasks.compactMap(\.runFingerprint))
        return app.observedTasks.compactMap { TaskStatus.fingerprint(of: $0, app, self) }.filter { !seen.contains($0) }
    }
}

extension DesiredApp {
    /// Nothing can be said of what is declared without that part of the app.
    func needs(_ part: ObservedApp.Part) -> Bool {
        switch part {
        case .processes:
            !processes.isEmpty || droplet != nil || manager != nil || (rollout?.value.strategy ?? .none) != .none
                || observedTasks.contains { $0.template != nil }
        case .tasks: !observedTasks.isEmpty
        case .droplet:
            droplet != nil || manager != nil || restagedImage != nil
                || observedTasks.contains { $0.run == .oncePerDroplet }
                || processes.flatMap(\.fields).contains { $0.value == .null }
        case .staging: restagedImage != nil
        case .deployments: !processes.isEmpty || droplet != nil || manager != nil
        }
    }

    /// What is declared and cannot be compared, since the server did not show it; of deployments a warning.
    func complaints(_ observed: ObservedApp, at address: Address, api: String) -> [Diagnostic] {
        ObservedApp.Part.allCases.compactMap { part in
            guard let error = observed.unseen[part], needs(part) else { return nil }
            return .unseen(part, of: address, error, api: api, at: origin)
        }
    }
}

extension Diagnostic {
    static func unseen(
        _ part: ObservedApp.Part,
        of address: Address,
        _ error: PlatformError,
        api: String,
        at origin: SourceRange
    ) -> Diagnostic {
        let noun =
            switch part {
            case .processes: "the processes"
            case .tasks: "the tasks"
            case .droplet: "the droplet"
            case .staging: "the packages, builds and droplets"
            case .deployments: "the deployments in progress"
            }
        var diagnostic = unseen(error, "read \(noun) of `\(address)`", of: address, api: api, at: origin)
        if part == .deployments { diagnostic.severity = .warning }
        return diagnostic
    }

    static func unseenApp(_ address: Address, _ error: PlatformError, api: String, at origin: SourceRange) -> Diagnostic
    {
        unseen(error, "read app `\(address)`", of: address, api: api, at: origin)
    }

    private static func unseen(
        _ error: PlatformError,
        _ intent: String,
        of address: Address,
        api: String,
        at origin: SourceRange
    ) -> Diagnostic {
        let diagnostic = error.diagnostic(intent: intent, api: api)
        return Diagnostic(
            diagnostic.severity,
            diagnostic.code,
            diagnostic.message,
            subject: "\(address)",
            at: .init(origin),
            details: diagnostic.details
        )
    }
}
