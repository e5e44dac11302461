/// One request that the sandbox received, as tests and people look at it afterwards.
package struct JournalEntry: Sendable {
    /// By the sandbox's clock.
    package let time: Timestamp
    package let method: String
    /// Path with query; that of token requests without, since it may hold a password.
    package let path: String
    /// nil when no answer was sent.
    package internal(set) var status: Int?
    /// The name of the user or client; nil without a valid token.
    package internal(set) var user: String?
    /// Whether it could have changed something on the platform; token requests cannot.
    package let isWrite: Bool
    /// The body of a write, as text; token requests are recorded without theirs.
    package let body: String?
    /// Whether a fault made trouble for it.
    package internal(set) var isFaulty = false

    package var isTokenRequest: Bool { path.hasPrefix("/oauth/token") }
}

extension Store {
    package func journal() -> [JournalEntry] { journalEntries }

    package func clearJournal() {
        clearedEntries += journalEntries.count
        journalEntries = []
    }

    /// Writes a request down as it arrives; its status follows with the answer.
    ///
    /// Returns the number of the entry, which counts those that were cleared.
    func enterInJournal(_ request: IncomingRequest) -> Int {
        let isToken = request.path == "/oauth/token"
        let isWrite = request.isWrite && !isToken
        let entry = JournalEntry(
            time: now,
            method: request.method,
            path: isToken ? request.path : request.target,
            user: sender(of: request)?.userName,
            isWrite: isWrite,
            body: isWrite ? String(decoding: request.body, as: UTF8.self) : nil
        )
        journalEntries.append(entry)
        return clearedEntries + journalEntries.count - 1
    }

    func completeJournal(_ number: Int, status: Int) {
        let position = number - clearedEntries
        guard journalEntries.indices.contains(position) else { return }
        journalEntries[position].status = status
        options.onRequest?(journalEntries[position])
    }

    /// Writes down that a request has met trouble.
    func noteFault(on number: Int) {
        let position = number - clearedEntries
        guard journalEntries.indices.contains(position) else { return }
        journalEntries[position].isFaulty = true
    }

    /// An entry that gets no answer is complete once its request has been executed, if it is going to be.
    func leaveUnanswered(_ number: Int) {
        let position = number - clearedEntries
        guard journalEntries.indices.contains(position) else { return }
        options.onRequest?(journalEntries[position])
    }

    func writeJournal(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.list("requests") { writer in
                for entry in journalEntries {
                    writer.newLine()
                    writer.object { writer in
                        writer.text("time", entry.time.description)
                        writer.text("method", entry.method)
                        writer.text("path", entry.path)
                        writer.number("status", entry.status)
                        writer.text("user", entry.user)
                        writer.bool("write", entry.isWrite)
                        writer.text("body", entry.body)
                        writer.bool("fault", entry.isFaulty)
                    }
                }
            }
        }
    }
}
