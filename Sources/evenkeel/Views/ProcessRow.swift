import Diagnostics
import Reconciliation

/// A process in the text of a status: its row, and what is to be remarked below it.
struct ProcessRow {
    static let heading = [
        "process", "ready", "instances", "uptime", "memory", "disk", "health check", "readiness check",
    ].map { TextTable.Cell($0) }

    private let process: ProcessStatus

    init(_ process: ProcessStatus) {
        self.process = process
    }

    var cells: [TextTable.Cell] {
        [TextTable.Cell(name), ready, states] + usage.map { TextTable.Cell($0) } + [
            TextTable.Cell(check(Field.healthCheck)), TextTable.Cell(check(Field.readinessHealthCheck)),
        ]
    }

    /// Uptime, memory and disk of what runs.
    private var usage: [String] {
        if case .unknown = process.instances { return ["unknown", "unknown", "unknown"] }
        let running = instances.filter { $0.state == "RUNNING" }
        return [
            ShortForm.ages(running.compactMap(\.uptime)) ?? "-", ProcessRow.most(of: running.map(\.memory)),
            ProcessRow.most(of: running.map(\.disk)),
        ]
    }

    /// The instances that are not ready, and declared fields that differ.
    var remarks: [String] { troubled + differences }

    private var instances: [ObservedInstance] {
        if case .known(let instances) = process.instances { instances } else { [] }
    }

    private var name: String {
        guard case .process(let type) = process.address.part else { return "" }
        switch process.role {
        case .only: return FieldText.value(type)
        case .old, .new: return "\(FieldText.value(type)) (\(process.role.rawValue))"
        }
    }

    private var ready: TextTable.Cell {
        switch process.instances {
        case .stopped: return TextTable.Cell("-")
        case .unknown: return TextTable.Cell("?/\(process.wanted)", .yellow)
        case .known(let instances):
            let ready = instances.count(where: \.isReady)
            let hasTrouble = instances.contains { ["CRASHED", "DOWN"].contains($0.state) }
            let isWhole = ready == process.wanted && ready == instances.count
            return TextTable.Cell("\(ready)/\(process.wanted)", isWhole ? .green : hasTrouble ? .red : .yellow)
        }
    }

    /// Such as `1 CRASHED, 2 RUNNING`, the most frequent first.
    private var states: TextTable.Cell {
        switch process.instances {
        case .stopped: return TextTable.Cell("stopped")
        case .unknown(let reason): return TextTable.Cell("unknown (\(FieldText.value(Text(reason))))", .yellow)
        case .known(let instances):
            guard !instances.isEmpty else { return TextTable.Cell("none") }
            let words = StateCount.of(instances).map { "\($0.count) \(FieldText.value(Text($0.state)))" }
            return TextTable.Cell(words.joined(separator: ", "))
        }
    }

    /// What the instance uses that uses most, of what it may use.
    private static func most(of usages: [ObservedInstance.Usage]) -> String {
        guard !usages.isEmpty else { return "-" }
        guard let most = usages.filter({ $0.used != nil }).max(by: { ($0.used ?? 0) < ($1.used ?? 0) }),
            let used = most.used
        else { return "unknown" }
        return ShortForm.bytes(used) + "/" + (most.quota.map(ShortForm.bytes) ?? "unknown")
    }

    // MARK: - Checks

    private func check(_ field: (Field.Check) -> Field) -> String {
        guard let type = observed(field(.type)) else { return "-" }
        guard let endpoint = observed(field(.endpoint)) else { return type }
        return "\(type) \(endpoint)"
    }

    private func observed(_ field: Field) -> String? {
        let status = process.fields.first { $0.field == field }
        if status?.isMasked == true { return "(hidden)" }
        return switch status?.observed {
        case .value(let value): FieldText.value(value)
        case .hidden: "(hidden)"
        case nil: nil
        }
    }

    private var differences: [String] {
        process.fields.compactMap { status in
            guard let declared = status.declared, status.standing != .inPlace else { return nil }
            let masked = declared.masked.map { maskedText($0, hiding: declared.value.json ?? .null) }
            let wanted = masked ?? FieldText.value(declared.value) ?? "to be cleared"
            return "\(status.field.definition.name) is \(observed(status.field) ?? "not set"), declared \(wanted)"
        }
    }

    // MARK: - Instances

    private var troubled: [String] {
        let groups = Dictionary(grouping: instances.filter { !$0.isReady }) { Trouble($0) }
        return groups.sorted { ($0.value.first?.index ?? 0) < ($1.value.first?.index ?? 0) }.map { trouble, instances in
            let indices = ShortForm.ranges(instances.map(\.index))
            let subject = instances.count == 1 ? "instance \(indices) is" : "instances \(indices) are"
            var line = "\(subject) \(FieldText.value(Text(trouble.state)))"
            if trouble.isUnready { line += " and not ready" }
            let ages = instances.compactMap(\.uptime).filter { $0 > 0 }
            if let age = ShortForm.ages(ages) { line += " for \(age)" }
            if let details = trouble.details { line += ": \(FieldText.value(details))" }
            return line
        }
    }

    /// Instances with the same of it are told together.
    private struct Trouble: Hashable {
        let state: String
        let isUnready: Bool
        let details: Text?

        init(_ instance: ObservedInstance) {
            state = instance.state
            isUnready = instance.state == "RUNNING"
            details = instance.details.map { Text($0) }
        }
    }
}

/// How many instances are in a state.
struct StateCount {
    let state: String
    let count: Int

    /// The most frequent first, equally frequent ones by name.
    static func of(_ instances: [ObservedInstance]) -> [StateCount] {
        Dictionary(grouping: instances, by: \.state).map { StateCount(state: $0.key, count: $0.value.count) }
            .sorted { ($1.count, Text($0.state)) < ($0.count, Text($1.state)) }
    }
}
