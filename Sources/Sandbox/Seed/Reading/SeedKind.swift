/// A kind of mapping in a seed: what it is called in messages, and its keys.
struct SeedKind: Sendable {
    /// The name under `$defs` in schemas/sandbox-seed.schema.json.
    let name: String
    /// The same with an article, for messages.
    let article: String
    let keys: [SeedKey]

    init(_ name: String, article: String = "a", _ keys: [SeedKey]...) {
        self.name = name
        self.article = "\(article) \(name.split(separator: "_").joined(separator: " "))"
        self.keys = Array(keys.joined())
    }

    func key(_ name: String) -> SeedKey? { keys.first { $0.name == name } }
}

/// One key of a seed's mapping.
struct SeedKey: Sendable {
    let name: String
    let type: SeedType
    let isRequired: Bool
    let allowsNull: Bool

    init(_ name: String, _ type: SeedType, isRequired: Bool = false, allowsNull: Bool = false) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.allowsNull = allowsNull
    }
}

/// What a value of a seed may be.
indirect enum SeedType: Sendable {
    case text
    case time
    case flag
    case number(ClosedRange<Int>)
    case choice([String])
    case mapping(SeedKind)
    case list(SeedType)
    /// Any keys, with values of one type.
    case map(SeedType)

    /// The type in words, for messages.
    var expectation: String {
        switch self {
        case .text: "text"
        case .time: "a time such as 2026-11-21T03:10:14Z"
        case .flag: "true or false"
        case .number(let range) where range.upperBound == .max: "a whole number of \(range.lowerBound) or more"
        case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let names): "one of " + names.joined(separator: ", ")
        case .mapping(let kind): "\(kind.article), a mapping"
        case .list: "a list"
        case .map: "a mapping"
        }
    }
}
