import Diagnostics
import Reconciliation

extension ValueReader {
    /// What is declared of a process.
    mutating func process(_ name: ReadName) -> DesiredProcess {
        var process = DesiredProcess(type: name.name, origin: name.origin)
        guard let mapping = name.value?.mapping else { return process }
        for entry in mapping.entries {
            switch entry.name {
            case "health_check": process.fields += healthCheck(entry, Field.healthCheck)
            case "readiness_health_check": process.fields += healthCheck(entry, Field.readinessHealthCheck)
            case "instances": process.fields += instances(entry)
            case "metadata": process.fields += mapping.metadataFields
            default:
                guard let field = Field.named(entry.name) else { continue }
                process.fields += [mapping.declared(entry.name, as: field)].compactMap(\.self)
            }
        }
        return process
    }

    /// Any part of a check may be declared, but `endpoint` and `type: http` only together.
    private mutating func healthCheck(
        _ entry: ReadMapping.Entry,
        _ field: (Field.Check) -> Field
    ) -> [DeclaredField] {
        guard let check = entry.value?.mapping else { return [] }
        let isHTTP = check["type"]?.text?.value == "http"
        if let endpoint = check.entry("endpoint"), !isHTTP, !check.mentions("type") || check["type"] != nil {
            let type = check.entry("type")
            diagnostics.append(.endpointWithoutHTTP(endpoint, type: type))
        }
        if isHTTP, !check.mentions("endpoint"), let type = check["type"] {
            diagnostics.append(.httpWithoutEndpoint(check, at: type.origin))
        }
        return Field.Check.allCases.compactMap { check.declared(Text($0.name), as: field($0)) }
    }

    private mutating func instances(_ entry: ReadMapping.Entry) -> [DeclaredField] {
        guard let value = entry.value else { return [] }
        guard let band = value.mapping else {
            return [value.declared(.instances, key: entry.keyOrigin)].compactMap(\.self)
        }
        guard let low = band["min"], let high = band["max"], let min = low.number, let max = high.number else {
            return []
        }
        guard min.value <= max.value else {
            diagnostics.append(.emptyBand(min: min, max: max))
            return []
        }
        var masked: Text?
        if low.masked != nil || high.masked != nil {
            let shown = [low.masked ?? Text(String(min.value)), high.masked ?? Text(String(max.value))]
            masked = Text("{min: \(shown[0]), max: \(shown[1])}")
        }
        return [
            DeclaredField(
                .instances,
                .band(min: min.value, max: max.value),
                at: value.origin,
                key: entry.keyOrigin,
                masked: masked
            )
        ]
    }
}

extension Field {
    /// The field of a process or task whose key has this name and whose value is a scalar.
    static func named(_ name: Text) -> Field? {
        ofTask.first { Text($0.definition.name) == name }
    }
}

extension Diagnostic {
    fileprivate static func endpointWithoutHTTP(
        _ endpoint: ReadMapping.Entry,
        type: ReadMapping.Entry?
    ) -> Diagnostic {
        let other = type?.value?.origin
        return Diagnostic(
            .error,
            .conflictingKeys,
            "`endpoint` needs `type: http` beside it",
            at: Annotation(endpoint.keyOrigin, "only a check over HTTP has an endpoint"),
            secondary: other.map { [Annotation($0, "another type")] } ?? [],
            details: [.help(type == nil ? "add `type: http`" : "write `type: http`, or remove `endpoint`")]
        )
    }

    fileprivate static func httpWithoutEndpoint(_ check: ReadMapping, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .missingKey,
            "missing key `endpoint`",
            at: Annotation(range, "a check over HTTP needs it"),
            details: [.help("add the path that is to be asked, such as `endpoint: /health`")]
        )
    }

    fileprivate static func emptyBand(min: Declared<Int>, max: Declared<Int>) -> Diagnostic {
        Diagnostic(
            .error,
            .conflictingKeys,
            "`min` must not be more than `max`",
            at: Annotation(min.origin, "more than `max`"),
            secondary: [Annotation(max.origin, "`max` is here")]
        )
    }
}
