import Diagnostics

// How values are written in a saved plan: as a reader of the file expects them, and never a secret.

extension FieldValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(Text.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }
}

extension DesiredValue: Codable {
    private enum CodingKeys: CodingKey {
        case min, max
    }

    package init(from decoder: any Decoder) throws {
        guard let band = try? decoder.container(keyedBy: CodingKeys.self) else {
            switch try FieldValue(from: decoder) {
            case .null: self = .null
            case .text(let text): self = .text(text)
            case .number(let number): self = .number(number)
            }
            return
        }
        let (min, max) = (try band.decode(Int.self, forKey: .min), try band.decode(Int.self, forKey: .max))
        guard min <= max else {
            throw DecodingError.dataCorruptedError(forKey: .max, in: band, debugDescription: "it is below min")
        }
        self = .band(min: min, max: max)
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .null: try FieldValue.null.encode(to: encoder)
        case .text(let text): try FieldValue.text(text).encode(to: encoder)
        case .number(let number): try FieldValue.number(number).encode(to: encoder)
        case .band(let min, let max):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(min, forKey: .min)
            try container.encode(max, forKey: .max)
        }
    }
}

/// The name as in manifests.
extension Field: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let field = Field(named: try container.decode(Text.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is no field")
        }
        self = field
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(definition.name)
    }

    /// The field of a name such as `health_check.timeout` or `metadata.labels.team`.
    private init?(named name: Text) {
        if let field = (Field.ofProcess + [.image]).first(where: { Text($0.definition.name) == name }) {
            self = field
            return
        }
        for (prefix, field) in [("metadata.labels.", Field.label), ("metadata.annotations.", Field.annotation)] {
            guard name.string.utf8.starts(with: prefix.utf8) else { continue }
            self = field(Text(String(decoding: name.string.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)))
            return
        }
        return nil
    }
}

/// The printed form.
extension Address: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = Address(printed: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is no address")
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Texts, numbers and the like as they are; what is more than that as an object with one key that says what it is.
///
/// The value under a mask is left out, and members are a list, since they have an order.
extension JSON: Codable {
    private enum Kind: CodingKey {
        case symbol, template, masked, list, object
    }

    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Kind.self) {
            guard let kind = container.allKeys.first else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "it is no value")
                )
            }
            switch kind {
            case .symbol: self = .symbol(try container.decode(String.self, forKey: kind))
            case .template: self = .template(try container.decode(String.self, forKey: kind))
            case .masked: self = .masked(.null, shown: try container.decode(Text.self, forKey: kind))
            case .list: self = .list(try container.decode([JSON].self, forKey: kind))
            case .object: self = .object(try container.decode([Member].self, forKey: kind))
            }
            return
        }
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else {
            self = try container.decode(FieldValue.self).json
        }
    }

    package func encode(to encoder: any Encoder) throws {
        func encode(_ value: some Encodable, as kind: Kind) throws {
            var container = encoder.container(keyedBy: Kind.self)
            try container.encode(value, forKey: kind)
        }
        switch self {
        case .null: try FieldValue.null.encode(to: encoder)
        case .number(let number): try FieldValue.number(number).encode(to: encoder)
        case .text(let text): try text.encode(to: encoder)
        case .bool(let flag): try flag.encode(to: encoder)
        case .symbol(let name): try encode(name, as: .symbol)
        case .template(let text): try encode(text, as: .template)
        case .masked(_, let shown): try encode(shown, as: .masked)
        case .list(let elements): try encode(elements, as: .list)
        case .object(let members): try encode(members, as: .object)
        }
    }
}

/// The text as on the command line.
extension TargetPattern: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
