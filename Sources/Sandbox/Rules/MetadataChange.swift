import Diagnostics

/// The `metadata` of a request: keys to set and keys to delete.
struct MetadataChange {
    private var labels: [(key: Text, value: Text?)] = []
    private var annotations: [(key: Text, value: Text?)] = []

    /// Reads the member `metadata` of a body, if it is there; the messages are those of the server.
    ///
    /// Some values trip the server up, which is thrown.
    init(_ body: JSONObject, messages: inout [String]) throws(Refusal) {
        guard let metadata = body["metadata"] else { return }
        guard let object = metadata.object else {
            messages.append("Metadata must be an object")
            return
        }
        let unexpected = object.names.filter { $0 != "labels" && $0 != "annotations" }
        if !unexpected.isEmpty {
            messages.append("Metadata has unexpected field(s): " + unexpected.map { "'\($0)'" }.joined(separator: " "))
        }
        if let given = object["labels"], !given.isNull {
            guard let given = given.object else {
                messages.append("Metadata 'labels' is not an object")
                return
            }
            for member in given.members { readLabel(member.name, member.value, &messages) }
        }
        if let given = object["annotations"], !given.isNull {
            guard let given = given.object else {
                messages.append("Metadata 'annotations' is not an object")
                return
            }
            for member in given.members { try readAnnotation(member.name, member.value, &messages) }
        }
    }

    private mutating func readLabel(_ key: String, _ value: JSONValue, _ messages: inout [String]) {
        if let error = MetadataRules.keyError(key) { messages.append("Metadata label key error: \(error)") }
        let text: String? =
            switch value {
            case .null: nil
            case .text(let text): text
            default: RubyText.inspect(value)
            }
        if let text, let error = MetadataRules.valueError(text) {
            messages.append("Metadata label value error: \(error)")
        }
        labels.append((Text(key), text.map { Text($0) }))
    }

    /// Keys are looked at only when there is something to set.
    private mutating func readAnnotation(
        _ key: String,
        _ value: JSONValue,
        _ messages: inout [String]
    ) throws(Refusal) {
        let text: Text
        switch value {
        case .null: return annotations.append((Text(key), nil))
        case .text(let given): text = Text(given)
        case .number(let literal) where value.integer != nil: text = Text(literal)
        default: throw .unknownError
        }
        if !text.isBlank, let error = MetadataRules.keyError(key) {
            messages.append("Metadata annotation key error: \(error)")
        }
        if text.count > MetadataRules.maximumAnnotation {
            let shown = MetadataRules.shortened(text.string)
            messages.append("Metadata annotation value error: '\(shown)' is greater than 5000 characters")
        }
        annotations.append((Text(key), text))
    }

    /// The metadata after the change; refused when it grows beyond the limits.
    func applied(to metadata: Metadata) throws(Refusal) -> Metadata {
        if annotations.contains(where: { $0.value?.string.utf8.contains(0) ?? false }) { throw .unknownError }
        var result = metadata
        for (key, value) in labels { result.labels[key] = value }
        for (key, value) in annotations { result.annotations[key] = value }
        try check(labels.count, "labels", metadata.labels, result.labels, ServerDefaults.maximumLabels)
        try check(
            annotations.count,
            "annotations",
            metadata.annotations,
            result.annotations,
            ServerDefaults.maximumAnnotations
        )
        return result
    }

    private func check(
        _ count: Int,
        _ kind: String,
        _ before: Metadata.Entries,
        _ after: Metadata.Entries,
        _ maximum: Int
    ) throws(Refusal) {
        guard after.count > before.count, after.count > maximum else { return }
        let isLabels = kind == "labels"
        throw Refusal(
            status: 422,
            title: isLabels ? "CF-LabelLimitExceeded" : "CF-AnnotationLimitExceeded",
            code: isLabels ? 390020 : 390023,
            detail: "Failed to add \(count) \(kind) because it would exceed maximum of \(maximum)"
        )
    }
}
