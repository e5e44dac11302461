package import Diagnostics

/// How one declared field stands against what was observed of it.
package enum FieldStanding: Hashable, Sendable {
    case inPlace
    /// The field has to become this value. For a band that is the end that was overstepped.
    case differs(to: DesiredValue)
    /// The value is kept from this user.
    case hidden
    /// The server did not show the field at all, so it does not know it.
    case notShown
}

/// What has to be known beside a resource's own fields to judge them.
package struct FieldContext: Hashable, Sendable {
    /// The command that staging detected for the process type; nil when unknown.
    package var detectedCommand: Text?
    /// The user that a process runs as when none is set; nil when unknown.
    package var defaultUser: Text?

    package init(detectedCommand: Text? = nil, defaultUser: Text? = nil) {
        self.detectedCommand = detectedCommand
        self.defaultUser = defaultUser
    }

    /// What the app's current droplet says about a process of that type.
    package init(app: ObservedApp, type: Text) {
        detectedCommand = app.droplet?.detectedCommands?[type]
        switch app.lifecycle {
        // cloud_controller_ng app/models/runtime/process_model.rb: docker apps fall back to the image's user or root.
        case .docker: defaultUser = app.droplet?.imageUser ?? "root"
        case .buildpack, .other: defaultUser = "vcap"
        }
    }
}

/// The rule that says "in place", for plans and for the answers to writes alike.
package func standing(
    of declared: DeclaredField,
    in observed: ObservedFields,
    context: FieldContext = FieldContext()
) -> FieldStanding {
    let value: FieldValue
    switch observed[declared.field] {
    case .value(let known): value = known
    case .hidden: return .hidden
    case nil where declared.field.isShownOnlyWhenSet: value = .null
    // A server that does not know a field has no value for it.
    case nil where declared.value == .null: return .inPlace
    case nil: return .notShown
    }
    return isInPlace(declared, value, context) && Rule.comparesFirst.holds
        ? .inPlace : .differs(to: declared.value.target(from: value))
}

private func isInPlace(_ declared: DeclaredField, _ observed: FieldValue, _ context: FieldContext) -> Bool {
    switch declared.value {
    case .text(let wanted): return observed == .text(wanted)
    case .number(let wanted): return observed == .number(wanted)
    case .band(let min, let max):
        guard case .number(let count) = observed, Rule.leavesBandsAlone.holds else { return false }
        return (min...max).contains(count)
    case .null:
        guard case .text(let shown) = observed else { return observed == .null }
        switch declared.field {
        // The server shows the effective command and user, never that none is set (prs/process_presenter.rb).
        case .command: return shown.isEmpty || shown == context.detectedCommand
        case .user: return shown == context.defaultUser
        case .image, .healthCheck, .readinessHealthCheck, .instances, .memory, .disk, .logRateLimit, .label,
            .annotation:
            return false
        }
    }
}

extension Field {
    /// The API leaves the key out when there is no value: an endpoint of a check that is not http, a label.
    package var isShownOnlyWhenSet: Bool {
        switch self {
        case .label, .annotation, .healthCheck(.endpoint), .readinessHealthCheck(.endpoint): true
        case .image, .command, .user, .healthCheck, .readinessHealthCheck, .instances, .memory, .disk, .logRateLimit:
            false
        }
    }
}

extension DesiredValue {
    /// The value to send, seen from the observed one.
    fileprivate func target(from observed: FieldValue) -> DesiredValue {
        guard case .band(let min, let max) = self else { return self }
        guard case .number(let count) = observed else { return .number(min) }
        return .number(count < min ? min : max)
    }

    /// As the API takes it; nil for a band, which has to become a number first.
    package var json: JSON? {
        switch self {
        case .null: .null
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .band: nil
        }
    }
}
