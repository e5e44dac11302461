package import Diagnostics

/// The keys that a mapping of a manifest may have.
///
/// The tables are the language: the reader walks them, the JSON Schema is made of them, and docs/manifest.md is held to
/// them by a test.
package struct KeyTable: Sendable {
    /// Its name in the schema: `process`.
    package let name: String
    /// With an article, as messages call the mapping: `a process`.
    package let noun: String
    package let keys: [Key]
    /// Keys that begin with `x-` are ignored, as a place for anchors.
    package let ignoresExtensions: Bool
    /// What is true of several keys together; checked by the kind's own code.
    package let conditions: [Condition]
    /// What to say about a key that people expect here.
    package let hints: [String: String]

    package init(
        _ name: String,
        _ noun: String,
        ignoresExtensions: Bool = false,
        conditions: [Condition] = [],
        hints: [String: String] = [:],
        keys: [Key]
    ) {
        self.name = name
        self.noun = noun
        self.keys = keys
        self.ignoresExtensions = ignoresExtensions
        self.conditions = conditions
        self.hints = hints
    }

    package subscript(name: Text) -> Key? {
        keys.first { name == Text($0.name) }
    }

    /// A rule between keys of one mapping.
    package enum Condition: Hashable, Sendable {
        /// `type: http` needs `endpoint` beside it and the reverse.
        case endpointBelongsToHTTP
        /// `max_in_flight` only with `strategy: rolling`.
        case maxInFlightBelongsToRolling
        /// `command` or `template`, unless `state: canceled`.
        case commandOrTemplate
    }
}

/// A key of a mapping and the rule of its value.
package struct Key: Sendable {
    package let name: String
    package let kind: ValueKind
    /// `null` clears it.
    package let isNullable: Bool
    package let isRequired: Bool
    /// A setting of a resource, which is compared with the platform's and sent to it.
    package let isSetting: Bool
    /// What holds where the key is not mentioned; nil where the platform's value stays.
    package let fallback: String?
    /// A value beyond it is possible, but most platforms refuse it.
    package let usual: UsualLimit?
    /// One sentence for editors and for people.
    package let summary: String

    package init(
        _ name: String,
        _ kind: ValueKind,
        isNullable: Bool = false,
        isRequired: Bool = false,
        isSetting: Bool = false,
        fallback: String? = nil,
        usual: UsualLimit? = nil,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.isNullable = isNullable
        self.isRequired = isRequired
        self.isSetting = isSetting
        self.fallback = fallback
        self.usual = usual
        self.summary = summary
    }
}

/// What operators rarely change, so that a value beyond it is worth a warning.
package enum UsualLimit: Hashable, Sendable {
    /// A maximum and the name of the setting of the Cloud Controller that holds it.
    case atMost(Int, setting: String)
    /// The user `vcap`, unless `additional_allowed_process_users` names more.
    case vcap
}

/// What a value may be.
package indirect enum ValueKind: Sendable {
    case text(TextRule)
    /// A whole number in decimal digits.
    case number(ClosedRange<Int>)
    /// `true` or `false`.
    case boolean
    /// Digits and one of `s`, `m`, `h`.
    case duration
    case choice([String])
    /// Only `true`.
    case onlyTrue
    case mapping(KeyTable)
    case names(NameTable)
    /// A list with at least one item.
    case list(ValueKind)
    /// A scalar is read as the first, a mapping or list as the second.
    case either(ValueKind, ValueKind)
}

/// A mapping whose keys are names that the user chooses.
package struct NameTable: Sendable {
    /// As messages call a name: `a process type`.
    package let noun: String
    package let rule: TextRule
    package let value: ValueKind
    /// `null` is allowed as a value and clears what the name stands for.
    package let isNullable: Bool
    /// The values are settings of a resource.
    package let isSetting: Bool
    /// Variables may stand in the names.
    package let takesVariables: Bool
    /// How many there may be on most platforms.
    package let usualCount: UsualLimit?

    package init(
        _ noun: String,
        _ rule: TextRule,
        _ value: ValueKind,
        isNullable: Bool = false,
        isSetting: Bool = false,
        takesVariables: Bool = false,
        usualCount: UsualLimit? = nil
    ) {
        self.noun = noun
        self.rule = rule
        self.value = value
        self.isNullable = isNullable
        self.isSetting = isSetting
        self.takesVariables = takesVariables
        self.usualCount = usualCount
    }
}
