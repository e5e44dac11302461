import Diagnostics

/// A JSON value as it was sent, numbers by their literal, members in their order.
package indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object, each name once.
package struct JSONObject: Sendable {
    package private(set) var members: [(name: String, value: JSONValue)] = []

    package init() {}

    package init(_ members: [(name: String, value: JSONValue)]) {
        for member in members { self[member.name] = member.value }
    }

    package var names: [String] { members.map(\.name) }

    /// The value of a member; nil when there is none, `.null` when it is null.
    package subscript(name: String) -> JSONValue? {
        get { position(of: name).map { members[$0].value } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): members.remove(at: position)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// Puts a member at the end without looking for another of that name.
    mutating func append(_ name: String, _ value: JSONValue) {
        members.append((name, value))
    }

    mutating func replace(at position: Int, with value: JSONValue) {
        members[position].value = value
    }

    private func position(of name: String) -> Int? {
        members.firstIndex { Text($0.name) == Text(name) }
    }
}

extension JSONValue {
    /// The whole number that this is, if it is written as one and fits.
    package var integer: Int? {
        guard case .number(let literal) = self else { return nil }
        return Int(literal)
    }

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    package var object: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    package var list: [JSONValue]? {
        guard case .list(let elements) = self else { return nil }
        return elements
    }

    package var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// A member, when this is an object that has it.
    package subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { (name: $0.0, value: $0.1) }))
    }

    package init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
}
