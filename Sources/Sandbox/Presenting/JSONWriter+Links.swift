import Diagnostics

extension JSONWriter {
    /// A link: an object with `href` and, for actions, `method`.
    mutating func link(_ name: String, _ href: String, method: String? = nil) {
        object(name) { writer in
            writer.text("href", href)
            if let method { writer.text("method", method) }
        }
    }

    /// A to-one relationship that holds a guid or nothing.
    mutating func relationship(_ name: String, _ guid: String?) {
        object(name) { writer in
            guard let guid else { return writer.null("data") }
            writer.object("data") { $0.text("guid", guid) }
        }
    }

    mutating func metadata(_ metadata: Metadata) {
        object("metadata") { writer in
            writer.object("labels") { writer in
                for entry in metadata.labels.entries { writer.text(entry.key.string, entry.value.string) }
            }
            writer.object("annotations") { writer in
                for entry in metadata.annotations.entries { writer.text(entry.key.string, entry.value.string) }
            }
        }
    }

    mutating func identity(_ row: some TableRow) {
        text("guid", row.guid)
        text("created_at", row.createdAt.description)
        text("updated_at", row.updatedAt.description)
    }
}
