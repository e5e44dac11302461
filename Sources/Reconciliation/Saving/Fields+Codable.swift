package import Diagnostics

/// Of a masked field the values stay behind: `before` becomes a mask, `after` nothing.
extension FieldChange: Codable {
    private enum CodingKeys: CodingKey {
        case field, before, after, origin, masked, isImplied, isRemoval, hidesBefore, isUnseen
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Field.self, forKey: .field),
            from: try container.decode(FieldValue.self, forKey: .before),
            to: try container.decode(DesiredValue.self, forKey: .after),
            at: try container.decode(SourceRange.self, forKey: .origin),
            shown: try container.decodeIfPresent(Text.self, forKey: .masked),
            isImplied: try container.decode(Bool.self, forKey: .isImplied),
            isRemoval: try container.decode(Bool.self, forKey: .isRemoval)
        )
        hidesBefore = try container.decodeIfPresent(Bool.self, forKey: .hidesBefore) ?? false
        isUnseen = try container.decodeIfPresent(Bool.self, forKey: .isUnseen) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(field, forKey: .field)
        try container.encode(isBeforeHidden && !isUnseen ? .text("(hidden)") : before, forKey: .before)
        try container.encode(masked == nil ? after : .null, forKey: .after)
        try container.encode(origin, forKey: .origin)
        try container.encodeIfPresent(masked, forKey: .masked)
        try container.encode(isImplied, forKey: .isImplied)
        try container.encode(isRemoval, forKey: .isRemoval)
        if hidesBefore { try container.encode(true, forKey: .hidesBefore) }
        if isUnseen { try container.encode(true, forKey: .isUnseen) }
    }
}

/// Of a masked field the start of the value's hash takes the value's place, until `unsealed(by:)` puts it back.
extension DeclaredField: Codable {
    private enum CodingKeys: CodingKey {
        case field, value, origin, keyOrigin, masked
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Field.self, forKey: .field),
            try container.decode(DesiredValue.self, forKey: .value),
            at: try container.decode(SourceRange.self, forKey: .origin),
            key: try container.decode(SourceRange.self, forKey: .keyOrigin),
            masked: try container.decodeIfPresent(Text.self, forKey: .masked)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(field, forKey: .field)
        try container.encode(masked == nil ? value : .text(seal), forKey: .value)
        try container.encode(origin, forKey: .origin)
        try container.encode(keyOrigin, forKey: .keyOrigin)
        try container.encodeIfPresent(masked, forKey: .masked)
    }

    /// The start of the value's hash.
    private var seal: Text {
        if case .band(let min, let max) = value { return Text(shortHash(of: [.number(min), .number(max)])) }
        return Text(shortHash(of: value.json ?? .null))
    }

    /// What became of a field that was saved without its value.
    package enum Unsealing {
        case value(DeclaredField)
        /// The value is another one than the one that was approved.
        case otherValue
    }

    /// The field with its value again, made of the text with the secrets put in.
    package func unsealed(by text: Text) -> Unsealing {
        for value in [DesiredValue.text(text)] + DesiredValue.numbers(in: text) {
            let field = DeclaredField(field, value, at: origin, key: keyOrigin, masked: masked)
            let fits = field.field.definition.valueKind == .text ? value == .text(text) : value != .text(text)
            if fits, self.value == .text(field.seal) { return .value(field) }
        }
        return .otherValue
    }
}

extension DesiredValue {
    /// The numbers that the text may stand for, as manifests write them: `5`, `{min: 2, max: 5}`.
    fileprivate static func numbers(in text: Text) -> [DesiredValue] {
        if let number = Int(text.string) { return [.number(number)] }
        let bounds = text.string.split { "{}:, minax".contains($0) }.compactMap { Int($0) }
        guard bounds.count == 2, bounds[0] <= bounds[1] else { return [] }
        return [.band(min: bounds[0], max: bounds[1])]
    }
}

extension DesiredState {
    /// The declarations with every field that a secret went into replaced.
    package func mappingMasked(_ change: (DeclaredField) -> DeclaredField) -> DesiredState {
        func changed(_ fields: [DeclaredField]) -> [DeclaredField] { fields.map { $0.masked == nil ? $0 : change($0) } }
        var state = self
        for space in state.spaces.indices {
            for index in state.spaces[space].apps.indices {
                var app = state.spaces[space].apps[index]
                app.fields = changed(app.fields)
                if let fields = app.droplet?.fields { app.droplet?.fields = changed(fields) }
                app.imageOutsideTargets = app.imageOutsideTargets.flatMap { changed([$0]).first }
                for process in app.processes.indices {
                    app.processes[process].fields = changed(app.processes[process].fields)
                }
                for task in app.tasks.indices { app.tasks[task].fields = changed(app.tasks[task].fields) }
                for task in app.gatesOutsideTargets.indices {
                    app.gatesOutsideTargets[task].fields = changed(app.gatesOutsideTargets[task].fields)
                }
                state.spaces[space].apps[index] = app
            }
        }
        return state
    }
}
