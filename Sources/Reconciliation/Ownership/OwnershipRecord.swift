package import Diagnostics

/// What a manager has set on one resource: names of settings and a hash of each value, never a value.
///
/// It stands in annotations of the resource itself and is written in the same PATCH as what it is about, so that both
/// hold or neither.
package struct OwnershipRecord: Hashable, Sendable {
    /// A setting as records name it.
    package struct Name: Hashable, Sendable {
        /// In the order in which a record holds them.
        package enum Group: String, Hashable, Sendable, CaseIterable {
            case labels, annotations, fields
        }

        package let group: Group
        /// The key of a label or an annotation, else the field's name in manifests: `health_check.timeout`.
        package let key: Text

        package init(_ group: Group, _ key: Text) {
            self.group = group
            self.key = key
        }

        package init(_ field: Field) {
            switch field {
            case .label(let key): self.init(.labels, key)
            case .annotation(let key): self.init(.annotations, key)
            case .image, .command, .user, .healthCheck, .readinessHealthCheck, .instances, .memory, .disk,
                .logRateLimit:
                self.init(.fields, Text(field.definition.name))
            }
        }

        /// The label or annotation; nil for a field, which is never removed.
        var metadataField: Field? {
            switch group {
            case .labels: .label(key)
            case .annotations: .annotation(key)
            case .fields: nil
            }
        }

        /// As in plans: `metadata.labels.team`, `health_check.timeout`.
        package var words: String {
            switch group {
            case .labels, .annotations: "metadata.\(group.rawValue).\(key)"
            case .fields: key.string
            }
        }
    }

    /// Eight hex digits each.
    package var entries: [Name: Text]

    package init(_ entries: [Name: Text] = [:]) {
        self.entries = entries
    }

    package subscript(field: Field) -> Text? { entries[Name(field)] }

    /// The names in the order in which they are written.
    var names: [Name] { entries.keys.sorted() }
}

extension OwnershipRecord.Name: Comparable {
    package static func < (left: OwnershipRecord.Name, right: OwnershipRecord.Name) -> Bool {
        left.group == right.group ? left.key < right.key : left.group.rank < right.group.rank
    }
}

extension OwnershipRecord.Name.Group {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

// MARK: - The form on the platform

extension OwnershipRecord {
    /// The annotation of a manager; further parts end in `.2` to `.6`.
    package static let prefix = "evenkeel.dev/owner."
    /// Characters of one annotation; the server takes 5000 (`cloud_controller_ng
    /// app/messages/validators/metadata_validator.rb`).
    private static let longestPart = 4900
    private static let mostParts = 6
    private static let version = 1

    /// The annotations that hold the record; nil when it does not fit into as many as there may be.
    func annotations(of manager: Text) -> [(key: Text, text: Text)]? {
        var parts: [[Name]] = [[]]
        var length = OwnershipRecord.emptyLength
        for name in names {
            // The quotes, the colon, the hash and a comma; a group's own name is paid for once a part.
            let added = JSON.text(name.key).compact.unicodeScalars.count + 12
            if length + added > OwnershipRecord.longestPart, parts[parts.count - 1] != [] {
                parts.append([])
                length = OwnershipRecord.emptyLength
            }
            parts[parts.count - 1].append(name)
            length += added
        }
        guard !entries.isEmpty else { return [] }
        guard parts.count <= OwnershipRecord.mostParts else { return nil }
        return parts.enumerated().map { index, names in
            (OwnershipRecord.key(of: manager, part: index + 1), Text(text(of: names)))
        }
    }

    /// Of a part with all groups and no entries.
    private static let emptyLength = #"{"v":1,"labels":{},"annotations":{},"fields":{}}"#.utf8.count

    private static func key(of manager: Text, part: Int) -> Text {
        Text(prefix + manager.string + (part == 1 ? "" : ".\(part)"))
    }

    private func text(of names: [Name]) -> String {
        var members = [JSON.Member("v", .number(OwnershipRecord.version))]
        for group in Name.Group.allCases {
            let entries = names.filter { $0.group == group }.map { JSON.Member($0.key, .text(self.entries[$0] ?? "")) }
            if !entries.isEmpty { members.append(JSON.Member(Text(group.rawValue), .object(entries))) }
        }
        return JSON.object(members).compact
    }

    /// The entries of one part; nil when it is none of ours or of a version that is not known.
    init?(part: Text) {
        guard let value = JSON(parsing: part.string), value["v"]?.number == OwnershipRecord.version else { return nil }
        self.init()
        for group in Name.Group.allCases {
            guard let members = value[Text(group.rawValue)] else { continue }
            guard let members = members.members else { return nil }
            for member in members {
                guard let hash = member.value.text else { return nil }
                entries[Name(group, member.name)] = hash
            }
        }
    }

    /// Which manager an annotation belongs to; nil for other annotations.
    static func manager(ofKey key: Text) -> Text? {
        guard key.string.hasPrefix(prefix) else { return nil }
        let rest = key.string.dropFirst(prefix.count)
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 1 { return Text(String(rest)) }
        guard parts.count == 2, let number = Int(parts[1]), (2...mostParts).contains(number) else { return nil }
        return Text(String(parts[0]))
    }

    /// Tells values apart without showing them; the same value has another hash in another app.
    static func hash(_ value: JSON, inApp guid: String) -> Text {
        Text(String(sha256Hex(guid + value.wire).prefix(8)))
    }
}
