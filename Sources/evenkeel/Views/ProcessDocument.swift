import Diagnostics
import Reconciliation

/// A process in the JSON of a status.
struct ProcessDocument {
    let process: ProcessStatus

    var json: JSON {
        [
            "address": .text(Text("\(process.address)")),
            "origin": process.origin.map(DiagnosticDocument.place) ?? .null,
            "guid": .text(Text(process.guid)),
            "role": .text(Text(process.role.rawValue)),
            "instances": instances,
            "health_check": check(Field.healthCheck),
            "readiness_health_check": check(Field.readinessHealthCheck),
        ]
    }

    private var instances: JSON {
        var known: [ObservedInstance]?
        var reason: JSON = .null
        switch process.instances {
        case .known(let instances): known = instances
        case .stopped: known = []
        case .unknown(let text): reason = .text(Text(text))
        }
        let field = process.fields.first { $0.field == .instances }
        return [
            "wanted": .number(process.wanted),
            "declared": declared(field),
            "ready": process.ready.map { .number($0) } ?? .null,
            "states": known.map(states) ?? .null,
            "unknown": reason,
            "list": known.map { .list($0.map(instance)) } ?? .null,
        ]
    }

    private func states(_ instances: [ObservedInstance]) -> JSON {
        .object(StateCount.of(instances).map { JSON.Member(Text($0.state), .number($0.count)) })
    }

    private func instance(_ instance: ObservedInstance) -> JSON {
        [
            "index": .number(instance.index),
            "guid": instance.guid.map { .text(Text($0)) } ?? .null,
            "state": .text(Text(instance.state)),
            "routable": instance.isRoutable.map { .bool($0) } ?? .null,
            "uptime_in_seconds": number(instance.uptime),
            "details": instance.details.map { .text(Text($0)) } ?? .null,
            "memory_in_bytes": number(instance.memory.used),
            "memory_quota_in_bytes": number(instance.memory.quota),
            "disk_in_bytes": number(instance.disk.used),
            "disk_quota_in_bytes": number(instance.disk.quota),
        ]
    }

    private func number(_ value: Int?) -> JSON { value.map { .number($0) } ?? .null }

    /// The settings by name, each as observed and as declared; what is not declared has no `declared`.
    private func check(_ field: (Field.Check) -> Field) -> JSON {
        let settings = Field.Check.allCases.compactMap { part -> JSON.Member? in
            guard let status = process.fields.first(where: { $0.field == field(part) }) else { return nil }
            var members = [JSON.Member("observed", observed(status))]
            if status.declared != nil {
                members.append(JSON.Member("declared", declared(status)))
                members.append(JSON.Member("in_place", .bool(status.standing == .inPlace)))
            }
            return JSON.Member(Text(part.name), .object(members))
        }
        return .object(settings)
    }

    private func observed(_ status: FieldStatus) -> JSON {
        if status.isMasked { return "(hidden)" }
        return switch status.observed {
        case .value(.null), nil: .null
        case .value(.text(let text)): .text(text)
        case .value(.number(let number)): .number(number)
        case .hidden: "(hidden)"
        }
    }

    private func declared(_ status: FieldStatus?) -> JSON {
        guard let declared = status?.declared else { return .null }
        if let masked = declared.masked {
            return .text(Text(maskedText(masked, hiding: declared.value.json ?? .null)))
        }
        if case .band(let min, let max) = declared.value { return ["min": .number(min), "max": .number(max)] }
        return declared.value.json ?? .null
    }
}
