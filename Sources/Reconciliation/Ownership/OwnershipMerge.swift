import Diagnostics

/// The three-way comparison of one resource: what is declared, what was observed, and what is recorded.
struct OwnershipMerge {
    /// Keys that left the manifest and are deleted.
    private(set) var removals: [FieldChange] = []
    /// What is recorded for the first time, or with another value, although it is in place.
    private(set) var adopted: [OwnershipRecord.Name] = []
    /// Keys that left the manifest and stay, with the reason.
    private(set) var released: [(name: OwnershipRecord.Name, reason: String)] = []
    /// Taken out of another manager's record.
    private(set) var takenOver: [(name: OwnershipRecord.Name, from: Text)] = []
    /// Fields that left the manifest; nothing is sent for them.
    private(set) var noLongerManaged: [OwnershipRecord.Name] = []
    private(set) var diagnostics: [Diagnostic] = []

    /// The annotations that bring all records up to date.
    var writes: [DeclaredField] { ours + others }
    private var ours: [DeclaredField] = []
    private var others: [DeclaredField] = []

    private let resource: Resource
    private let ownership: Ownership
    private let manager: Text?
    private let isForced: Bool

    /// The resource that is compared.
    struct Resource {
        let address: Address
        /// Where it is declared, or what it belonged to when it left the manifest.
        let origin: SourceRange
        let declared: [DeclaredField]
        let observed: ObservedFields
        let context: FieldContext
        let appGUID: String

        init(
            _ address: Address,
            at origin: SourceRange,
            _ declared: [DeclaredField],
            _ observed: ObservedFields,
            context: FieldContext = FieldContext(),
            appGUID: String
        ) {
            self.address = address
            self.origin = origin
            self.declared = declared
            self.observed = observed
            self.context = context
            self.appGUID = appGUID
        }
    }

    init(_ resource: Resource, manager: Text?, isForced: Bool) {
        self.resource = resource
        self.manager = manager
        self.isForced = isForced
        ownership = Ownership(of: resource.observed, inApp: resource.appGUID)
        for name in ownership.unreadable.sorted() {
            diagnostics.append(
                .recordUnreadable(resource.address, of: name, isOurs: name == manager, at: resource.origin)
            )
        }
        compareWithOthers()
        if let manager, !ownership.unreadable.contains(manager) { compareWithOurs(manager) }
        writeOthers()
    }

    /// A PATCH is needed for the records' sake, whatever else differs.
    var needsWrite: Bool { !adopted.isEmpty || !released.isEmpty || !takenOver.isEmpty }

    /// What the records say of the fields, and of all that is taken over, for whoever checks later that nothing has moved.
    func preconditions(for fields: [Field]) -> [Plan.Precondition] {
        var names = fields.map { OwnershipRecord.Name($0) }
        for (name, _) in takenOver where !names.contains(name) { names.append(name) }
        return preconditions(names, ownership.records)
    }

    /// What the records of the other managers say of the fields.
    func preconditionsOfOthers(for fields: [Field]) -> [Plan.Precondition] {
        preconditions(fields.map { OwnershipRecord.Name($0) }, ownership.records.filter { $0.key != manager })
    }

    private func preconditions(
        _ names: [OwnershipRecord.Name],
        _ records: [Text: OwnershipRecord]
    ) -> [Plan.Precondition] {
        let records = records.sorted { $0.key < $1.key }
        return names.flatMap { name in
            records.compactMap { manager, record in
                record.entries[name].map { Plan.Precondition(owner: manager, of: name, $0) }
            }
        }
    }

    /// Something is recorded that was not, and nothing is only forgotten.
    var isAdopting: Bool { !adopted.isEmpty || !takenOver.isEmpty }

    /// The annotations of a request that sets these fields and leaves the others to a later one.
    func interimWrites(recording fields: [Field]) -> [DeclaredField] {
        guard let manager, !ownership.unreadable.contains(manager) else { return others }
        var record = ownership.records[manager] ?? OwnershipRecord()
        for declared in resource.declared where fields.contains(declared.field) {
            record.entries[OwnershipRecord.Name(declared.field)] = ownership.hash(of: declared.value)
        }
        return annotations(ownership.writing(record, of: manager) ?? []) + others
    }

    /// Facts worth knowing, for the operation that writes the records.
    var notes: [String] {
        var notes: [String] = []
        if !adopted.isEmpty {
            notes.append("in place, from now on managed by \(manager ?? ""): \(listed(adopted))")
        }
        for (name, reason) in released { notes.append("\(name.words) is left alone: \(reason)") }
        for (name, from) in takenOver { notes.append("\(name.words) is taken over from \(from)") }
        return notes
    }

    private func listed(_ names: [OwnershipRecord.Name]) -> String { names.map(\.words).joined(separator: ", ") }

    // MARK: - Others

    private mutating func compareWithOthers() {
        for declared in resource.declared {
            let name = OwnershipRecord.Name(declared.field)
            for other in ownership.others(than: manager, holding: name) {
                guard ownership.records[other]?.entries[name] != ownership.hash(of: declared.value) else { continue }
                if isForced {
                    takenOver.append((name, other))
                } else {
                    diagnostics.append(.conflict(declared, resource.address, with: other))
                }
            }
        }
    }

    private mutating func writeOthers() {
        for other in Set(takenOver.map(\.from)).sorted() {
            guard var record = ownership.records[other] else { continue }
            for taken in takenOver where taken.from == other { record.entries[taken.name] = nil }
            others += annotations(ownership.writing(record, of: other) ?? [])
        }
    }

    // MARK: - Ours

    private mutating func compareWithOurs(_ manager: Text) {
        var recorded = ownership.records[manager] ?? OwnershipRecord()
        if !Rule.removesRecordedKeysOnly.holds { recorded.claimEverything(in: resource.observed, ownership) }
        var wanted = OwnershipRecord()
        for declared in resource.declared {
            let name = OwnershipRecord.Name(declared.field)
            let standing = standing(of: declared, in: resource.observed, context: resource.context)
            switch standing {
            case .hidden, .notShown: wanted.entries[name] = recorded.entries[name]
            case .inPlace, .differs:
                wanted.entries[name] = ownership.hash(of: declared.value)
                if standing == .inPlace, name.metadataField != nil, wanted.entries[name] != recorded.entries[name] {
                    adopted.append(name)
                }
            }
        }
        // What is declared as null is not recorded; that it was forgotten is not worth a write of its own.
        adopted.removeAll { wanted.entries[$0] == nil }
        let declared = Set(resource.declared.map { OwnershipRecord.Name($0.field) })
        for name in recorded.names where !declared.contains(name) {
            if name.metadataField != nil, !ownership.unreadable.isEmpty {
                // Whoever wrote what cannot be read may hold the key, too: it stays, and stays ours.
                wanted.entries[name] = recorded.entries[name]
            } else {
                letGo(of: name, recorded.entries[name], manager)
            }
        }
        guard let written = ownership.writing(wanted, of: manager) else {
            diagnostics.append(.recordTooLarge(resource.address, at: resource.origin))
            return
        }
        ours = annotations(written)
    }

    /// Something in our record that is no longer declared.
    private mutating func letGo(of name: OwnershipRecord.Name, _ hash: Text?, _ manager: Text) {
        guard let field = name.metadataField else {
            noLongerManaged.append(name)
            return
        }
        guard case .value(let value) = resource.observed[field], case .text(let text) = value else { return }
        if Rule.removesUnsharedKeysOnly.holds,
            let other = ownership.others(than: manager, holding: name).first
        {
            released.append((name, "no longer declared, but managed by \(other), too"))
        } else if ownership.hash(of: .text(text)) == hash || !Rule.removesUnchangedKeysOnly.holds {
            removals.append(FieldChange(field, from: value, to: .null, at: resource.origin, isRemoval: true))
        } else {
            released.append((name, "no longer declared, but changed by someone else since"))
        }
    }

    private func annotations(_ annotations: [(key: Text, value: FieldValue)]) -> [DeclaredField] {
        annotations.map { key, value in
            let text: DesiredValue = if case .text(let text) = value { .text(text) } else { .null }
            return DeclaredField(.annotation(key), text, at: resource.origin, key: resource.origin)
        }
    }
}

extension OwnershipRecord {
    /// What a record without its rule would be: every label and annotation that there is.
    fileprivate mutating func claimEverything(in fields: ObservedFields, _ ownership: Ownership) {
        for (field, value) in fields {
            guard Name(field).metadataField != nil, case .value(.text(let text)) = value else { continue }
            if case .annotation(let key) = field, key.string.hasPrefix("evenkeel.dev/") { continue }
            entries[Name(field)] = ownership.hash(of: .text(text))
        }
    }
}

// MARK: - Messages

extension Diagnostic {
    fileprivate static func conflict(_ declared: DeclaredField, _ address: Address, with manager: Text) -> Diagnostic {
        Diagnostic(
            .error,
            .conflict,
            "`\(declared.field.definition.name)` of `\(address)` is managed by `\(manager)`, with another value",
            subject: "\(address)",
            at: Annotation(declared.origin),
            details: [
                .help("agree with `\(manager)` on one value, or pass `--force-conflicts` to take it over")
            ]
        )
    }

    fileprivate static func recordUnreadable(
        _ address: Address,
        of manager: Text,
        isOurs: Bool,
        at origin: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .warning,
            .recordUnreadable,
            "the record of `\(manager)` on `\(address)` cannot be read",
            subject: "\(address)",
            at: Annotation(origin),
            details: [
                .note(
                    "the annotation `\(OwnershipRecord.prefix)\(manager)` was written by a later version or by somebody else"
                ),
                .note(
                    isOurs
                        ? "it is left as it is: nothing is removed here, and what is set is not recorded"
                        : "what `\(manager)` manages here is not known: conflicts with it are not noticed, and nothing that "
                            + "left the manifest is removed here"
                ),
                .help("update Evenkeel, or delete the annotation"),
            ]
        )
    }

    fileprivate static func recordTooLarge(_ address: Address, at origin: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .recordTooLarge,
            "what is declared of `\(address)` does not fit into the record of who manages it",
            subject: "\(address)",
            at: Annotation(origin),
            details: [
                .note("a record holds at most six annotations of 4900 characters"),
                .help("declare fewer or shorter labels and annotations, or leave out `manager`"),
            ]
        )
    }
}
