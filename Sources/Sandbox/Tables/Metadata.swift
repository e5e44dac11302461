package import Diagnostics

/// The labels and annotations of a resource.
package struct Metadata: Sendable, Hashable {
    package var labels: Entries
    package var annotations: Entries

    package init(labels: Entries = [:], annotations: Entries = [:]) {
        self.labels = labels
        self.annotations = annotations
    }

    /// Keys with their values, in the order in which they were set.
    package struct Entries: Sendable, Hashable, ExpressibleByDictionaryLiteral {
        package struct Entry: Sendable, Hashable {
            package let key: Text
            package var value: Text
        }

        package private(set) var entries: [Entry] = []

        package init(dictionaryLiteral elements: (String, String)...) {
            for (key, value) in elements { self[Text(key)] = Text(value) }
        }

        package var count: Int { entries.count }

        package subscript(key: Text) -> Text? {
            get { entries.first { $0.key == key }?.value }
            set {
                let position = entries.firstIndex { $0.key == key }
                switch (position, newValue) {
                case (let position?, let value?): entries[position].value = value
                case (let position?, nil): entries.remove(at: position)
                case (nil, let value?): entries.append(Entry(key: key, value: value))
                case (nil, nil): break
                }
            }
        }
    }
}
