import Diagnostics

/// What is true of a field wherever it stands.
///
/// The one table that comparison, rendering, request bodies, the manifest reader and the API client share.
package struct FieldDefinition: Hashable, Sendable {
    /// The write that carries the field.
    package enum Carrier: Hashable, Sendable {
        /// PATCH of the process's settings.
        case settings
        /// POST to the process's `actions/scale`.
        case scale
        /// PATCH of the droplet's image, apart from its metadata: other permissions.
        case image
        /// `metadata` in a PATCH of any resource.
        case metadata
    }

    /// What kind of value the API has for it.
    package enum ValueKind: Hashable, Sendable {
        case text
        case number
    }

    /// As in the manifest, with dots: `health_check.timeout`.
    package let name: String
    /// The keys that lead to it in the API's JSON: `health_check`, `data`, `timeout`.
    package let path: [String]
    package let carrier: Carrier
    package let valueKind: ValueKind
    /// A change shows without a restart (capi-contract.md 5.7).
    package let isLiveAtOnce: Bool
}

extension Field {
    package var definition: FieldDefinition {
        switch self {
        case .image: Field.entry("image", carrier: .image)
        case .command: Field.entry("command")
        case .user: Field.entry("user")
        case .healthCheck(let check): Field.entry(check, of: "health_check")
        case .readinessHealthCheck(let check): Field.entry(check, of: "readiness_health_check")
        case .instances: Field.entry("instances", carrier: .scale, valueKind: .number, isLiveAtOnce: true)
        case .memory: Field.entry("memory_in_mb", carrier: .scale, valueKind: .number)
        case .disk: Field.entry("disk_in_mb", carrier: .scale, valueKind: .number)
        case .logRateLimit: Field.entry("log_rate_limit_in_bytes_per_second", carrier: .scale, valueKind: .number)
        case .label(let key): Field.metadata("labels", key)
        case .annotation(let key): Field.metadata("annotations", key)
        }
    }

    private static func entry(
        _ name: String,
        carrier: FieldDefinition.Carrier = .settings,
        valueKind: FieldDefinition.ValueKind = .text,
        isLiveAtOnce: Bool = false
    ) -> FieldDefinition {
        FieldDefinition(
            name: name,
            path: [name],
            carrier: carrier,
            valueKind: valueKind,
            isLiveAtOnce: isLiveAtOnce
        )
    }

    private static func entry(_ check: Check, of parent: String) -> FieldDefinition {
        FieldDefinition(
            name: "\(parent).\(check.name)",
            path: check == .type ? [parent, check.name] : [parent, "data", check.name],
            carrier: .settings,
            valueKind: check == .type || check == .endpoint ? .text : .number,
            isLiveAtOnce: false
        )
    }

    private static func metadata(_ group: String, _ key: Text) -> FieldDefinition {
        FieldDefinition(
            name: "metadata.\(group).\(key)",
            path: ["metadata", group, key.string],
            carrier: .metadata,
            valueKind: .text,
            isLiveAtOnce: true
        )
    }

    /// The settings and the scale of a process, in the order in which they are shown and sent.
    package static let ofProcess: [Field] =
        [.command, .user]
        + Check.allCases.map(Field.healthCheck)
        // The server has no readiness timeout: msg/process_update_message.rb.
        + Check.allCases.filter { $0 != .timeout }.map(Field.readinessHealthCheck)
        + [.instances, .memory, .disk, .logRateLimit]

    /// The settings of a task that go into its POST.
    package static let ofTask: [Field] = [.command, .user, .memory, .disk, .logRateLimit]
}

extension Field.Check {
    /// As in the manifest and in the API.
    package var name: String {
        switch self {
        case .type: "type"
        case .endpoint: "endpoint"
        case .timeout: "timeout"
        case .invocationTimeout: "invocation_timeout"
        case .interval: "interval"
        }
    }
}
