import Diagnostics
import YAML

/// The body of `POST /sandbox/state`: what no request of the API can change.
struct StateChange {
    private let value: SeedValue

    static func parse(_ text: String) -> (StateChange?, [Diagnostic]) {
        let parsed = YAML.parse(text, file: "-")
        guard parsed.diagnostics.isEmpty, let document = parsed.documents.first else {
            return (nil, parsed.diagnostics)
        }
        var reader = SeedReader()
        let value = reader.read(document, as: .mapping(kind), at: "the document")
        guard let value, reader.diagnostics.isEmpty else { return (nil, reader.diagnostics) }
        return (StateChange(value: SeedValue(value)), [])
    }

    static let kind = SeedKind(
        "state",
        [
            SeedKey("feature_flags", .map(.mapping(featureFlag))),
            SeedKey("organizations", .map(.mapping(place))), SeedKey("spaces", .map(.mapping(place))),
            SeedKey("rate_limit", .mapping(rateLimit), allowsNull: true),
        ]
    )
    private static let featureFlag = SeedKind(
        "feature_flag",
        [SeedKey("enabled", .flag, isRequired: true), SeedKey("custom_error_message", .text)]
    )
    private static let place = SeedKind(
        "place",
        [SeedKey("suspended", .flag), SeedKey("quota", .mapping(SeedLanguage.quota), allowsNull: true)]
    )
    private static let rateLimit = SeedKind(
        "rate_limit",
        [
            SeedKey("general_limit", .number(1 ... .max)), SeedKey("unauthenticated_limit", .number(1 ... .max)),
            SeedKey("reset_interval_in_minutes", .number(1...525_600)),
        ]
    )

    var featureFlags: [Seed.FeatureFlag] {
        value["feature_flags"].members.map { name, flag in
            Seed.FeatureFlag(
                name,
                isEnabled: flag["enabled"].flag ?? true,
                errorMessage: flag["custom_error_message"].text
            )
        }
    }

    /// What changes of an organization or a space, by its name or guid; the inner nil takes a quota away.
    typealias PlaceChange = (name: String, isSuspended: Bool?, quota: Quota??)

    var organizations: [PlaceChange] { value["organizations"].members.map(StateChange.change) }
    var spaces: [PlaceChange] { value["spaces"].members.map(StateChange.change) }

    private static func change(_ member: (name: String, value: SeedValue)) -> PlaceChange {
        let quota: Quota?? =
            member.value.has("quota")
            ? .some(member.value["quota"].isPresent ? Quota(member.value["quota"]) : nil) : nil
        return (member.name, member.value["suspended"].flag, quota)
    }

    /// The inner nil switches the limiter off.
    var rateLimit: RateLimit?? {
        guard value.has("rate_limit") else { return nil }
        let given = value["rate_limit"]
        guard given.isPresent else { return .some(nil) }
        var limit = RateLimit()
        if let general = given["general_limit"].number { limit.general = general }
        if let unauthenticated = given["unauthenticated_limit"].number { limit.unauthenticated = unauthenticated }
        if let minutes = given["reset_interval_in_minutes"].number { limit.intervalInSeconds = minutes * 60 }
        return .some(limit)
    }
}
