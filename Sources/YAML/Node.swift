package import Diagnostics

/// A value of a YAML document, with its place.
///
/// Nothing is guessed from spellings: a scalar is a text and the style in which it was written. Aliases and merge keys
/// are resolved, and what they bring keeps the place where it was written.
package enum Node: Hashable, Sendable {
    case scalar(Scalar)
    case mapping(Mapping)
    case list(List)

    /// A text, quoted or not; also every key of a mapping.
    package struct Scalar: Hashable, Sendable {
        package enum Style: Hashable, Sendable {
            /// Without quotes.
            case plain
            /// In single or double quotes.
            case quoted
            /// A block after `|` or `>`.
            case block
        }

        package let text: Text
        package let style: Style
        /// With the quotes, without anchor and tag; empty where nothing was written.
        package let range: SourceRange

        package init(_ text: Text, style: Style, range: SourceRange) {
            self.text = text
            self.style = style
            self.range = range
        }

        /// Nothing was written at all, as after `key:`.
        package var isEmpty: Bool { style == .plain && text.isEmpty }

        /// Unquoted `null` or `~`.
        package var isNull: Bool { style == .plain && (text == "null" || text == "~") }
    }

    /// A key of a mapping with its value.
    package struct Entry: Hashable, Sendable {
        package let key: Scalar
        package let value: Node

        package init(_ key: Scalar, _ value: Node) {
            self.key = key
            self.value = value
        }
    }

    /// Keys with their values, every key once: its own in the order of the file, then what `<<` brought.
    package struct Mapping: Hashable, Sendable {
        package let entries: [Entry]
        package let range: SourceRange

        package init(_ entries: [Entry], range: SourceRange) {
            self.entries = entries
            self.range = range
        }

        package subscript(key: Text) -> Node? {
            entries.first { $0.key.text == key }?.value
        }
    }

    package struct List: Hashable, Sendable {
        package let items: [Node]
        package let range: SourceRange

        package init(_ items: [Node], range: SourceRange) {
            self.items = items
            self.range = range
        }
    }

    package var range: SourceRange {
        switch self {
        case .scalar(let scalar): scalar.range
        case .mapping(let mapping): mapping.range
        case .list(let list): list.range
        }
    }
}
