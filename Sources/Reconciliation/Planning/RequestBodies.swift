package import Diagnostics

/// The declared fields that a PATCH or scale for these changes carries, each with the value to send.
///
/// When type or endpoint of a check changes both are sent: the server reuses a stored endpoint for a type that comes
/// alone (`cloud_controller_ng app/actions/process_update.rb`).
func sentFields(for changes: [FieldChange], declared: [DeclaredField]) -> [DeclaredField] {
    var sent: [DeclaredField] = []
    for change in changes where !change.isImplied {
        if change.isRemoval {
            sent.append(DeclaredField(change.field, .null, at: change.origin, key: change.origin))
            continue
        }
        for field in companions(of: change.field) where !sent.contains(where: { $0.field == field }) {
            guard let entry = declared.first(where: { $0.field == field }) else { continue }
            let value = field == change.field ? change.after : entry.value
            sent.append(DeclaredField(field, value, at: entry.origin, key: entry.keyOrigin, masked: entry.masked))
        }
    }
    return sent
}

/// The field with those that have to be sent beside it, in the order in which they are sent.
private func companions(of field: Field) -> [Field] {
    switch field {
    case .healthCheck(.type), .healthCheck(.endpoint): [.healthCheck(.type), .healthCheck(.endpoint)]
    case .readinessHealthCheck(.type), .readinessHealthCheck(.endpoint):
        [.readinessHealthCheck(.type), .readinessHealthCheck(.endpoint)]
    case .healthCheck, .readinessHealthCheck, .image, .command, .user, .instances, .memory, .disk, .logRateLimit:
        [field]
    case .label, .annotation: [field]
    }
}

/// The fields as the nested JSON that the API takes, with the annotation that remembers an owed restart.
func body(of sent: [DeclaredField], marker: JSON? = nil) -> JSON {
    var values = sent.compactMap { declared in
        declared.json.map { (path: declared.field.definition.path.map { Text($0) }, value: $0) }
    }
    if let marker, Rule.remembersRestarts.holds {
        values.append((["metadata", "annotations", RestartMarker.key], marker))
    }
    return tree(values)
}

/// Nests values by their paths; members stand in the order in which they first appear.
func tree(_ values: [(path: [Text], value: JSON)]) -> JSON {
    var names: [Text] = []
    for entry in values {
        guard let name = entry.path.first, !names.contains(name) else { continue }
        names.append(name)
    }
    let members = names.map { name in
        let inner = values.filter { $0.path.first == name }
        if let leaf = inner.first, leaf.path.count == 1 { return JSON.Member(name, leaf.value) }
        return JSON.Member(name, tree(inner.map { (Array($0.path.dropFirst()), $0.value) }))
    }
    return .object(members)
}

extension DeclaredField {
    /// As the API takes it, masked where a secret went into it; nil for a band, which has to become a number first.
    var json: JSON? {
        guard let value = value.json, let masked else { return value.json }
        return .masked(value, shown: Text(maskedText(masked, hiding: value)))
    }
}

/// What outputs show in place of a secret value: the text as written and the start of the value's hash, so that
/// two values can be told apart.
package func maskedText(_ written: Text, hiding value: JSON) -> String {
    "\(written) (\(shortHash(of: value)))"
}

/// The start of the value's hash: enough to tell two values apart.
func shortHash(of value: JSON) -> String { String(sha256Hex(value.wire).prefix(8)) }
