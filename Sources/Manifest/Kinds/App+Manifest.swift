import Diagnostics
import Reconciliation

extension ValueReader {
    /// What is declared of an app.
    mutating func app(_ name: ReadName, manager: Declared<Text>?) -> DesiredApp {
        var app = DesiredApp(name: name.name, origin: name.origin)
        app.manager = manager
        guard let mapping = name.value?.mapping else { return app }
        app.fields = mapping.metadataFields
        app.isProtected = mapping["protected"]?.boolean
        app.rollout = mapping["rollout"].flatMap { rollout($0) }
        app.droplet = mapping.entry("droplet")?.droplet
        for process in mapping["processes"]?.names ?? [] { app.processes.append(self.process(process)) }
        for task in mapping["tasks"]?.names ?? [] { app.tasks.append(self.task(task)) }
        return app
    }

    private mutating func rollout(_ value: ReadValue) -> Declared<DesiredRollout>? {
        if let strategy = value.choice(DesiredRollout.Strategy.self) {
            return Declared(DesiredRollout(strategy: strategy.value), at: value.origin)
        }
        guard let mapping = value.mapping else { return nil }
        guard let strategy = mapping["strategy"]?.choice(DesiredRollout.Strategy.self) else { return nil }
        var rollout = DesiredRollout(strategy: strategy.value)
        if let maxInFlight = mapping.entry("max_in_flight") {
            if strategy.value != .rolling {
                diagnostics.append(.maxInFlightWithoutRolling(maxInFlight, strategy))
            }
            rollout.maxInFlight = maxInFlight.value?.number?.value ?? rollout.maxInFlight
        }
        rollout.timeout = mapping["timeout"]?.duration?.value ?? rollout.timeout
        return Declared(rollout, at: value.origin)
    }
}

extension Diagnostic {
    fileprivate static func maxInFlightWithoutRolling(
        _ entry: ReadMapping.Entry,
        _ strategy: Declared<DesiredRollout.Strategy>
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .conflictingKeys,
            "`max_in_flight` needs `strategy: rolling` beside it",
            at: Annotation(entry.keyOrigin, "only a rolling deployment has it"),
            secondary: [Annotation(strategy.origin, "another strategy")],
            details: [.help("write `strategy: rolling`, or remove `max_in_flight`")]
        )
    }
}
