/// One request that the sandbox received, as tests and people look at it afterwards.
package struct JournalEntry: Sendable {
    package let method: String
    /// Path with query.
    package let path: String
    /// nil when no answer was sent.
    package internal(set) var status: Int?
    /// The name of the user or client; nil without a valid token.
    package internal(set) var user: String?
    /// Whether it could have changed something on the platform; token requests cannot.
    package let isWrite: Bool
    /// The body of a write, as text; token requests are recorded without theirs.
    package let body: String?

    package var isTokenRequest: Bool { path.hasPrefix("/oauth/token") }
}

extension Store {
    package func journal() -> [JournalEntry] { journalEntries }

    package func clearJournal() {
        journalEntries = []
    }

    /// Writes a request down as it arrives; its status follows with the answer.
    func enterInJournal(_ request: IncomingRequest) -> Int {
        let isToken = request.path == "/oauth/token"
        let isWrite = request.isWrite && !isToken
        let entry = JournalEntry(
            method: request.method,
            path: request.target,
            user: sender(of: request)?.userName,
            isWrite: isWrite,
            body: isWrite ? String(decoding: request.body, as: UTF8.self) : nil
        )
        journalEntries.append(entry)
        return journalEntries.count - 1
    }

    func completeJournal(_ position: Int, status: Int) {
        guard journalEntries.indices.contains(position) else { return }
        journalEntries[position].status = status
    }

    func writeJournal(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.list("requests") { writer in
                for entry in journalEntries {
                    writer.object { writer in
                        writer.text("method", entry.method)
                        writer.text("path", entry.path)
                        writer.number("status", entry.status)
                        writer.text("user", entry.user)
                        writer.bool("write", entry.isWrite)
                        writer.text("body", entry.body)
                    }
                }
            }
        }
    }
}
