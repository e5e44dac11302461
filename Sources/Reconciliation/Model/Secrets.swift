package import Diagnostics

/// Values that came from secrets files: none of them is ever shown, wherever it turns up.
///
/// A declared field into which one went is masked as a whole (`DeclaredField.masked`). This is about the other ways out: a value
/// that was observed, or that the server quotes.
package struct Secrets: Hashable, Sendable {
    /// A value that is too short to be found within a text is hidden where it stands alone.
    private let values: Set<Text>
    private let spellings: SecretSpellings

    /// - Parameter names: Of things that are shown though a line of a secret reads the same.
    package init(_ values: [Text] = [], sparing names: Set<Text> = []) {
        self.values = Set(values.filter { !$0.isEmpty && !names.contains($0) })
        let names = Set(names.map(\.string))
        spellings = self.values.reduce(into: SecretSpellings()) { $0.add($1.string, sparing: names) }
    }

    package var isEmpty: Bool { values.isEmpty }

    /// Whether the text would give one away.
    func areTold(by text: Text) -> Bool { values.contains(text) || spellings.areTold(by: text.string) }

    func areTold(by value: FieldValue) -> Bool {
        switch value {
        case .null: false
        case .text(let text): areTold(by: text)
        case .number(let number): areTold(by: Text("\(number)"))
        }
    }

    /// The words without them.
    func hiding(_ words: String) -> String {
        values.contains(Text(words)) ? "(hidden)" : spellings.hiding(words)
    }
}

// MARK: - Where they may turn up

extension Plan {
    /// The plan without the secrets in what was observed; what is declared is masked already.
    func hiding(_ secrets: Secrets) -> Plan {
        guard !secrets.isEmpty else { return self }
        var plan = self
        for index in plan.operations.indices {
            let operation = plan.operations[index]
            plan.operations[index].changes = operation.changes.map { $0.hiding(secrets) }
            plan.operations[index].preconditions = operation.preconditions.map { $0.hiding(secrets) }
            plan.operations[index].notes = operation.notes.map(secrets.hiding)
        }
        plan.failedRuns = failedRuns.map { $0.hiding(secrets) }
        plan.waits = waits.map { wait in
            Plan.Wait(
                address: wait.address,
                origin: wait.origin,
                deployment: wait.deployment.hiding(secrets),
                timeout: wait.timeout
            )
        }
        return plan
    }
}

extension FieldChange {
    fileprivate func hiding(_ secrets: Secrets) -> FieldChange {
        var change = self
        if secrets.areTold(by: before) { change.hidesBefore = true }
        return change
    }
}

extension Plan.Precondition {
    fileprivate func hiding(_ secrets: Secrets) -> Plan.Precondition {
        isMasked || !secrets.areTold(by: value) ? self : Plan.Precondition(name, value, isMasked: true)
    }
}

extension ObservedDeployment {
    func hiding(_ secrets: Secrets) -> ObservedDeployment {
        var deployment = self
        deployment.error = error.map(secrets.hiding)
        return deployment
    }
}

extension Plan.FailedRun {
    fileprivate func hiding(_ secrets: Secrets) -> Plan.FailedRun {
        Plan.FailedRun(
            address: address,
            origin: origin,
            reason: reason.map(secrets.hiding),
            outcome: outcome,
            step: step,
            blocks: blocks
        )
    }
}

extension Diagnostic {
    func hiding(_ secrets: Secrets) -> Diagnostic {
        guard !secrets.isEmpty else { return self }
        var diagnostic = self
        diagnostic.message = secrets.hiding(message)
        diagnostic.details = details.map { detail in
            switch detail {
            case .note(let words): .note(secrets.hiding(words))
            case .api(let words): .api(secrets.hiding(words))
            case .help(let words): .help(secrets.hiding(words))
            }
        }
        diagnostic.primary = primary.map { Annotation($0.range, $0.label.map(secrets.hiding)) }
        return diagnostic
    }
}

extension Outcome {
    fileprivate func hiding(_ secrets: Secrets) -> Outcome {
        switch self {
        case .applied(let note): .applied(note: note.map(secrets.hiding))
        case .inPlace(let note): .inPlace(note: note.map(secrets.hiding))
        case .failed(let diagnostic): .failed(diagnostic.hiding(secrets))
        case .wouldSend, .postponed, .notAttempted: self
        }
    }
}

extension Applier.Event {
    func hiding(_ secrets: Secrets) -> Applier.Event {
        switch self {
        case .began: self
        case .ended(let operation, let outcome, let duration): .ended(operation, outcome.hiding(secrets), duration)
        case .waiting(let address, let words): .waiting(address, secrets.hiding(words))
        case .held(let address, let words): .held(address, secrets.hiding(words))
        }
    }
}

extension ApplyReport {
    func hiding(_ secrets: Secrets) -> ApplyReport {
        guard !secrets.isEmpty else { return self }
        var report = ApplyReport(entries: entries.map { Entry($0.operation, $0.outcome.hiding(secrets)) })
        report.problems = problems.map { $0.hiding(secrets) }
        report.laterPlans = laterPlans
        return report
    }
}
