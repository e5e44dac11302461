import Diagnostics
import Reconciliation

/// A value of a manifest after the rule of its key was applied to it.
struct ReadValue {
    indirect enum Content {
        case null
        case text(Text)
        case number(Int)
        case boolean(Bool)
        /// Seconds.
        case duration(Int)
        case mapping(ReadMapping)
        case names([ReadName])
        case list([ReadValue])
    }

    let content: Content
    let origin: SourceRange
    /// The text as written, where a value from a secrets file went into it.
    let masked: Text?

    init(_ content: Content, at origin: SourceRange, masked: Text? = nil) {
        self.content = content
        self.origin = origin
        self.masked = masked
    }

    var text: Declared<Text>? {
        guard case .text(let text) = content else { return nil }
        return Declared(text, at: origin)
    }

    var number: Declared<Int>? {
        guard case .number(let number) = content else { return nil }
        return Declared(number, at: origin)
    }

    var boolean: Declared<Bool>? {
        guard case .boolean(let boolean) = content else { return nil }
        return Declared(boolean, at: origin)
    }

    var duration: Declared<Int>? {
        guard case .duration(let seconds) = content else { return nil }
        return Declared(seconds, at: origin)
    }

    var mapping: ReadMapping? {
        guard case .mapping(let mapping) = content else { return nil }
        return mapping
    }

    var names: [ReadName] {
        guard case .names(let names) = content else { return [] }
        return names
    }

    /// The case of a choice; its text was checked against the same cases.
    func choice<Choice: RawRepresentable & Hashable & Sendable>(_: Choice.Type) -> Declared<Choice>?
    where Choice.RawValue == String {
        guard case .text(let text) = content, let choice = Choice(rawValue: text.string) else { return nil }
        return Declared(choice, at: origin)
    }
}

/// A mapping with the keys that it has, in the order of the manifest.
struct ReadMapping {
    struct Entry {
        let name: Text
        let keyOrigin: SourceRange
        /// Nil for a value that broke its rule: it was mentioned, and its diagnostic is enough.
        let value: ReadValue?
    }

    let table: KeyTable
    let entries: [Entry]
    /// What a message about the whole mapping points to: its key, or its first key in a document.
    let place: SourceRange

    func entry(_ name: Text) -> Entry? {
        entries.first { $0.name == name }
    }

    subscript(name: Text) -> ReadValue? {
        entry(name)?.value
    }

    func mentions(_ name: Text) -> Bool {
        entry(name) != nil
    }
}

/// A name that the user chose, with what stands below it.
struct ReadName {
    /// After substitution.
    let name: Text
    let origin: SourceRange
    /// Nil for a value that broke its rule.
    let value: ReadValue?
}
