package import Diagnostics

/// What an app remembers of the runs of one task, in an annotation of its own: rows of tasks are deleted 31 days after
/// their end (`cloud_controller_ng app/jobs/runtime/prune_completed_tasks.rb`), an annotation stays with the app.
///
/// A history and not only the last run: a manifest that is reverted must not run an earlier specification again.
package struct RunRecord: Hashable, Sendable {
    /// What is known of a run's end.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// It was created; its end was not waited for, or not seen.
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        /// We cancelled it; its row ends as FAILED, or as SUCCEEDED where it was faster.
        case canceled = "CANCELED"
        /// A claim was found so late that a row could be deleted already: it may have run.
        case unknown = "UNKNOWN"
        /// The platform certainly did not start it, although it keeps a FAILED row: no run, and no attempt.
        case refused = "REFUSED"
    }

    /// The runs of one specification.
    package struct Entry: Hashable, Sendable {
        package let fingerprint: String
        /// Attempts used, at least 1.
        package var attempts: Int
        package var state: State
        /// Of the newest attempt's row; 0 where there was none.
        package var sequenceID: Int
        package var taskGUID: String
        /// When this was written, for people; nothing is decided by it.
        package var time: String

        package init(
            _ fingerprint: String,
            attempts: Int,
            _ state: State,
            sequenceID: Int,
            taskGUID: String,
            time: String
        ) {
            self.fingerprint = fingerprint
            self.attempts = attempts
            self.state = state
            self.sequenceID = sequenceID
            self.taskGUID = taskGUID
            self.time = time
        }
    }

    /// What stands in the annotation.
    package enum Reading: Hashable, Sendable {
        case record(RunRecord)
        /// Nothing is written over it; the words follow "the record".
        case unreadable(String)
    }

    /// Refused rows not counted; the oldest are forgotten first.
    static let mostRuns = 20
    /// Of rows that were refused; one that is forgotten counts as a run that failed.
    static let mostRefused = 5
    /// Scalars; the server takes 5000 (`cloud_controller_ng app/messages/metadata_validator_helper.rb`).
    static let longestText = 4899

    package let name: Text
    /// Newest first.
    package private(set) var runs: [Entry]

    package init(_ name: Text, runs: [Entry] = []) {
        self.name = name
        self.runs = runs
    }

    /// The annotation of the task's record: a hash, since names may hold what keys may not.
    package static func key(of name: Text) -> Text {
        Text("evenkeel.dev/run.\(sha256Hex(name.string).prefix(16))")
    }

    /// What is known of the runs of a specification; rows that were refused are none.
    package func entry(_ fingerprint: String) -> Entry? {
        runs.first { $0.fingerprint == fingerprint && $0.state != .refused }
    }

    /// The guids of rows that count as no run.
    var refused: Set<String> { Set(runs.filter { $0.state == .refused }.map(\.taskGUID)) }

    /// Puts the entry before all older ones, in place of what was known of its specification; a refused row beside it.
    package mutating func put(_ entry: Entry) {
        runs.removeAll { known in
            entry.state == .refused || known.state == .refused
                ? known.taskGUID == entry.taskGUID && known.state == entry.state
                : known.fingerprint == entry.fingerprint
        }
        runs.insert(entry, at: entry.sequenceID == 0 ? 0 : place(of: entry.sequenceID))
        let forgotten = runs.filter { $0.state == .refused }.dropFirst(RunRecord.mostRefused).map(\.taskGUID)
        runs.removeAll { $0.state == .refused && forgotten.contains($0.taskGUID) }
    }

    /// Before the newest of the older runs, and before what has no row and stands there.
    private func place(of sequenceID: Int) -> Int {
        guard var place = runs.firstIndex(where: { $0.sequenceID != 0 && $0.sequenceID < sequenceID }) else {
            return runs.count
        }
        while place > 0, runs[place - 1].sequenceID == 0 { place -= 1 }
        return place
    }

    /// Changes what is known of a specification, where something is.
    package mutating func change(_ fingerprint: String, _ body: (inout Entry) -> Void) {
        let index = runs.firstIndex { $0.fingerprint == fingerprint && $0.state != .refused }
        guard let index else { return }
        body(&runs[index])
    }
}

// MARK: - The annotation

extension RunRecord {
    /// As short as the server wants it.
    package var text: Text { RunRecord.text(JSON.text(name).compact, kept.map(\.text)) }

    /// The runs that find room in the annotation, and refused rows beside them.
    ///
    /// Refused rows go first: forgotten, they count as runs that failed, while a run that is forgotten could run again.
    var kept: [Entry] {
        var known = 0
        var kept = runs.filter { entry in
            if entry.state != .refused { known += 1 }
            return entry.state == .refused || known <= RunRecord.mostRuns
        }
        while !kept.isEmpty,
            RunRecord.text(JSON.text(name).compact, kept.map(\.text)).count > RunRecord.longestText
        {
            kept.remove(at: kept.lastIndex { $0.state == .refused } ?? kept.count - 1)
        }
        return kept
    }

    /// Writing it would change what is remembered; runs that find no room do not count.
    func differs(from other: RunRecord) -> Bool { text != other.text }

    /// - Parameter name: in quotes.
    static func text(_ name: String, _ entries: [String]) -> Text {
        Text(#"{"v":1,"name":\#(name),"runs":[\#(entries.joined(separator: ","))]}"#)
    }

    package static func reading(of name: Text, in fields: ObservedFields) -> Reading {
        guard case .value(.text(let text)) = fields[.annotation(key(of: name))] else { return .record(RunRecord(name)) }
        guard let json = JSON(parsing: text.string) else { return .unreadable("is not JSON") }
        guard let version = json["v"]?.number else { return .unreadable("has no version") }
        guard version == 1 else { return .unreadable("has version \(version), this program knows version 1") }
        guard json["name"]?.text == name else { return .unreadable("is about another task") }
        let runs = json["runs"]?.elements?.map(Entry.init)
        guard let runs, !runs.contains(nil) else { return .unreadable("has runs that cannot be read") }
        return .record(RunRecord(name, runs: runs.compactMap(\.self)))
    }
}

extension RunRecord.Entry {
    init?(_ json: JSON) {
        guard let fingerprint = json["fp"]?.text, let attempts = json["n"]?.number, attempts >= 1,
            let state = json["state"]?.text.flatMap({ RunRecord.State(rawValue: $0.string) })
        else { return nil }
        self.init(
            fingerprint.string,
            attempts: attempts,
            state,
            sequenceID: json["seq"]?.number ?? 0,
            taskGUID: json["task"]?.text?.string ?? "",
            time: json["at"]?.text?.string ?? ""
        )
    }

    /// When it was written down; nil where that cannot be read.
    package var recordedAt: String? { Moment(time) == nil ? nil : time }

    /// The same in words that follow a state.
    var when: String { recordedAt.map { " on \($0)" } ?? "" }

    var text: String {
        RunRecord.Entry.text(
            fingerprint: quoted(fingerprint),
            attempts: "\(attempts)",
            state: quoted(state.rawValue),
            sequenceID: "\(sequenceID)",
            taskGUID: quoted(taskGUID),
            time: quoted(time)
        )
    }

    /// One form for values and for the symbols that a plan shows in their place.
    static func text(
        fingerprint: String,
        attempts: String,
        state: String,
        sequenceID: String,
        taskGUID: String,
        time: String
    ) -> String {
        #"{"fp":\#(fingerprint),"n":\#(attempts),"state":\#(state),"seq":\#(sequenceID),"task":\#(taskGUID),"at":\#(time)}"#
    }
}

/// The text as JSON.
func quoted(_ text: String) -> String { JSON.text(Text(text)).compact }
