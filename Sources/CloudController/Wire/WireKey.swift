/// A key of a JSON object, known or not.
struct WireKey: CodingKey, Hashable {
    let stringValue: String

    init(_ name: String) {
        stringValue = name
    }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }

    var intValue: Int? { nil }
}

typealias WireContainer = KeyedDecodingContainer<WireKey>

extension WireContainer {
    func text(_ name: String) throws -> String {
        try decode(String.self, forKey: WireKey(name))
    }

    /// Nil when the key is absent or null.
    func optionalText(_ name: String) throws -> String? {
        try decodeIfPresent(String.self, forKey: WireKey(name))
    }

    /// The object behind these keys; nil when one of them is absent or null.
    func object(_ path: [WireKey]) throws -> WireContainer? {
        var container = self
        for key in path {
            guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
            container = try container.nestedContainer(keyedBy: WireKey.self, forKey: key)
        }
        return container
    }

    /// `relationships.NAME.data.guid`, which is null or missing where there is no such resource.
    func related(_ name: String) throws -> String? {
        try object([WireKey("relationships"), WireKey(name), WireKey("data")])?.optionalText("guid")
    }

    /// The same for a resource that there always is.
    func requiredRelated(_ name: String) throws -> String {
        guard let guid = try related(name) else {
            let path = codingPath + [WireKey("relationships"), WireKey(name), WireKey("data")]
            throw DecodingError.keyNotFound(WireKey("guid"), .init(codingPath: path, debugDescription: ""))
        }
        return guid
    }
}
