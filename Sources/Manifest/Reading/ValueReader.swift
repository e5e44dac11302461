import Diagnostics
import YAML

/// Reads nodes by the tables of the language and gathers what is wrong.
struct ValueReader {
    /// Uses of unknown variables that are compared with the known ones, for advice.
    static let advised = 20

    let variables: Variables
    var diagnostics: [Diagnostic] = []
    /// Uses of unknown variables so far.
    var unresolved = 0
    /// The names of all variables that are used, with and without a value.
    var used: Set<Text> = []
    /// Unusable ones that something was said of.
    var reported: Set<Text> = []

    init(variables: Variables) {
        self.variables = variables
    }

    /// What a value is called in messages, and where it belongs.
    struct Subject {
        /// Of the language; empty below a name that the user chose.
        let key: String
        /// `` `timeout` `` or ``the label `team` ``.
        let name: String
        let keyRange: SourceRange
        let isNullable: Bool
        /// Only a setting may hold a secret: everything else is printed, as a part of addresses or of the plan.
        let isSetting: Bool
        var usual: UsualLimit?
    }

    /// Nil when a diagnostic says why.
    mutating func read(_ node: Node, as kind: ValueKind, _ subject: Subject) -> ReadValue? {
        switch (kind, node) {
        case (_, .scalar(let scalar)) where scalar.isEmpty:
            diagnostics.append(.emptyValue(subject, kind, at: scalar.range))
            return nil
        case (_, .scalar(let scalar)) where scalar.isNull:
            if subject.isNullable { return ReadValue(.null, at: scalar.range) }
            diagnostics.append(.nullNotAllowed(subject, kind, at: scalar.range))
            return nil
        case (.either(let first, let second), _):
            if case .scalar = node { return read(node, as: first, subject) }
            guard second.takes(node) else {
                diagnostics.append(.wrongType(subject, kind, node))
                return nil
            }
            return read(node, as: second, subject)
        case (.mapping(let table), .mapping(let mapping)):
            return ReadValue(.mapping(read(mapping, as: table, place: subject.keyRange)), at: mapping.range)
        case (.names(let table), .mapping(let mapping)):
            return ReadValue(.names(read(mapping, as: table, subject)), at: mapping.range)
        case (.list(let item), .list(let list)):
            return read(list, of: item, subject)
        case (.mapping, _), (.names, _), (.list, _), (_, .mapping), (_, .list):
            diagnostics.append(.wrongType(subject, kind, node))
            return nil
        case (_, .scalar(let scalar)):
            return read(scalar, as: kind, subject)
        }
    }

    /// A mapping whose keys the language knows.
    mutating func read(_ mapping: Node.Mapping, as table: KeyTable, place: SourceRange) -> ReadMapping {
        var entries: [ReadMapping.Entry] = []
        for entry in mapping.entries {
            let name = entry.key.text
            if table.ignoresExtensions, name.string.utf8.starts(with: "x-".utf8) { continue }
            guard let key = table[name] else {
                diagnostics.append(.unknownKey(entry.key, entry.value, in: table))
                continue
            }
            let subject = Subject(
                key: key.name,
                name: "`\(key.name)`",
                keyRange: entry.key.range,
                isNullable: key.isNullable,
                isSetting: key.isSetting,
                usual: key.usual
            )
            entries.append(
                ReadMapping.Entry(
                    name: name,
                    keyOrigin: entry.key.range,
                    value: read(entry.value, as: key.kind, subject)
                )
            )
        }
        let result = ReadMapping(table: table, entries: entries, place: place)
        for key in table.keys where key.isRequired && !result.mentions(Text(key.name)) {
            diagnostics.append(.missingKey(key, in: table, at: place))
        }
        return result
    }

    /// A mapping whose keys are names.
    private mutating func read(_ mapping: Node.Mapping, as table: NameTable, _ parent: Subject) -> [ReadName] {
        let names = mapping.entries.compactMap { entry -> ReadName? in
            let noun = table.noun.split(separator: " ").dropFirst().joined(separator: " ")
            let value = { (reader: inout ValueReader, name: Text) in
                let subject = Subject(
                    key: "",
                    name: "\(noun) `\(name.excerpt)`",
                    keyRange: entry.key.range,
                    isNullable: table.isNullable,
                    isSetting: table.isSetting
                )
                return reader.read(entry.value, as: table.value, subject)
            }
            guard let name = readName(entry.key, table, noun) else {
                _ = value(&self, entry.key.text)
                return nil
            }
            return ReadName(name: name, origin: entry.key.range, value: value(&self, name))
        }
        if case .atMost(let limit, let setting) = table.usualCount {
            let added = names.count { if case .null = $0.value?.content { false } else { true } }
            if added > limit {
                diagnostics.append(.unusualCount(parent, added, limit, setting: setting))
            }
        }
        return names
    }

    private mutating func readName(_ key: Node.Scalar, _ table: NameTable, _ noun: String) -> Text? {
        var name = key.text
        if table.takesVariables {
            guard let substituted = substitute(in: key) else { return nil }
            guard substituted.masked == nil else {
                diagnostics.append(.secretInName("the name of \(table.noun)", at: key.range))
                return nil
            }
            name = substituted.text
        } else if Variables.hold(name) {
            diagnostics.append(.variableInName(key, noun))
            return nil
        }
        guard let fault = table.rule.fault(in: name, shown: name.excerpt) else { return name }
        diagnostics.append(.faultyName(key, name, noun, fault))
        return nil
    }

    private mutating func read(_ list: Node.List, of kind: ValueKind, _ subject: Subject) -> ReadValue? {
        guard !list.items.isEmpty else {
            diagnostics.append(.emptyList(subject, at: list.range))
            return nil
        }
        let items = list.items.map { read($0, as: kind, subject) }
        let whole = items.compactMap(\.self)
        return whole.count == items.count ? ReadValue(.list(whole), at: list.range) : nil
    }
}

extension ValueKind {
    /// Whether a mapping or list is what is expected.
    fileprivate func takes(_ node: Node) -> Bool {
        switch (self, node) {
        case (.mapping, .mapping), (.names, .mapping), (.list, .list): true
        default: false
        }
    }
}
