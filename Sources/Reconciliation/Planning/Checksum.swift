import Diagnostics

extension Plan {
    /// The version of the form in which plans are saved and their checksums computed.
    ///
    /// Raised when a program that reads it would have to change.
    package static let formatVersion = 1

    /// The checksum that an approval may name; nil where something is kept from this user: it approves only what was seen.
    package var approvableChecksum: String? { unknowns.isEmpty ? checksum : nil }

    /// What an approval is about, as 64 hex digits: two plans that would do the same have the same checksum.
    ///
    /// Guids, times, origins, notes, costs and who asked are no part of it, so it outlives restarts, deployments and
    /// changes of what is not managed.
    package var checksum: String {
        let whole: JSON = [
            "format_version": .number(Plan.formatVersion),
            "api": .text(Text(api)),
            "operations": .list(operations.map(\.substance)),
        ]
        return sha256Hex(whole.compact)
    }
}

extension Plan.Operation {
    /// What is approved of it, with symbols and masks.
    var substance: JSON {
        var members = [
            JSON.Member("address", .text(Text("\(address)"))),
            JSON.Member("action", .text(Text(action.rawValue))),
            JSON.Member("changes", .list(changes.map(\.substance))),
            JSON.Member("bodies", .list(requests.map { $0.body?.withoutMarker ?? .null })),
        ]
        // All runs of a name have one address, and cancelling one is not cancelling another.
        if action == .cancel, let number = run?.sequenceID { members.append(JSON.Member("run", .number(number))) }
        return .object(members)
    }
}

extension FieldChange {
    /// The change without its place; a masked one without values.
    var substance: JSON {
        [
            "field": .text(Text(field.definition.name)),
            "before": isBeforeHidden ? "(hidden)" : before.json,
            "after": masked.map { JSON.text($0) } ?? after.json ?? .null,
        ]
    }

    /// The observed value of a masked field is masked, too; that there is none is no secret.
    package var isBeforeHidden: Bool { isUnseen || hidesBefore || (masked != nil && before != .null) }
}

extension FieldValue {
    package var json: JSON {
        switch self {
        case .null: .null
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        }
    }
}

extension JSON {
    /// The body without what Evenkeel notes about what ran before: the marker of an owed restart, the runs of a task and the
    /// claims to them tell nothing of what is asked for.
    var withoutMarker: JSON {
        switch self {
        case .null, .bool, .number, .text, .symbol, .template, .masked: self
        case .list(let elements): .list(elements.map(\.withoutMarker))
        case .object(let members):
            .object(
                members.compactMap { member in
                    let key = member.name.string.utf8
                    let isRunNote = ["run.", "claim."].contains { key.starts(with: "evenkeel.dev/\($0)".utf8) }
                    if isRunNote { return nil }
                    let isMarker = member.name == RestartMarker.key
                    return JSON.Member(member.name, isMarker ? .symbol("restart-owed") : member.value.withoutMarker)
                }
            )
        }
    }
}
