/// A mapping of a seed that has been checked: every value is of the type that its key has.
struct SeedValue {
    private let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    subscript(name: String) -> SeedValue { SeedValue(value[name] ?? .null) }

    var isPresent: Bool { !value.isNull }
    var text: String? { value.text }
    var number: Int? { value.integer }
    var time: Timestamp? { value.text.flatMap { Timestamp($0) } }
    var items: [SeedValue] { (value.list ?? []).map(SeedValue.init) }
    var texts: [String] { items.compactMap(\.text) }
    var members: [(name: String, value: SeedValue)] {
        (value.object?.members ?? []).map { ($0.name, SeedValue($0.value)) }
    }

    var flag: Bool? {
        guard case .bool(let flag) = value else { return nil }
        return flag
    }

    func has(_ name: String) -> Bool { value.object?[name] != nil }
}
