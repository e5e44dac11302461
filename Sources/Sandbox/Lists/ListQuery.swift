import Diagnostics

/// The checked parameters of a list (`cloud_controller_ng app/messages/list_message.rb`).
struct ListQuery {
    private(set) var page = 1
    let countsPastEnd: Bool
    private(set) var perPage = 50
    /// `created_at`, `-name`, ...: as in the request, without a `+`.
    private(set) var order: String?
    private(set) var filters: [String: [Text]] = [:]
    /// Values of `filters` that must not be there, from `target_guids[not]`.
    private(set) var exclusions: [String: [Text]] = [:]
    private(set) var times: [TimeFilter] = []
    private(set) var labels: LabelSelector?
    private(set) var includes: [String] = []
    /// What stands in the links beside page and per_page, encoded.
    private var linkParameters: [String] = []
    private let query: Query

    init(_ call: Call, _ rules: ListRules) throws(Refusal) {
        query = call.query
        countsPastEnd = rules.countsPastEnd
        var messages = unknownParameters(rules)
        messages += readPaging(rules)
        for name in ["guids"] + rules.filters { messages += readFilter(name) }
        for name in ["created_ats", "updated_ats"] { messages += TimeFilter.read(query[name], name, into: &times) }
        messages += readIncludes(rules)
        if rules.hasLabels, let text = query.text("label_selector") {
            let (selector, errors) = LabelSelector.parse(text)
            labels = selector
            messages += errors
        }
        let refused = rules.refused.filter { query[$0] != nil }
        if !refused.isEmpty { messages.append("Unknown query parameter(s): \(quoted(refused))") }
        guard messages.isEmpty else {
            throw rules.refusesAsUnprocessable ? .unprocessable(messages) : .badQuery(messages)
        }
        collectLinkParameters(rules)
    }

    /// The values of a filter; nil when it is not given.
    ///
    /// An empty list never occurs: `x=` is the empty text.
    func values(_ name: String) -> Set<Text>? { filters[name].map(Set.init) }

    func single(_ name: String) -> String? { query.text(name) }

    func accepts(_ name: String, _ value: Text?) -> Bool {
        if let wanted = filters[name], !wanted.contains(where: { $0 == value }) { return false }
        return !(exclusions[name] ?? []).contains { $0 == value }
    }

    /// The URL of a page of this list.
    func link(to page: Int, base: String) -> String {
        let parameters = (linkParameters + ["page=\(page)", "per_page=\(perPage)"]).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        return base + "?" + parameters.joined(separator: "&")
    }

    private func quoted(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    private func unknownParameters(_ rules: ListRules) -> [String] {
        let known = rules.names + (rules.takesAppGUID ? ["app_guid"] : [])
        let unknown = query.parameters.map(\.name).filter { !known.contains($0) }
        guard !unknown.isEmpty else { return [] }
        return ["Unknown query parameter(s): \(quoted(unknown)). Valid parameters are: \(quoted(rules.names))"]
    }

    private mutating func readPaging(_ rules: ListRules) -> [String] {
        var messages: [String] = []
        if let text = query.text("page") {
            page = RubyText.leadingInteger(text)
            if page < 1 { messages.append("Page must be a positive integer") }
        }
        if let text = query.text("per_page") {
            perPage = RubyText.leadingInteger(text)
            if perPage < 1 { messages.append("Per page must be a positive integer") }
            if perPage > 5000 { messages.append("Per page must be between 1 and 5000") }
        }
        order = rules.defaultOrder
        if let text = query.text("order_by"), !text.isEmpty {
            let key = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
            if !rules.orderKeys.contains(key) { messages.append("Order by can only be: \(quoted(rules.orderKeys))") }
            order = text.hasPrefix("-") ? text : key
        }
        return messages
    }

    private mutating func readFilter(_ name: String) -> [String] {
        switch query[name] {
        case .hash(let members):
            guard name == "target_guids", members.count == 1, members[0].name == "not" else {
                return ["\(RubyText.humanized(name)) must be an array"]
            }
            exclusions[name] = ListQuery.split(members[0].value)
        case .text, .list: filters[name] = ListQuery.split(query.text(name) ?? "")
        case nil: break
        }
        return []
    }

    /// Splits at commas; each value is decoded once more, so that a comma can be sent encoded twice.
    static func split(_ text: String) -> [Text] {
        text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { part in
            Text(PercentEncoding.decode(part) ?? String(decoding: part, as: UTF8.self))
        }
    }

    private mutating func readIncludes(_ rules: ListRules) -> [String] {
        guard !rules.includes.isEmpty, let text = query.text("include") else { return [] }
        includes = text.split(separator: ",").map(String.init)
        var messages: [String] = []
        let unknown = includes.filter { !rules.includes.contains($0) }
        if !unknown.isEmpty {
            messages.append(
                "Invalid included resource: \(quoted(unknown)). Valid included resources are: \(quoted(rules.includes))"
            )
        }
        let repeated = includes.enumerated().filter { includes[..<$0.offset].contains($0.element) }.map(\.element)
        if !repeated.isEmpty { messages.append("Duplicate included resource: \(quoted(repeated))") }
        return messages
    }

    private mutating func collectLinkParameters(_ rules: ListRules) {
        if let order { add("order_by", order.hasPrefix("-") ? order : "+" + order) }
        for name in rules.names where !["page", "per_page", "order_by"].contains(name) {
            switch query[name] {
            case .hash(let members):
                for member in members { add("\(name)[\(member.name)]", member.value) }
            case .text, .list:
                if let values = filters[name] {
                    add(name, values.map { $0.string.replacingCommas }.joined(separator: ","))
                } else {
                    add(name, query.text(name) ?? "")
                }
            case nil: break
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        linkParameters.append(PercentEncoding.encodeForm(name) + "=" + PercentEncoding.encodeForm(value))
    }
}

extension String {
    fileprivate var replacingCommas: String {
        split(separator: ",", omittingEmptySubsequences: false).joined(separator: "%2C")
    }
}
