package import Diagnostics

/// One difference between what is declared and what was observed.
package struct FieldChange: Hashable, Sendable {
    package let field: Field
    /// What was observed; null where the API shows nothing.
    package let before: FieldValue
    package let after: DesiredValue
    /// The place of the declared value.
    package let origin: SourceRange
    /// What outputs show in place of the value, where a secret went into it: the value as written and its hash.
    package let masked: Text?
    /// The server makes this change itself, as a consequence of another; it is not sent.
    package let isImplied: Bool
    /// The key is no longer declared, and still has the value that its manager has set.
    package let isRemoval: Bool
    /// What was observed holds a secret, although no secret is declared for this field.
    var hidesBefore = false
    /// What was observed is kept from this user, who cannot tell whether it is a change at all.
    package internal(set) var isUnseen = false

    package init(
        _ field: Field,
        from before: FieldValue,
        to after: DesiredValue,
        at origin: SourceRange,
        masked written: Text? = nil,
        isImplied: Bool = false,
        isRemoval: Bool = false
    ) {
        let shown = written.map { Text(maskedText($0, hiding: after.json ?? .null)) }
        self.init(
            field,
            from: before,
            to: after,
            at: origin,
            shown: shown,
            isImplied: isImplied,
            isRemoval: isRemoval
        )
    }

    init(
        _ field: Field,
        from before: FieldValue,
        to after: DesiredValue,
        at origin: SourceRange,
        shown: Text?,
        isImplied: Bool,
        isRemoval: Bool
    ) {
        self.field = field
        self.before = before
        self.after = after
        self.origin = origin
        masked = shown
        self.isImplied = isImplied
        self.isRemoval = isRemoval
    }
}

/// The managed differences of one resource.
package struct Drift: Hashable, Sendable {
    /// In the order of declaration.
    package var changes: [FieldChange] = []
    /// Fields whose values are kept from this user; each is among the changes, too.
    package var hidden: [DeclaredField] = []
    /// Fields that the server does not know.
    package var notShown: [DeclaredField] = []

    package var isEmpty: Bool { changes.isEmpty && hidden.isEmpty && notShown.isEmpty }

    /// The changes that one kind of write carries.
    package func changes(carriedBy carrier: FieldDefinition.Carrier...) -> [FieldChange] {
        changes.filter { carrier.contains($0.field.definition.carrier) }
    }
}

/// The differences of the declared fields; what is not declared is never looked at.
package func drift(
    of declared: [DeclaredField],
    from observed: ObservedFields,
    context: FieldContext = FieldContext()
) -> Drift {
    var drift = Drift()
    for field in declared {
        switch standing(of: field, in: observed, context: context) {
        case .inPlace: break
        case .hidden:
            drift.hidden.append(field)
            var change = FieldChange(field.field, from: .null, to: field.value, at: field.origin, masked: field.masked)
            change.isUnseen = true
            drift.changes.append(change)
        case .notShown: drift.notShown.append(field)
        case .differs(let target):
            let before: FieldValue = if case .value(let value) = observed[field.field] { value } else { .null }
            drift.changes.append(
                FieldChange(field.field, from: before, to: target, at: field.origin, masked: field.masked)
            )
            drift.changes += clearedEndpoint(by: field, target, in: observed)
        }
    }
    return drift
}

/// Leaving http makes the server forget the endpoint (`cloud_controller_ng app/actions/process_update.rb`).
private func clearedEndpoint(
    by declared: DeclaredField,
    _ target: DesiredValue,
    in observed: ObservedFields
) -> [FieldChange] {
    let endpoint: Field
    switch declared.field {
    case .healthCheck(.type): endpoint = .healthCheck(.endpoint)
    case .readinessHealthCheck(.type): endpoint = .readinessHealthCheck(.endpoint)
    case .image, .command, .user, .healthCheck, .readinessHealthCheck: return []
    case .instances, .memory, .disk, .logRateLimit, .label, .annotation: return []
    }
    guard target != .text("http"), case .value(.text(let path)) = observed[endpoint] else { return [] }
    return [FieldChange(endpoint, from: .text(path), to: .null, at: declared.origin, isImplied: true)]
}
