import Diagnostics
import Reconciliation

extension ValueReader {
    /// What is declared of a task.
    mutating func task(_ name: ReadName) -> DesiredTask {
        var task = DesiredTask(name: name.name, origin: name.origin)
        guard let mapping = name.value?.mapping else { return task }
        task.fields = Field.ofTask.compactMap { mapping.declared(Text($0.definition.name), as: $0) }
        task.fields += mapping.metadataFields
        task.template = mapping["template"]?.mapping?["process"]?.text
        task.run = mapping["run"]?.choice(DesiredTask.Run.self)?.value ?? .once
        task.revision = mapping["revision"]?.number
        task.when = mapping["when"]?.choice(DesiredTask.Position.self)
        task.retries = mapping["retries"]?.number
        task.wait = mapping["wait"].flatMap(wait)
        task.canceled = mapping["state"].map { Declared(true, at: $0.origin) }

        if !mapping.mentions("command"), !mapping.mentions("template"), !mapping.mentions("state") {
            diagnostics.append(.nothingToRun(name))
        }
        return task
    }

    /// `true` waits ten minutes.
    private func wait(_ value: ReadValue) -> Declared<Int?>? {
        if let timeout = value.mapping?["timeout"]?.duration { return Declared(timeout.value, at: value.origin) }
        return value.boolean.map { _ in Declared(600, at: value.origin) }
    }
}

extension Diagnostic {
    fileprivate static func nothingToRun(_ name: ReadName) -> Diagnostic {
        Diagnostic(
            .error,
            .missingKey,
            "missing key `command`",
            at: Annotation(name.origin, "a task needs `command` or `template`"),
            details: [
                .help("add `command: ...` or `template: {process: ...}`, or `state: canceled` to cancel its runs")
            ]
        )
    }
}
