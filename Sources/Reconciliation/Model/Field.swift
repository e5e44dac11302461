package import Diagnostics

/// One setting of a resource, as the manifest names it.
///
/// What is true of a field wherever it stands (its name, its place in a request, whether it is live at once) is in
/// the table `Field.definition`; nothing else lists fields.
package enum Field: Hashable, Sendable {
    /// A setting of a health check or a readiness health check.
    package enum Check: Hashable, Sendable, CaseIterable {
        case type, endpoint, timeout, invocationTimeout, interval
    }

    case image
    case command
    case user
    case healthCheck(Check)
    case readinessHealthCheck(Check)
    case instances
    case memory
    case disk
    case logRateLimit
    case label(Text)
    case annotation(Text)
}

/// A value that the API knows for a field.
package enum FieldValue: Hashable, Sendable {
    case null
    case text(Text)
    case number(Int)
}

/// A value that a manifest asks for.
package enum DesiredValue: Hashable, Sendable {
    /// `null`: clear it.
    case null
    case text(Text)
    case number(Int)
    /// Only for `instances`: anything inside is left as it is.
    case band(min: Int, max: Int)
}

/// What was observed of a field.
package enum ObservedValue: Hashable, Sendable {
    case value(FieldValue)
    /// The server keeps it from this user; its placeholder never becomes a value.
    case hidden
}
