package import Diagnostics

/// What the managers of one resource have recorded on it.
package struct Ownership: Hashable, Sendable {
    /// Whole records by manager.
    package private(set) var records: [Text: OwnershipRecord] = [:]
    /// Managers whose record cannot be read, or was written by a later version; it is never written over.
    package private(set) var unreadable: Set<Text> = []
    /// The annotations that hold records now.
    private var annotations: [Text: [Text: Text]] = [:]
    private let appGUID: String

    /// - Parameter appGUID: the app that the resource belongs to; hashes depend on it.
    package init(of fields: ObservedFields, inApp appGUID: String) {
        self.appGUID = appGUID
        for (field, value) in fields {
            guard case .annotation(let key) = field, let manager = OwnershipRecord.manager(ofKey: key) else { continue }
            guard case .value(.text(let text)) = value, let part = OwnershipRecord(part: text) else {
                unreadable.insert(manager)
                continue
            }
            annotations[manager, default: [:]][key] = text
            records[manager, default: OwnershipRecord()].entries.merge(part.entries) { first, _ in first }
        }
        for manager in unreadable { records[manager] = nil }
    }

    /// The hash that a record holds for the value; nil for `null`, which is never recorded.
    package func hash(of value: DesiredValue) -> Text? {
        switch value {
        case .null: nil
        case .text(let text): OwnershipRecord.hash(.text(text), inApp: appGUID)
        case .number(let number): OwnershipRecord.hash(.number(number), inApp: appGUID)
        case .band(let min, let max):
            OwnershipRecord.hash(["max": .number(max), "min": .number(min)], inApp: appGUID)
        }
    }

    /// The managers other than this one whose records hold the field.
    func others(than manager: Text?, holding name: OwnershipRecord.Name) -> [Text] {
        records.keys.filter { $0 != manager && records[$0]?.entries[name] != nil }.sorted()
    }

    /// What has to be written for the manager's record to become this one: changed annotations, and null for parts that
    /// are no longer needed; nil when the record is too large.
    func writing(_ record: OwnershipRecord, of manager: Text) -> [(key: Text, value: FieldValue)]? {
        guard let wanted = record.annotations(of: manager) else { return nil }
        let known = annotations[manager] ?? [:]
        let changed = wanted.filter { known[$0.key] != $0.text }.map { (key: $0.key, value: FieldValue.text($0.text)) }
        let kept = Set(wanted.map(\.key))
        return changed + known.keys.filter { !kept.contains($0) }.sorted().map { ($0, .null) }
    }
}
