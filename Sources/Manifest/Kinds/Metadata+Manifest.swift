import Diagnostics
import Reconciliation

extension ReadMapping {
    /// The labels and annotations below `metadata`, in the order of the manifest.
    var metadataFields: [DeclaredField] {
        guard let metadata = self["metadata"]?.mapping else { return [] }
        return metadata.entries.flatMap { entry -> [DeclaredField] in
            let isLabel = entry.name == "labels"
            return entry.value.map(\.names)?.compactMap { name in
                name.value?.declared(isLabel ? .label(name.name) : .annotation(name.name), key: name.origin)
            } ?? []
        }
    }

    /// The field that a key stands for, where it is mentioned and its value keeps the rule.
    func declared(_ name: Text, as field: Field) -> DeclaredField? {
        guard let entry = entry(name) else { return nil }
        return entry.value?.declared(field, key: entry.keyOrigin)
    }
}

extension ReadValue {
    func declared(_ field: Field, key: SourceRange) -> DeclaredField? {
        let value: DesiredValue
        switch content {
        case .null: value = .null
        case .text(let text): value = .text(text)
        case .number(let number): value = .number(number)
        case .boolean, .duration, .mapping, .names, .list: return nil
        }
        return DeclaredField(field, value, at: origin, key: key, masked: masked)
    }
}
